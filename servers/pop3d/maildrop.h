/*
 * maildrop: the messages of one mailbox, as they were at the login (RFC 1939 §4).
 *
 * A snapshot under a lock (maildir_lock): as long as it is open, messages keep their numbers,
 * nothing new comes in, and nobody else opens it. Nothing in the mailbox is moved or renamed. Other
 * programs may deliver, move, mark and remove meanwhile: what was renamed is found again by the
 * part of its name that stays, and what was removed has gone. Messages are removed at the very end
 * only.
 *
 * Messages are numbered from 1, in the order of delivery. Not for several threads.
 */
#ifndef POP3D_MAILDROP_H
#define POP3D_MAILDROP_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

struct maildrop; /* opaque */

enum maildrop_result {
    MAILDROP_OPEN = 0,
    MAILDROP_FAILED = -1, /* it may work later: no memory, no descriptors, a disk that fails */
    MAILDROP_UNFIT = -2,  /* somebody must do something: no permission, no directory */
    MAILDROP_IN_USE = -3, /* another session has it */
};

/* Opens the Maildir `path`. One that does not exist is an empty maildrop: nothing was delivered
   yet. */
enum maildrop_result maildrop_open(const char *path, struct maildrop **maildrop,
                                   struct failure *why);

/* Messages in the snapshot, with those marked as deleted. */
size_t maildrop_count(const struct maildrop *maildrop);

/* Messages not marked, and their octets. */
struct maildrop_total {
    size_t messages;
    unsigned long long octets;
};
struct maildrop_total maildrop_total(const struct maildrop *maildrop);

bool maildrop_is_deleted(const struct maildrop *maildrop, size_t number);

/* Octets as RETR sends them. */
unsigned long long maildrop_size(const struct maildrop *maildrop, size_t number);

/*
 * The message's unique id (RFC 1939 §7): its file's name up to the colon, which no program changes;
 * or a hash of that, if it is longer than 70 octets or has others than 0x21 to 0x7E.
 */
#define MAILDROP_UID_SIZE 71
void maildrop_uid(const struct maildrop *maildrop, size_t number, char uid[MAILDROP_UID_SIZE]);

/* Opens its file to be read from the beginning. The caller closes the descriptor. -1: it cannot be
   read; *gone says whether another program has removed it. */
int maildrop_read(struct maildrop *maildrop, size_t number, bool *gone, struct failure *why);

/* Marks it; takes back all marks. */
void maildrop_delete(struct maildrop *maildrop, size_t number);
void maildrop_reset(struct maildrop *maildrop);

/*
 * Removes what is marked, on disk, and says in *removed how many files that were. One that has gone
 * already is as good as removed. 0, or -1: something marked is still there; all that could be
 * removed is.
 */
int maildrop_remove(struct maildrop *maildrop, size_t *removed, struct failure *why);

/* Gives the maildrop back as it is. NULL is fine. */
void maildrop_close(struct maildrop *maildrop);

#endif
