/*
 * comparing: what the parts of compare share while one comparison is made.
 */
#ifndef WIRE_COMPARING_H
#define WIRE_COMPARING_H

#include "align.h"
#include "canon.h"
#include "compare.h"
#include "exchange.h"
#include "protocol.h"

struct comparing {
    const struct comparison_capture *capture[2]; /* by enum comparison_side */
    struct comparison *comparison;
    bool failed; /* no memory, somewhere: the comparison is worth nothing */
};

/* Hashes by which steps are known as alike, without looking at them again. */
struct likeness {
    uint64_t form; /* of its canonical form */
    uint64_t text; /* of its bytes without dots in front and CRs behind */
    uint64_t head; /* of "250-SIZE", "Subject"; 0: there is none */
};

/* One conversation of one capture, ready to be laid beside another. */
struct party {
    const struct dialogue *dialogue;
    const struct protocol *protocol; /* NULL: not known */
    struct exchanges exchanges;      /* its steps */
    struct likeness *likeness;       /* of each step */
    struct stretch *stretch;         /* the exchanges in it */
    size_t stretch_count;
    struct canon_word client; /* what the client calls itself; length 0: not known */
};

/* One exchange of a party: steps first … first + count - 1. */
struct stretch {
    size_t first;
    size_t count;
    uint64_t hash;     /* of all its steps */
    uint64_t command;  /* of the client's part alone */
    uint64_t argument; /* of what stands behind the verb; 0: nothing */
    char verb[16];     /* "EHLO"; or "(connect)", "(greeting)", "(message)", "(tls)", "(end)",
                          "(credentials)" */
};

/* 0, or -1 without memory. party_free in both cases. */
int party_make(const struct dialogue *dialogue, struct party *party);
void party_free(struct party *party);

/* Lays two parties beside each other: fills pair->rows and row_count; and, for each exchange that
   rows speak of, which stretch of each party it is. `beside` is freed by the caller. 0, or -1
   without memory. */
int match_parties(const struct party party[2], struct comparison_pair *pair,
                  struct align_row **beside);

/* Pairs the conversations: fills comparison->pairs, without rows. */
void pair_conversations(struct comparing *comparing);

/* Judges the recordings: fills comparison->problems. */
void judge_recordings(struct comparing *comparing);

/* Parts of it: is there a conversation of the exercise, and what else is there? */
void judge_empty(struct comparing *comparing, enum comparison_side side);
void judge_other(struct comparing *comparing, enum comparison_side side);
void judge_port(struct comparing *comparing, enum comparison_side side);
void judge_foreign(struct comparing *comparing, enum comparison_side side);

/* The recording ends before its conversation does: what is missing there counts for nothing. */
bool recording_lost_tail(const struct dialogue *dialogue);

/* The differences of a pair whose rows are there. */
void classify_pair(struct comparing *comparing, size_t pair, const struct party party[2],
                   const struct align_row *beside);
/* … and of one that has no partner. */
void classify_lonely(struct comparing *comparing, size_t pair);

/* What encryption did. */
void count_cost(struct comparing *comparing);

/* Adds a problem; printf's rules for the sentence. `remedy` may be NULL. */
void add_problem(struct comparing *comparing, const struct comparison_problem *problem,
                 const char *remedy, const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
