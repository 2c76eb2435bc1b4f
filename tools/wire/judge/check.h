/*
 * check: runs a lab and judges it.
 */
#ifndef WIRE_CHECK_H
#define WIRE_CHECK_H

#include "failure.h"
#include "lab.h"
#include "verdict.h"
#include <stdbool.h>
#include <stddef.h>

struct check_setup {
    const struct lab *lab;
    const char *programs;  /* where the lab's program is: build/labs */
    const char *directory; /* what the runs leave: build/run/NN-name. Made when missing */
    size_t jobs;           /* so many runs at once at most; 0: as the machine allows */
    const bool *wanted;    /* which checks, by number */
    const bool *asked;     /* which questions, by number */
    const char *answers;   /* the student's answers.ini and capture.pcapng */
    const char *capture;
};

/*
 * Performs the runs of the wanted checks and of those that they need, judges them, and the asked
 * questions, with one run of tshark, and writes each verdict to DIRECTORY/results/NAME (of a
 * question: question.NAME); recorded.h reads them. This process must be in the lab network. One
 * check of a directory at a time: a second one waits. 0 (whatever the verdicts say), or -1: cannot
 * judge.
 */
int check_run(const struct check_setup *setup, struct failure *why);

#endif
