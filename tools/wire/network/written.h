/*
 * written: what a program writes below a directory that is given to it. How much that may be, and
 * that nothing of it harms whoever reads it afterwards.
 *
 * Nothing limits a directory as such where no file system can be mounted, so wire looks: every
 * tenth of a second, or less often when a look takes long. What the program writes meanwhile is
 * bounded by the speed of the disk, and gone when the directory is emptied.
 */
#ifndef WIRE_WRITTEN_H
#define WIRE_WRITTEN_H

#include "deadline.h"
#include "failure.h"
#include <stdbool.h>

/* So much more than at the beginning. */
#define WRITTEN_BYTES_LIMIT (64UL << 20)
#define WRITTEN_FILES_LIMIT 4096
#define WRITTEN_DEPTH_LIMIT 16 /* directories within each other */

struct written {
    const char *directory; /* NULL: there is none */
    unsigned long bytes;   /* there at the beginning */
    unsigned long files;
    deadline next; /* to look again; not before */
};

/* Begins: notes what is there. The name must outlive it. */
void written_begin(struct written *written, const char *directory);

/* Whether it is too much by now; false between two looks. */
bool written_is_too_much(struct written *written);

/*
 * When the program has ended: removes what is neither file nor directory (links that would lead
 * elsewhere, pipes that nobody writes to) or lies too deep, and lets us read and remove the rest.
 * Removes all if it is too much. 0 or -1.
 */
int written_tidy(const struct written *written, struct failure *why);

#endif
