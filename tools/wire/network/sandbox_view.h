/*
 * sandbox_view: what a program in the sandbox sees of the machine: files, users, environment. Part
 * of sandbox.
 */
#ifndef WIRE_SANDBOX_VIEW_H
#define WIRE_SANDBOX_VIEW_H

#include "arguments.h"
#include "failure.h"
#include <stdbool.h>

#define SANDBOX_SCRATCH_SIZE 32 /* of the path of a /tmp, as seen from outside */

/* The program's environment, whatever ours is. */
void sandbox_view_environment(const char *scratch, struct arguments *variables);

/*
 * Makes the program's /tmp: a file system in memory, of SANDBOX_SCRATCH_LIMIT bytes. `path` is
 * where it is mounted for us. Where there is no private network there is none, "", but for a
 * `tool`: that needs one, and gets a directory. 0 or -1.
 */
int sandbox_view_make_scratch(bool tool, char path[SANDBOX_SCRATCH_SIZE], struct failure *why);

/* Unmounts it; what still uses it keeps it until its own end. */
void sandbox_view_remove_scratch(char path[SANDBOX_SCRATCH_SIZE]);

/* In the child, where there is no private network: takes its power away (confine.h). 0 or -1. */
struct sandbox_setup;
int sandbox_view_confine(const struct sandbox_setup *setup, const char *scratch);

/* The command line that runs `program` in `directory`: through bwrap, where there is a private
   network. What is below `writable` it may write (NULL: nothing). */
void sandbox_view_command(const struct arguments *program, const char *directory,
                          const char *writable, const char *scratch, struct arguments *line);

/* Where there is no private network: gives a directory (NULL: none) and all in it to the user whom
   the program runs as. 0 or -1. */
int sandbox_view_hand_over(const char *directory, struct failure *why);

#endif
