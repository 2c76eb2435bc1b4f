/*
 * run_one: a single run, from the empty directory to the result.
 */
#ifndef WIRE_RUN_ONE_H
#define WIRE_RUN_ONE_H

#include "run.h"

/* For a process of its own: leaves processes and file descriptors to the end of it. 0 or -1. */
int run_one(const struct run_setup *setup, const struct lab_run *run, struct failure *why);

#endif
