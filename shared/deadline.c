#include "deadline.h"
#include <limits.h>
#include <time.h>

#define NANOSECONDS_IN_MS 1000000

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * NANOSECONDS_IN_MS + now.tv_nsec;
}

deadline deadline_in(int milliseconds) {
    /* Rounded up: never earlier than promised. */
    int64_t now = (now_ns() + NANOSECONDS_IN_MS - 1) / NANOSECONDS_IN_MS;
    return now + (milliseconds > 0 ? milliseconds : 0);
}

deadline deadline_earlier(deadline one, deadline other) {
    return one < other ? one : other;
}

int deadline_left(deadline when) {
    if (when == DEADLINE_NEVER)
        return -1;
    int64_t now = now_ns() / NANOSECONDS_IN_MS; /* rounded down, so what is left is rounded up */
    if (when <= now)
        return 0;
    return when - now > INT_MAX ? INT_MAX : (int)(when - now);
}
