/*
 * answers: what a student answers to the questions of a lab. His answers.ini, read.
 *
 *     [question server]
 *     ; Which address and port does the server listen on?
 *     answer = 127.0.0.2 port 25
 *
 * It is part of the starter, with nothing behind each `answer =`. It is written by hand, so it is
 * read with patience: a mistake spoils what stands behind it, not what stands before.
 */
#ifndef WIRE_ANSWERS_H
#define WIRE_ANSWERS_H

#include "failure.h"
#include "lab.h"
#include <stddef.h>

struct answers {
    char **list;  /* by number of lab.questions; NULL or "": not answered */
    size_t count; /* of lab.questions */
    struct failure
        problem; /* the first mistake in the file, with its line; "" when there is none */
};

/* Reads them. A file that is not there, or is no ini file, is a problem like any other. 0, or -1
   without memory. */
int answers_read(const char *path, const struct lab *lab, struct answers *answers,
                 struct failure *why);

void answers_free(struct answers *answers);

#endif
