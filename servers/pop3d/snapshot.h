/*
 * snapshot: the names of all messages of a Maildir, at one moment.
 *
 * A file's name is "1732183628.M5P411Q1.mail:2,S": what stands before the colon belongs to the
 * message for good (its base), what stands behind it, and whether it lies in new/ or cur/, is
 * changed by every program that looks at the message.
 */
#ifndef POP3D_SNAPSHOT_H
#define POP3D_SNAPSHOT_H

#include "buf.h"
#include "failure.h"
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNAPSHOT_LIMIT 2000000u /* messages */

enum snapshot_place {
    SNAPSHOT_NEW,
    SNAPSHOT_CUR
};

struct snapshot_message {
    uint64_t size;  /* for who uses the snapshot; to be set */
    uint32_t base;  /* where in `names` it stands, with a NUL behind it */
    uint32_t flags; /* the same for what stands behind the base, with its colon */
    uint8_t place;  /* an enum snapshot_place */
    bool seen;      /* by the last look for it */
    bool gone;      /* no look will find it any more */
    bool deleted;   /* for who uses the snapshot */
};

struct snapshot {
    int mailbox;                       /* a descriptor of the directory */
    struct snapshot_message *messages; /* in the order of delivery */
    size_t count;
    struct buf names;
};

/*
 * Reads the names in `mailbox`, which stays the caller's. No file is looked at. 0 or -1; errno says
 * why, and so does `why`. snapshot_free must follow in any case.
 */
int snapshot_read(struct snapshot *snapshot, int mailbox, struct failure *why);

const char *snapshot_base(const struct snapshot *snapshot, size_t index);

/* The file's name below the mailbox: "cur/1732183628.M5P411Q1.mail:2,S". */
#define SNAPSHOT_PATH_SIZE (sizeof "new/" + NAME_MAX)
void snapshot_path(const struct snapshot *snapshot, size_t index, char path[SNAPSHOT_PATH_SIZE]);

/*
 * The file is not where it was: looks where all of them are now. False: this one is nowhere any
 * more, or the directories cannot be read. (One look is for all of them, so that a program that
 * moves or removes everything makes the session look once, not a hundred thousand times.)
 */
bool snapshot_find(struct snapshot *snapshot, size_t index);

/* Takes those that have gone out of the list: before anybody knows their numbers. */
void snapshot_drop_gone(struct snapshot *snapshot);

void snapshot_free(struct snapshot *snapshot);

#endif
