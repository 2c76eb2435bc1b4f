/*
 * lab_run: the keys of a run, one table.
 */
#ifndef WIRE_LAB_RUN_H
#define WIRE_LAB_RUN_H

#include "lab.h"

/* Keeps one key's text. 0, -1 (said twice), or 1: a run has no such key. */
int lab_run_set(struct lab_run *run, const char *key, const char *value, unsigned line,
                struct failure *why);

/* Fills in what `run` leaves to `main` (may be the same), and reads what it all means. 0, or -1
   with the line of lab.ini in *line. */
int lab_run_finish(struct lab_run *run, const struct lab_run *main, const char *directory,
                   unsigned *line, struct failure *why);

void lab_run_free(struct lab_run *run);

#endif
