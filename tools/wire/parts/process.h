/*
 * process: programs and helpers that wire starts, and their end.
 */
#ifndef WIRE_PROCESS_H
#define WIRE_PROCESS_H

#include "deadline.h"
#include "failure.h"
#include <stdbool.h>
#include <sys/types.h>

/*
 * fork(2); the child is killed when this process ends, and has a session of its own, so that a
 * Ctrl-C at the terminal is not for it. Returns 0 in the child, its pid in the
 * parent, -1 on failure.
 */
pid_t process_fork(struct failure *why);

/* Waits until the child has ended, or `until`. Whether it has; then *status is as of waitpid(2). */
bool process_wait(pid_t child, deadline until, int *status);

/* Asks the child to end (SIGTERM), waits so long, then kills it. Its wait status. */
int process_end(pid_t child, int grace_ms);

/* Kills all descendants of this process that are left. For where no sandbox does that; needs
   PR_SET_CHILD_SUBREAPER, and no child must be running that is to go on. */
void process_kill_descendants(void);

/* How many processes are in the process namespace of bwrap's sandbox `bwrap`; 0: cannot be seen. */
unsigned process_count_inside(pid_t bwrap);

/* How many processes this user has on the whole machine. */
unsigned process_count_of(uid_t user);

/*
 * Waits until a process waits for something, with all its threads, or `until`. The kernel announces
 * that to nobody, so it is looked at each millisecond. false: the process has ended. Whoever has
 * done all that a process could still react to can tell so whether it is on its way to its end.
 */
bool process_await_rest(pid_t process, deadline until);

/* The first child of a process, or -1. */
pid_t process_first_child(pid_t parent);

#endif
