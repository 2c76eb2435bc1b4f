/*
 * dissect_answer: reads what tap.lua wrote. Part of dissect, for one run of tshark.
 */
#ifndef WIRE_DISSECT_ANSWER_H
#define WIRE_DISSECT_ANSWER_H

#include "dissect.h"
#include "failure.h"
#include "tshark.h"

/* An array that grows. */
struct answer_list {
    void *items;
    size_t count;
    size_t capacity;
    size_t given; /* for dissect.c: how many of them are in some capture already */
};

struct answer {
    struct tshark_run run;       /* the bytes and texts of everything below are in its output */
    struct answer_list frames;   /* of struct dissect_frame */
    struct answer_list *matches; /* for each filter: of unsigned */
    struct answer_list *values;  /* for each question: of struct dissect_value */
    const char **filter_errors;
    const char **question_errors;
    size_t filter_count;
    size_t question_count;
    bool complete; /* tap.lua came to its end; without, what came before is here */
};

/* Fills `answer` from run->output, which it takes over. 0, or -1 without memory. answer_free in
   both cases. */
int answer_read(struct answer *answer, struct tshark_run *run, const struct dissect_plan *plan,
                struct failure *why);

void answer_free(struct answer *answer);

#endif
