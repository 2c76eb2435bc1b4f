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
#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Makes `path` with tmp/, new/ and cur/, and the directories above it, where they do not exist
 * (mode 0700), on disk. 0 or -1. Cheap when all is there.
 */
int maildir_create(const char *path, struct failure *why);

struct maildir_delivery; /* one message on its way into one mailbox; opaque; for one thread */

/*
 * Opens a file in `path`/tmp, with a name that no other delivery anywhere uses. NULL when that
 * fails: no mailbox there, no permission, no file descriptor, no memory.
 */
struct maildir_delivery *maildir_begin(const char *path, struct failure *why);

/*
 * Adds bytes to the message. They are collected; the disk may refuse them (full, quota) only at a
 * later call. 0 or -1; after any -1 the delivery can only be ended.
 */
int maildir_write(struct maildir_delivery *delivery, const void *bytes, size_t count,
                  struct failure *why);

/* Adds all that `from` holds behind its first `skip` bytes. `from` is not published yet. 0 or -1,
   which says nothing against `from`, unless its own bytes could not be written. */
int maildir_copy(struct maildir_delivery *delivery, struct maildir_delivery *from, off_t skip,
                 struct failure *why);

/* How many bytes were written so far. */
off_t maildir_size(const struct maildir_delivery *delivery);

/* Flushes the file to the disk: its content survives a power cut, though nobody would find it yet.
   Nothing can be written after it. 0 or -1. */
int maildir_sync(struct maildir_delivery *delivery, struct failure *why);

/*
 * Renames it into new/ and flushes that directory: from here on it is delivered. Never takes the
 * place of another message. Needs maildir_sync before. 0; -1: the message is not in new/.
 */
int maildir_publish(struct maildir_delivery *delivery, struct failure *why);

/* After maildir_sync: the file's name once published, below the mailbox. It holds the size, and the
   size with CR LF at the end of lines (Maildir++): "new/1732183628.M5P411Q1.mail,S=420,W=433". */
const char *maildir_name(const struct maildir_delivery *delivery);

/* Takes back a message just published (another recipient's disk was full). 0, or -1: a mail program
   has moved it away already, or the disk failed. */
int maildir_retract(struct maildir_delivery *delivery, struct failure *why);

/* Ends it: removes the file from tmp/ if it was not published. NULL is fine. */
void maildir_end(struct maildir_delivery *delivery);

/*
 * Calls `visit` with the path of each message in new/ and cur/, in the order of delivery (by name,
 * with numbers in it compared as numbers). A message may be gone by the time it is visited: another
 * program has removed it, or moved it from new/ to cur/. Stops at the first visit that does not
 * return 0 and returns that; -1 when the mailbox cannot be read.
 */
int maildir_each(const char *path, int (*visit)(const char *message, void *context), void *context,
                 struct failure *why);

/*
 * Where a message is by now that maildir_each has shown as `message`: mail programs move messages
 * from new/ to cur/ and change their flags, and what stays is the name up to the ":". 0, and the
 * path is in `now`; 1: it has gone; -1: the mailbox cannot be read.
 */
int maildir_find(const char *message, char now[PATH_MAX], struct failure *why);

/*
 * Locks the mailbox for somebody who takes messages away, as POP3 does (RFC 1939 §4): one at a
 * time. Who delivers, or reads as mutt does, neither asks for the lock nor waits for it. It is a
 * flock(2) on the file pop3.lock in the mailbox, so it ends with the process that holds it, however
 * that ends. Never waits. Returns a descriptor, and closing it ends the lock; or, with the reason
 * (errno, too):
 */
enum maildir_lock {
    MAILDIR_FAILED = -1, /* no permission, no file descriptor … */
    MAILDIR_IN_USE = -2, /* somebody else holds it */
    MAILDIR_NONE = -3,   /* there is no such mailbox: nothing was ever delivered */
};
int maildir_lock(const char *path, struct failure *why);

/* Removes what nobody has touched in tmp/ for 36 hours (the format's own rule): the remains of
   crashes. Returns how many, or -1: tmp/ cannot be read. */
int maildir_sweep(const char *path, struct failure *why);

#endif
