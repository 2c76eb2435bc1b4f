/*
 * mbox_lock: a mailbox file locked in both ways that mail programs know: fcntl(2), and a file
 * NAME.lock that only one of them can make.
 *
 * A program that is killed leaves its NAME.lock. Ours can be known by what is in it, and only one
 * program at a time comes here for one mailbox (uids.h): so one that is ours is left over, and
 * is removed. Somebody else's is waited for, some seconds.
 */
#ifndef CLIENTS_MBOX_LOCK_H
#define CLIENTS_MBOX_LOCK_H

#include "failure.h"

/* Opens the mailbox for reading and writing, makes it where there is none, and locks it. The file;
   -1 with `why`. */
int mbox_lock(const char *path, struct failure *why);

/* Closes the file, and with that gives it free. */
void mbox_unlock(const char *path, int file);

#endif
