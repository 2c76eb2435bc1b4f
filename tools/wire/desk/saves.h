/*
 * saves: notices when somebody saves a file in a directory, in whatever way his editor does it:
 * writing into the file, or writing another one and renaming it.
 *
 * What editors write beside it does not count: names that begin with a dot or a #, or end in ~ or
 * .swp, or have no dot in them at all (vim tries a file called 4913).
 */
#ifndef WIRE_SAVES_H
#define WIRE_SAVES_H

#include "failure.h"

/* An inotify(7) descriptor for the directory, or -1. It is readable when something was saved, or
   may have been. */
int saves_open(const char *directory, struct failure *why);

/*
 * Waits until a file was saved, and until no other one follows at once (an editor saves several),
 * or until `other` is readable or at its end (a pidfd, for example; -1: there is none). 1: saved;
 * 0: `other`; -1 with `why`.
 */
int saves_wait(int saves, int other, struct failure *why);

#endif
