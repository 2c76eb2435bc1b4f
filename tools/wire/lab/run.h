/*
 * run: runs a student's program, as one [run NAME] of its lab says, and keeps what came of it.
 *
 * Each run has a network of its own, fresh servers and an empty store, and leaves in its directory
 *
 *     capture.pcapng   what was on the wire; with the keys of its TLS sessions
 *     stdout, stderr   what the program said
 *     valgrind.txt     what valgrind said about it, in a run with a tool (memcheck.h)
 *     store/           the mailboxes
 *     files/           what the program wrote, if its command line speaks of {run}/files
 *     keys             the servers' key log, if they spoke TLS
 *     smtpd.log …      what the servers said
 *     visit.out        what a server's visit said on standard output; visit.err, on standard error
 *     result           a record (fields.h) of how it ended: run_result_read
 *
 * Everything ends by itself: a program that loops, forks, floods, ignores signals or sleeps for
 * ever is stopped, and that is a result like any other.
 */
#ifndef WIRE_RUN_H
#define WIRE_RUN_H

#include "failure.h"
#include "lab.h"
#include <stdbool.h>
#include <stddef.h>

enum run_ending {
    RUN_ENDED,     /* by itself: status */
    RUN_CRASHED,   /* by a signal */
    RUN_TIME,      /* stopped: its time was over */
    RUN_OUTPUT,    /* stopped: it wrote more than SANDBOX_OUTPUT_LIMIT */
    RUN_PROCESSES, /* stopped: it started more than SANDBOX_PROCESS_LIMIT processes */
    RUN_FULL,      /* stopped: it wrote too much (written.h) */
    RUN_LEFT,      /* a server: it ended, though nobody had asked it to: status */
    RUN_DEAF,      /* a server: killed, since it did not end when it was asked to (SIGTERM) */
};

struct run_result {
    enum run_ending ending;
    int status;         /* RUN_ENDED */
    int signal;         /* RUN_CRASHED */
    int milliseconds;   /* how long the program ran */
    unsigned threads;   /* the most that it had at once; 0: they were not counted */
    char todo[200];     /* "TODO 2: smtp_greet is not written yet", from its stderr; or "" */
    char keyboard[300]; /* why the session was not played to its end; or "" */
    char script[300];   /* likewise the server's script */

    /* Of a server. */
    char start[300];  /* why it did not start to listen; or "" */
    char visit[300];  /* how its visit ended, in words; or "": there was none */
    int visit_status; /* the exit status of it; -1: there is none */
};

/*
 * A server (lab.h) is started, and visited when it listens; then it is asked to end, with SIGTERM.
 */
struct run_setup {
    const struct lab *lab;
    const char *programs;  /* the directory in which the lab's program is, NN-name */
    const char *directory; /* each run NAME writes into DIRECTORY/NAME; it exists */
    size_t jobs;           /* so many at once at most; 0: as the machine allows */
};

/*
 * Performs the runs whose `wanted[number]` is true, several at once where each can have a network
 * of its own. This process must be in the lab network. 0, or -1: some run could not be performed (a
 * server did not start, nothing could be recorded, …), so nothing can be judged.
 *
 * Whoever else performs runs in the same directory is waited for; it then is this process's until
 * that ends.
 */
int run_all(const struct run_setup *setup, const bool *wanted, struct failure *why);

/* Reads how a run ended. 0 or -1. */
int run_result_read(const char *directory, const char *name, struct run_result *result,
                    struct failure *why);

/* "ended with status 1 after 20 ms", "was stopped after 10 s: it did not end by itself" … */
void run_result_describe(const struct run_result *result, char *text, size_t size);

#endif
