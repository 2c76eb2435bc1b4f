/*
 * program: a program in its sandbox, from its start to its end, and all that it says meanwhile.
 *
 *     program_init(&program);
 *     program_start(&program, &setup, &why)
 *     while (!program_has_ended(&program)) {
 *         program_must_stop(&program, until)         stops what must be stopped
 *         program_attend(list, count, NULL, wait)    takes what it says
 *     }
 *     program_finish(&program, &why)
 *     program_free(&program);
 *
 * A server is started again after program_finish: what it says then is added.
 */
#ifndef WIRE_PROGRAM_H
#define WIRE_PROGRAM_H

#include "buf.h"
#include "deadline.h"
#include "failure.h"
#include "run.h"
#include "sandbox.h"
#include <poll.h>
#include <stdbool.h>
#include <time.h>

/* How often processes and files are looked at. */
#define PROGRAM_TICK_MS 20

struct program {
    struct sandbox sandbox;
    struct buf output;
    struct buf error;
    struct buf report; /* of valgrind */
    struct timespec started;
    bool ended;
    bool stopped; /* it had to be */
    int wait_status;
    /* What became of it; set by program_finish, `ending` also when it is stopped. */
    enum run_ending ending;
    int status;
    int signal;
    int milliseconds;
    unsigned threads; /* 0: not counted */
};

void program_init(struct program *program);

/* 0 or -1. */
int program_start(struct program *program, const struct sandbox_setup *setup, struct failure *why);

/*
 * One turn: waits until one of the programs says something, or `other` (may be NULL) is as it
 * wants, for at most so long; takes what they say. Returns whether there is anything left of the
 * programs to wait for.
 */
bool program_attend(struct program *const *programs, size_t count, struct pollfd *other,
                    int wait_ms);

/* Looks whether it has ended, for so long at most; -1: until it has. */
bool program_has_ended(struct program *program, int wait_ms);

/* Kills it, if it has written or started too much, or if `until` is over: that becomes its
   ending. Whether it was. */
bool program_must_stop(struct program *program, deadline until);

/* Kills it for that reason. */
void program_stop(struct program *program, enum run_ending ending);

/* Asks it to end: SIGTERM, to the program itself. Whether it was still there. */
bool program_ask_to_end(struct program *program);

/* When it has ended: takes what is still on its way, and how it ended, and puts everything away. 0,
   or -1: what it wrote cannot be looked at. */
int program_finish(struct program *program, struct failure *why);

/* The last line of its standard error; its length, 0: there is none. */
size_t program_last_words(const struct program *program, const char **line);

void program_free(struct program *program);

#endif
