/*
 * mbox: a mailbox that is one file, as mutt and many others read it. Messages stand in it one
 * behind the other, each behind a line "From SENDER DATE" and in front of an empty line. A line of
 * a message that begins with "From ", or with ">" and that, gets one more ">" in front (mboxrd), so
 * that it begins no message.
 *
 * A file can be appended to, but not all at once: a program that is killed leaves half a message.
 * So a message is first written, as it is to stand in the mailbox, into a file beside it
 * (NAME.pop3-part0 or 1, in turns), and only when that is on the disk appended. Then the part is
 * removed. mbox_recover, told which part and where it was to go, looks how far that got, and ends
 * it.
 *
 * The mailbox is locked while it is appended to (mbox_lock.h). One program at a time may fetch into
 * it: the caller sees to that.
 */
#ifndef CLIENTS_MBOX_H
#define CLIENTS_MBOX_H

#include "failure.h"
#include <stddef.h>

struct mbox; /* opaque */

/* For the mailbox `path`, which need not be there yet. NULL with `why`. */
struct mbox *mbox_open(const char *path, struct failure *why);

/* After a crash: `place` is what mbox_prepare said last. Sees to it that the message of that part
   stands in the mailbox once and whole. 0; or -1 with `why`: it could not be done now. */
int mbox_recover(struct mbox *mbox, const char *place, struct failure *why);

/* One message: its lines end in \n. mbox_write takes them in pieces, however they are cut. 0 or -1.
 */
int mbox_begin(struct mbox *mbox, struct failure *why);
int mbox_write(struct mbox *mbox, const char *bytes, size_t count, struct failure *why);

/* The part is whole and on the disk, the mailbox is locked, and `place`, which is noted next, says
   which part and where in the mailbox its message will stand; NULL: it will not be noted. Then
   mbox_append, or mbox_drop. 0 or -1. */
#define MBOX_PLACE_SIZE 32
int mbox_prepare(struct mbox *mbox, char place[MBOX_PLACE_SIZE], struct failure *why);

/* Appends it, puts that on the disk, and removes the part. 0; -1: it is not in the mailbox. */
int mbox_append(struct mbox *mbox, struct failure *why);

/* Gives up the message in the part. If its place may have been noted, the part stays: it is
   appended the next time (mbox_recover). */
void mbox_drop(struct mbox *mbox);

void mbox_close(struct mbox *mbox);

#endif
