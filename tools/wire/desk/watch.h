/*
 * watch: judges a lab again at each save of one of its files.
 */
#ifndef WIRE_WATCH_H
#define WIRE_WATCH_H

#include "failure.h"
#include "lab.h"

struct watch {
    const struct lab *lab;
    const char *build; /* the command that builds its program, for sh(1) */
    char **check;      /* the words of `wire`'s command line that judges it, from "check" on, up to
                          NULL */
};

/*
 * Builds, judges, waits for a save, and so on, until somebody ends this process (Ctrl-C). A save in
 * between ends what runs, and begins anew. Writes to standard output; where that is a terminal, it
 * is cleared each time. Must be outside the lab network, as building is. Returns only when it
 * cannot go on: -1.
 */
int watch(const struct watch *setup, struct failure *why);

#endif
