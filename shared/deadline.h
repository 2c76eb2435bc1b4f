/*
 * deadline: the moment at which waiting ends.
 *
 * A time-out for each read is not enough: a peer that sends one byte every second never runs into
 * it. So everything here that waits takes a deadline: a point in time, fixed once, that does not
 * move when some bytes arrive.
 */
#ifndef SHARED_DEADLINE_H
#define SHARED_DEADLINE_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC, which no clock adjustment can move. */
typedef int64_t deadline;

#define DEADLINE_NEVER INT64_MAX

/* The moment that is `milliseconds` (0 or more) from now. */
deadline deadline_in(int milliseconds);

/* The earlier of the two. */
deadline deadline_earlier(deadline one, deadline other);

/*
 * How long is left, as poll(2) wants it: milliseconds, rounded up; 0 when the deadline has passed;
 * -1 (wait for ever) for DEADLINE_NEVER.
 */
int deadline_left(deadline when);

#endif
