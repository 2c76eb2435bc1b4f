/*
 * rebuild: builds a lab's program anew, and shows what the compiler has to say, and only that.
 */
#ifndef WIRE_REBUILD_H
#define WIRE_REBUILD_H

#include "failure.h"
#include <stdbool.h>
#include <stdio.h>

/*
 * Runs `command` by sh(1) and waits for it. Quiet when all is well; else what the compiler said is
 * written to `out`: without the lines of make, ninja and CMake around it, with names of files as
 * they are from the kit's directory, at most so many lines as a screen has. *built: whether it
 * ended with 0. 0, or -1: it could not be run.
 */
int rebuild(const char *command, FILE *out, bool *built, struct failure *why);

#endif
