/*
 * references: the captures with which the judge `same` compares those of the runs. They are
 * dissected in the same run of tshark.
 */
#ifndef WIRE_REFERENCES_H
#define WIRE_REFERENCES_H

#include "dialogue.h"
#include "dissect.h"
#include "failure.h"
#include "lab.h"
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct reference_capture {
    const char *name;    /* as the judge names it: "captures/03-smtp-send.pcapng" */
    char path[PATH_MAX]; /* where it is */
    const struct dissect_capture *capture; /* NULL until references_dissected */
    struct dialogues dialogues;
};

struct references {
    struct reference_capture *list;
    size_t count;
};

/*
 * Those that the wanted checks name, each once; one that is not there is left out: its judge says
 * so. `lab` must outlive them. 0, or -1 without memory. To be freed with references_free.
 */
int references_collect(const struct lab *lab, const bool *wanted, struct references *references,
                       struct failure *why);

/* Takes over what tshark made of them: captures[i] is list[i]. 0, or -1: one of them is damaged. */
int references_dissected(struct references *references, const struct dissect_capture *captures,
                         struct failure *why);

/* One by its name; NULL: it is not there. */
const struct reference_capture *references_find(const struct references *references,
                                                const char *name);

void references_free(struct references *references);

#endif
