/*
 * evidence: all that is known of one run, for the judges.
 */
#ifndef WIRE_EVIDENCE_H
#define WIRE_EVIDENCE_H

#include "buf.h"
#include "dialogue.h"
#include "dissect.h"
#include "failure.h"
#include "lab.h"
#include "run.h"
#include <stdbool.h>
#include <stddef.h>

struct references;

struct evidence {
    const struct lab *lab;
    const struct lab_run *run;
    char *directory; /* the run's */
    struct run_result result;
    struct buf output; /* the program's */
    struct buf error;
    struct buf visit; /* what a server's visit showed, and what it said on standard error */
    struct buf visit_error;

    /* Of the capture, without what a peer (peer.h) said to the server behind it. */
    struct dissect_frame *frames;
    size_t frame_count;
    const struct dissect_matches *matches; /* by number of filter; hold frames of the peer, too */
    struct dialogues dialogues;
    const struct references *references; /* what `same` compares with; not its own */
    struct buf stream[2]; /* by enum dialogue_side: the bytes of all connections, in a row */
};

/*
 * Loads what the run left in `directory` (struct run_setup), and takes over its part of the
 * dissection, which must outlive the evidence. 0, or -1: something is not there, or is damaged.
 */
int evidence_load(struct evidence *evidence, const struct lab *lab, const struct lab_run *run,
                  const char *directory, const struct dissect_capture *capture,
                  struct failure *why);

void evidence_free(struct evidence *evidence);

/* Which end of a connection the program is: of a server lab, the server. */
enum dialogue_side evidence_own_side(const struct evidence *evidence);

/*
 * What the program complained of: the first line of its standard error that is more than a server's
 * ordinary log, without a log's time and name. Its length; 0: there is none.
 */
size_t evidence_complaint(const struct evidence *evidence, const char **line);

/* The frames that match filter `match`: match number `index` from 0, or 0 behind the last. */
unsigned evidence_match(const struct evidence *evidence, size_t match, size_t index);

/* The facts of a frame by its number; NULL: there is none, or it is the peer's. */
const struct dissect_frame *evidence_frame(const struct evidence *evidence, unsigned number);

/* Whether this frame goes from the client to the server. */
bool evidence_from_client(const struct evidence *evidence, const struct dissect_frame *frame);

/* The number of the frame that carried byte `offset` of stream[side]; 0: none. */
unsigned evidence_frame_of(const struct evidence *evidence, enum dialogue_side side, size_t offset);

/* Whether a connection came about: both sides agreed to it. */
bool evidence_connected(const struct evidence *evidence);

#endif
