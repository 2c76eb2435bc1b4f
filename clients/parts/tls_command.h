/*
 * tls_command: /tls, typed at the keyboard.
 */
#ifndef CLIENTS_TLS_COMMAND_H
#define CLIENTS_TLS_COMMAND_H

#include "by_hand.h"

/*
 * Under TLS: shows version, cipher suite and certificate. When the server waits for TLS
 * (hand->tls_due): begins it, and shows them; when that fails hand->broken is set, and hand->why
 * says why. Else: says how to
 * get there.
 */
void tls_command(struct by_hand *hand);

#endif
