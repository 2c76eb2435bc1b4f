/*
 * filters: all display filters of a lab's checks, numbered, as tshark is asked about them at once.
 */
#ifndef WIRE_FILTERS_H
#define WIRE_FILTERS_H

#include "dissect.h"
#include "failure.h"
#include "lab.h"
#include <stddef.h>

struct filters {
    const char **list; /* belong to the lab */
    unsigned *lines;   /* where each stands in lab.ini */
    size_t count;
};

/* Numbers them: judge->match of each judge that has one, and what nearly matches (judge_near.c). 0,
   or -1 without memory; filters_free in both cases. */
int filters_collect(const struct lab *lab, struct filters *filters);
void filters_free(struct filters *filters);

/* Whether tshark knows them all, and the fields and filters of the questions if it was asked about
   these. 0, or -1 with file, line and tshark's words. */
int filters_find_error(const struct lab *lab, const struct filters *filters,
                       const struct dissection *dissection, struct failure *why);

/* The same for all checks and questions of the lab; runs tshark for it. 0 or -1. */
int filters_try(const struct lab *lab, struct failure *why);

#endif
