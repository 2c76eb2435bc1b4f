/*
 * recorded: verdicts of an earlier check, read back from where it left them.
 */
#ifndef WIRE_RECORDED_H
#define WIRE_RECORDED_H

#include "failure.h"
#include "fields.h"
#include "lab.h"
#include <stdbool.h>
#include <stddef.h>

/* Reads the verdict of a check or question from DIRECTORY/results/NAME. 0, or -1: there is none. */
int recorded_read(const char *directory, const char *name, struct fields *verdict,
                  struct failure *why);

/* Many of them. */
struct recorded {
    struct fields *list;
    size_t count;
};

/* Those of the wanted checks, then of the asked questions, by number. 0, or -1: one is missing. */
int recorded_read_all(const struct lab *lab, const char *directory, const bool *wanted,
                      const bool *asked, struct recorded *recorded, struct failure *why);

void recorded_free(struct recorded *recorded);

#endif
