/*
 * sizes: how many octets each message is when it is sent.
 *
 * That is not its file's size: files have LF where CR LF is sent. Counting means reading every
 * file, which a login cannot do each time. So the size is taken, in this order,
 *
 *     from the file's name, where who delivered has written it: "….mail,S=1234,W=1289" (Maildir++,
 *     as this kit, Dovecot and others do; W is the size with CR LF);
 *     from the file pop3.sizes in the mailbox, if the message's file has the same size and time as
 *     when it was counted;
 *     by counting, and then pop3.sizes is written anew, as a whole.
 */
#ifndef POP3D_SIZES_H
#define POP3D_SIZES_H

#include "snapshot.h"

/*
 * Sets the size of each message in the snapshot, and drops those that have gone meanwhile. One that
 * cannot be read keeps its file's size: its own RETR will say so. 0 or -1: no memory, no
 * descriptors.
 */
int sizes_set(struct snapshot *snapshot, struct failure *why);

/* The size that a name tells. False: none. */
bool sizes_from_name(const char *base, uint64_t *size);

#endif
