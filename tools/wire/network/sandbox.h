/*
 * sandbox: runs a student's program so that nothing it does can harm, hang or stay.
 *
 * Inside the lab network, a second bubblewrap: no capabilities, namespaces of its own for users and
 * processes, the whole file tree read-only (but for a directory that is given to it), /tmp private
 * and small, no home directories (but the kit). And limits: processor time, memory (not under
 * AddressSanitizer, which reserves terabytes), open files, processes, output, time. Two things
 * limit processes: wire looks every few milliseconds, and stops a program that has too many; and
 * the kernel refuses to make still more, but not when it was root who started wire: root it does
 * not count. Its standard input and output are pipes to wire. Its environment is fixed, so that a
 * result does not depend on who runs the check.
 *
 * Where there is no bubblewrap (network.h) the limits remain, and its processes are killed one by
 * one at the end.
 */
#ifndef WIRE_SANDBOX_H
#define WIRE_SANDBOX_H

#include "arguments.h"
#include "buf.h"
#include "deadline.h"
#include "failure.h"
#include "sandbox_view.h"
#include "thread_count.h"
#include "written.h"
#include <stdbool.h>
#include <sys/types.h>

#define SANDBOX_MEMORY_LIMIT    (1024UL << 20) /* bytes of address space */
#define SANDBOX_FILE_LIMIT      (64UL << 20)
#define SANDBOX_FILES           256
#define SANDBOX_SERVER_FILES    1024                        /* of a server: connections are files */
#define SANDBOX_SERVER_STACK    (2UL << 20)                 /* of each of its threads */
#define SANDBOX_PROCESS_LIMIT   64                          /* with more, the program is stopped */
#define SANDBOX_PROCESS_CEILING (4 * SANDBOX_PROCESS_LIMIT) /* more the kernel does not make */
#define SANDBOX_SCRATCH_LIMIT   (64UL << 20)                /* bytes in /tmp */
#define SANDBOX_SCRATCH_FILES   4096
#define SANDBOX_OUTPUT_LIMIT    (16UL << 20) /* of each of stdout and stderr */

/* A server's threads reserve addresses for what they may need: so what it may have is counted as it
   takes it (RLIMIT_DATA), and addresses are plenty. */
#define SANDBOX_SERVER_ADDRESSES (8192UL << 20)

/* A tool that watches the program (valgrind) needs more addresses, and writes its report to this
   descriptor, which a program under valgrind cannot reach: the last ones are valgrind's own. */
#define SANDBOX_TOOL_MEMORY_LIMIT (8192UL << 20)
#define SANDBOX_REPORT            250
#define SANDBOX_REPORT_LIMIT      (4UL << 20)

struct sandbox_setup {
    const struct arguments *program; /* a path, and its arguments */
    const char *directory;           /* in which it works */
    /* Variables that it has beside those it always has, "NAME=VALUE"; or NULL */
    const struct arguments *environment;
    const char *writable;  /* a directory that it may write in (written.h); NULL: none */
    const char *readable;  /* a directory for it alone to read; NULL: none */
    int processor_seconds; /* of CPU that it may use */
    bool typed;            /* else its standard input is empty */
    bool reports;          /* it is a tool, and has something to say on SANDBOX_REPORT */
    bool counts_threads;
    bool serves; /* it may listen at any port, and have more files and more addresses */
};

struct sandbox {
    pid_t pid;  /* of bwrap, or of the program itself where there is none */
    int input;  /* what is written here is the program's standard input; -1: closed */
    int output; /* its standard output and error; non-blocking */
    int error;
    int report;       /* what the tool says; -1: there is none */
    deadline crowded; /* if it has too many processes: when that is enough */
    struct thread_count threads;
    struct written written;
    char scratch[SANDBOX_SCRATCH_SIZE]; /* where its /tmp is mounted outside; "" without one */
};

/*
 * Starts it. 0 or -1; a program that cannot be run says so on its stderr and ends with 126 or 127.
 */
int sandbox_start(const struct sandbox_setup *setup, struct sandbox *sandbox, struct failure *why);

/* Whether it has had more processes than SANDBOX_PROCESS_LIMIT whenever this was asked, for a
   twentieth of a second. */
bool sandbox_is_crowded(struct sandbox *sandbox);

/* Whether it has written more than it may (written.h). */
bool sandbox_is_full(struct sandbox *sandbox);

/* Asks it to end: SIGTERM to the program itself, once it waits for something, or after a second.
   Whether it was still there; one that was about to end by itself was not. */
bool sandbox_ask_to_end(const struct sandbox *sandbox);

/* Kills it and every process that it has started. */
void sandbox_kill(const struct sandbox *sandbox);

/* After its end, when pid was waited for: ends what it left behind, closes the pipes. */
void sandbox_end(struct sandbox *sandbox);

#endif
