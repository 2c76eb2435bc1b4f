/*
 * run_inside: a run while it goes on. Part of run_one.
 */
#ifndef WIRE_RUN_INSIDE_H
#define WIRE_RUN_INSIDE_H

#include "keyboard.h"
#include "program.h"
#include "run.h"
#include "visitor.h"
#include <limits.h>

struct run_state {
    const struct run_setup *setup;
    const struct lab_run *run;
    char directory[PATH_MAX];
    struct program program;
    struct program visit; /* of a server lab: the real client */
    struct visitor visitor;
    struct keyboard keyboard;
    struct run_result result;
};

/* The words of a command line of lab.ini, {run} replaced by the run's directory, are added to
   `line`. 0 or -1. */
int run_add_words(const struct run_state *state, const struct arguments *words,
                  struct arguments *line, struct failure *why);

/* The command line that runs `words`: under valgrind, if the run has that tool. 0 or -1. */
int run_command_line(const struct run_state *state, const struct arguments *words,
                     struct arguments *line, struct failure *why);

/* Whether valgrind watches the program of this run. */
bool run_is_watched(const struct lab_run *run);

/* DIRECTORY/NAME. 0 or -1. */
int run_path(const struct run_state *state, const char *name, char path[PATH_MAX],
             struct failure *why);

/*
 * The program, from its start to its end; with the recording on, and everything else in place. They
 * set `result`, but for what the files say. 0 or -1.
 */
int run_client(struct run_state *state, struct failure *why); /* with somebody at its keyboard */
int run_server(struct run_state *state, struct failure *why); /* it is visited */

/* As run_result_describe, of a program that has ended. */
void run_describe_end(const struct program *program, char *text, size_t size);

/* Writes down how it ended. 0 or -1. */
int run_write_result(struct run_state *state, struct failure *why);

#endif
