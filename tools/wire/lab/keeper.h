/*
 * keeper: keeps a student's server running while somebody tries it by hand (wire start).
 *
 * He is a process of his own. What the server says on standard error goes into a file at once, and
 * when it ends before its time he says so on this process's standard error.
 */
#ifndef WIRE_KEEPER_H
#define WIRE_KEEPER_H

#include "failure.h"
#include "lab.h"
#include <sys/types.h>

struct keeper_setup {
    const struct lab *lab;
    const struct lab_run *run;
    const char *program;   /* its path */
    const char *directory; /* the store goes into DIRECTORY/store */
    const char *log;       /* the file */
};

struct keeper {
    pid_t pid; /* 0: there is none */
    int channel;
};

/*
 * Starts him and the server, and waits until it listens. Before any thread of this process. 0, or
 * -1: it does not listen; `why` has its last words.
 */
int keeper_start(struct keeper *keeper, const struct keeper_setup *setup, struct failure *why);

/* Asks the server to end, and waits for that. Returns whether it ended as it should; fine without
   a keeper. */
bool keeper_end(struct keeper *keeper);

#endif
