/*
 * uids: which messages of a maildrop have been fetched, on the disk, so that none is fetched twice.
 *
 * A text file, a line a message: unique-id, user and server, with tabs between them; so several
 * maildrops can be fetched into one place. Whoever has it open has locked it: a second program that
 * would fetch into the same place is refused.
 *
 * What if the program is killed? A message and the note about it are two things on the disk, and
 * one of them comes first. If it were the message, a crash between the two would fetch it again; if
 * it were the note, it would never be fetched. So the note comes first, and says where the message
 * will be; the message comes second. Only the last line of the file can be in doubt after a crash,
 * and whoever opens the file looks whether the message is where the note says (uids_doubt).
 */
#ifndef CLIENTS_UIDS_H
#define CLIENTS_UIDS_H

#include "failure.h"
#include <stdbool.h>

struct uids; /* opaque */

/*
 * Opens the file, makes it where there is none, and locks it. `user` and `host` say whose
 * unique-ids are asked for; capital letters of the host do not count. NULL with `why`: it cannot be
 * opened, read or locked, a control character in `user` or `host`, no memory.
 */
struct uids *uids_open(const char *path, const char *user, const char *host, struct failure *why);

/*
 * The last line's place if nobody knows whether its message got there: NULL: nothing is in doubt.
 * uids_settle says whether it did; if not, the line is taken away: 0 or -1. Until then no other
 * function may be called.
 */
const char *uids_doubt(const struct uids *uids);
int uids_settle(struct uids *uids, bool here, struct failure *why);

/* Whether this message has been fetched. */
bool uids_has(struct uids *uids, const char *uid);

/* Notes, on the disk, that this message is about to be at `place` (one line, no tab); and that it
   is there now. 0 or -1; -1 also when the one before was never confirmed. */
int uids_intend(struct uids *uids, const char *uid, const char *place, struct failure *why);
void uids_confirm(struct uids *uids);

enum uids_keep {
    UIDS_ALL,   /* all: nobody knows how the session ended */
    UIDS_ASKED, /* those that were asked for or noted since uids_open: the server has no others */
    UIDS_NONE,  /* of this maildrop none: the server has deleted them all */
};

/*
 * Writes the file anew, in one step, with what is worth keeping, and gives it free. What is in
 * doubt stays so. 0, or -1 with `why`: then the file is what it was. `uids` may be NULL.
 */
int uids_close(struct uids *uids, enum uids_keep keep, struct failure *why);

#endif
