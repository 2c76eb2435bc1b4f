/*
 * tshark: runs it once, with tap.lua, over one capture.
 *
 * What it says goes into files in memory, so there is no pipe that could fill up and no temporary
 * file that could stay behind. It runs with an empty configuration of its own, in English, without
 * names for addresses. A capture may be made to harm whoever reads it, so tshark has limits: of
 * memory, of time, and of what it may write.
 */
#ifndef WIRE_TSHARK_H
#define WIRE_TSHARK_H

#include "failure.h"
#include <stddef.h>

/* What it may take. */
#define TSHARK_MEMORY_LIMIT  (2ULL << 30)   /* bytes of address space */
#define TSHARK_OUTPUT_LIMIT  (320ULL << 20) /* bytes: each payload twice, and the words about it */
#define TSHARK_SECONDS_LIMIT 60             /* of processor time; and five times that in all */

struct tshark_run {
    char *output; /* what tap.lua wrote; may be written over; NULL when there is none */
    size_t length;
    int status;      /* exit status; 128 + n when signal n killed it */
    char words[300]; /* the gist of its stderr, or, when a signal killed it, why that may be; ""
                        when it had nothing to say */
};

/*
 * `capture` is an open file, read from its beginning; `plan` what tap.lua is to do (see there).
 * At most `frames` frames are read. 0 when tshark ran, whatever came of it: see status and words;
 * tshark_end frees the result. -1: it is not installed, could not be started, took too long.
 */
int tshark_read(int capture, const char *plan, size_t length, unsigned frames,
                struct tshark_run *run, struct failure *why);

void tshark_end(struct tshark_run *run);

#endif
