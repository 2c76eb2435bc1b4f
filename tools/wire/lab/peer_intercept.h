/*
 * peer_intercept: peers that sit in the middle of TLS (peer_table.h, `intercepts`). Part of peer.
 */
#ifndef WIRE_PEER_INTERCEPT_H
#define WIRE_PEER_INTERCEPT_H

#include "peer_table.h"

/*
 * Stands between two connected, non-blocking sockets, in a thread of its own, until both have
 * closed; then closes them. Bytes in clear pass as they are. When the client says ClientHello, at
 * once or behind STARTTLS, it is answered here. 0 or -1: no memory.
 */
int peer_intercept(const struct peer *peer, int client, int server);

#endif
