/*
 * compare: two captures of the same exercise, laid beside each other, step by step.
 *
 * One is the student's, "mine"; the other shows how it should look, the reference. Conversations
 * are paired (by their order, the server's port and what was said), then the steps
 * of each pair are aligned by exchange: a command with the reply that answers it, the greeting, the
 * message with its reply. So pipelining and segmentation make no difference to what stands beside
 * what. A step without a partner has a ghost: NULL in the other column.
 *
 * Each difference belongs to a class:
 *
 *     environment   what differs between any two recordings: ports, times, queue ids, dates, who
 *                   was a moment faster, how TCP cut the stream. No fault, and no news
 *     allowed       the protocol leaves it open; `clause` says where (RFC 5321 §4.1.1.1: EHLO or
 *                   HELO). A student may ask himself why, and that is all
 *     wrong         against the protocol, or another dialogue than the exercise's
 *
 * What differs by nature (canon.h) is compared by its name only; that it is consistent in itself is
 * still checked. A Date must be a date, a reply must repeat the name that the client gave itself,
 * the size announced must be the size sent.
 *
 * A recording that is not whole is not compared further than it reaches. What a lost tail would
 * have held counts neither for nor against the program: a difference that stands in what was
 * recorded is told, and without one nothing can be judged.
 *
 *     struct comparison_capture mine = {.name = "mine.pcapng", .capture = &dissection->captures[0],
 *                                       .dialogues = &dialogues[0]};
 *     struct comparison comparison;
 *     if (compare(&mine, &reference, &comparison, &why) < 0) …
 *     comparison.outcome …
 *     comparison_free(&comparison);
 *
 * Time grows with the steps, memory too: stretches that differ are aligned in windows of
 * ALIGN_WINDOW steps (align.h), so that no capture can ask for a table of all against all.
 *
 * Nothing here draws: `wire diff` and `wire draw` do, and the judge `same` asks for the outcome.
 */
#ifndef WIRE_COMPARE_H
#define WIRE_COMPARE_H

#include "dialogue.h"
#include "dissect.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

enum comparison_side {
    COMPARISON_MINE,
    COMPARISON_REFERENCE,
};

enum comparison_class {
    COMPARISON_SAME,
    COMPARISON_ENVIRONMENT,
    COMPARISON_ALLOWED,
    COMPARISON_WRONG,
    COMPARISON_CLASSES,
};

/* By growing weight: the outcome of a whole comparison is the heaviest. */
enum comparison_outcome {
    COMPARISON_IS_SAME,      /* nothing but environment and what is allowed */
    COMPARISON_DIFFERS,      /* something is wrong */
    COMPARISON_CANNOT_JUDGE, /* a recording is not whole, or not of this exercise: see problems */
};

/* Why a recording cannot be judged, or not in full. A bad recording must not read as bad code. */
struct comparison_problem {
    enum comparison_side side;
    const char *rule; /* for programs: "late", "lost-tail", "truncated", "gaps", "no-keys",
                         "some-keys", "wrong-port", "foreign", "empty", "other-protocol" */
    bool fatal;       /* nothing can be judged; else the rest was judged, and this is a remark */
    char *sentence;   /* what is the matter, for a person */
    char *remedy;     /* how to record it again; NULL when there is nothing to do */
};

struct comparison_difference {
    enum comparison_class class;
    const char *rule;   /* for programs: "line-end", "stuffing", "order", "missing", "greeting" …;
                           the tables of rules_*.c have them all */
    size_t pair;        /* where it begins to show: comparison.pairs[pair].rows[row] */
    size_t row;         /* == row_count: nowhere, as with a conversation that has no partner */
    char *sentence;     /* in words that a second-year student understands */
    const char *clause; /* "RFC 5321 §4.5.2", or NULL */
    size_t rows;        /* how many rows it speaks of: the same in several is told once */
    unsigned frame[2];  /* by enum comparison_side; 0: none there */
    bool has_byte;      /* whether it can be pinned to a byte of MINE's step in that row */
    size_t at;          /* its offset in that step's bytes; == length: its line ending */
};

/* One line of the drawing: a step of each, side by side. */
struct comparison_row {
    const struct dialogue_step *step[2]; /* by enum comparison_side; NULL: a ghost. Not both */
    enum comparison_class class;         /* the heaviest of its differences */
    size_t exchange;                     /* counts command and reply together, from 0 */
};

/* A conversation of each. The rows stand in the order of the dialogue: a reply behind its command,
   whenever it came. */
struct comparison_pair {
    const struct dialogue *dialogue[2]; /* NULL: it has no partner */
    struct comparison_row *rows;
    size_t row_count;
};

/* What encryption did, where the one is in clear and the other is not. */
struct comparison_cost {
    bool present;
    enum comparison_side encrypted; /* which of the two is */
    unsigned long long octets[2];   /* of TCP payload, both ways */
    unsigned packets[2];            /* all of the conversation's, both ways */
    unsigned round_trips[2];        /* how often the client had to wait: measure.h */
    unsigned long long hidden;      /* octets of dialogue that only the encrypted one hides */
};

/* More differences than these are only counted. */
#define COMPARISON_DIFFERENCE_LIMIT 1000

struct comparison {
    enum comparison_outcome outcome;
    struct comparison_problem *problems;
    size_t problem_count;
    struct comparison_pair *pairs;
    size_t pair_count; /* 0 where a fatal problem leaves nothing to lay beside each other */
    struct comparison_difference *differences; /* by pair and row; the first wrong one is the first
                                                  divergence */
    size_t difference_count;
    size_t total[COMPARISON_CLASSES]; /* differences of each class, those over the limit too */
    size_t alike;                     /* rows without a difference */
    struct comparison_cost cost;
};

/* A capture, dissected. Both must outlive the comparison. */
struct comparison_capture {
    const char *name; /* the file, for sentences */
    const struct dissect_capture *capture;
    const struct dialogues *dialogues; /* made of its frames */
};

/* 0 (whatever the outcome), or -1 without memory. */
int compare(const struct comparison_capture *mine, const struct comparison_capture *reference,
            struct comparison *comparison, struct failure *why);

/* The first difference that is wrong; NULL: there is none. */
const struct comparison_difference *comparison_first_wrong(const struct comparison *comparison);

/* "same", "environment", "allowed", "wrong"; "same", "differs", "cannot-judge". */
const char *comparison_class_name(enum comparison_class class);
const char *comparison_outcome_name(enum comparison_outcome outcome);

void comparison_free(struct comparison *comparison);

#endif
