/* uid: the unique id of a message (RFC 1939 §7, UIDL). */
#ifndef POP3D_UID_H
#define POP3D_UID_H

#include "maildrop.h"

/* From the base of a file's name; see maildrop_uid. */
void uid_make(const char *base, char uid[MAILDROP_UID_SIZE]);

#endif
