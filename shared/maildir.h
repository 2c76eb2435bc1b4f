/*
 * maildir: the store. One directory a mailbox, one file a message, no locks.
 *
 *     tmp/  being written        new/  delivered, not yet seen        cur/  seen by a mail program
 *
 * A message is written into tmp/, flushed to the disk (fsync), renamed into new/, and then the
 * directory new/ is flushed too. A rename is all or nothing, so a reader never meets half a
 * message, and after the second fsync the message survives a power cut. Mutt, Dovecot and this kit
 * may use the same directory at the same time. (The format: D. J. Bernstein, "Using maildir
 * format"; folders as Maildir++.)
 *
 * Delivering to several mailboxes: begin, write and sync every delivery first; then publish them
 * all.
 */
#ifndef SHARED_MAILDIR_H
#define SHARED_MAILDIR_H

#include "failure.h"
#include <stddef.h>
#include <sys/types.h>

/* Makes `path` with tmp/, new/ and cur/ (mode 0700) where they do not exist, on disk. 0 or -1. */
int maildir_create(const char *path, struct failure *why);

struct maildir_delivery; /* one message on its way into one mailbox; opaque */

/* Opens a file with a name that no other delivery anywhere uses, in `path`/tmp. NULL when that
 * fails. */
struct maildir_delivery *maildir_begin(const char *path, struct failure *why);

/* Adds bytes to the message. 0 or -1 (disk full, quota, …). */
int maildir_write(struct maildir_delivery *delivery, const void *bytes, size_t count,
                  struct failure *why);

/* Adds all that `from` holds behind its first `skip` bytes. `from` must not be published yet. 0 or
 * -1. */
int maildir_copy(struct maildir_delivery *delivery, struct maildir_delivery *from, off_t skip,
                 struct failure *why);

/* How many bytes were written so far. */
off_t maildir_size(const struct maildir_delivery *delivery);

/* Flushes the file to the disk. 0 or -1. */
int maildir_sync(struct maildir_delivery *delivery, struct failure *why);

/* Renames it into new/ and flushes that directory: from here on it is delivered. 0 or -1. Needs
   maildir_sync before. On -1 the message is not in new/. */
int maildir_publish(struct maildir_delivery *delivery, struct failure *why);

/* The file's name once published, below the mailbox: "new/1732183628.M5P411Q1.mail". */
const char *maildir_name(const struct maildir_delivery *delivery);

/* Takes back a message just published (another recipient's disk was full). 0 or -1. */
int maildir_retract(struct maildir_delivery *delivery, struct failure *why);

/* Ends it: removes the file from tmp/ if it was not published. NULL is fine. */
void maildir_end(struct maildir_delivery *delivery);

/*
 * Calls `visit` with the path of each message in new/ and cur/, in the order of delivery (by name).
 * Stops at the first visit that does not return 0 and returns that; -1 when the mailbox cannot be
 * read.
 */
int maildir_each(const char *path, int (*visit)(const char *message, void *context), void *context,
                 struct failure *why);

/* Removes what has lain in tmp/ for more than 36 hours (the format's own rule). Returns how many,
 * or -1. */
int maildir_sweep(const char *path, struct failure *why);

#endif
