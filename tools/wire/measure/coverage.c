#include "coverage.h"
#include <string.h>

static int64_t larger(int64_t one, int64_t other) {
    return one > other ? one : other;
}

static int64_t smaller(int64_t one, int64_t other) {
    return one < other ? one : other;
}

/* Takes the list's `count` stretches from `first` on out of it. */
static void take_out(struct coverage *coverage, size_t first, size_t count) {
    size_t behind = coverage->count - first - count;

    memmove(&coverage->list[first], &coverage->list[first + count],
            behind * sizeof *coverage->list);
    coverage->count -= count;
}

static void put_in(struct coverage *coverage, size_t place, struct stretch stretch) {
    if (coverage->count == COVERAGE_STRETCHES) {
        coverage->list[1].start = coverage->list[0].start;
        take_out(coverage, 0, 1);
        if (place > 0) {
            place--;
        } else { /* in front of all: what is between counts as seen */
            coverage->list[0].start = stretch.start;
            return;
        }
    }
    memmove(&coverage->list[place + 1], &coverage->list[place],
            (coverage->count - place) * sizeof *coverage->list);
    coverage->list[place] = stretch;
    coverage->count++;
}

uint64_t coverage_add(struct coverage *coverage, int64_t start, int64_t end) {
    if (end <= start)
        return 0;
    struct stretch joined = {start, end};
    uint64_t known = 0;
    /* Nearly all octets come in order: the place is at the end of the list. */
    size_t last = coverage->count;
    while (last > 0 && coverage->list[last - 1].start > end)
        last--;
    size_t first = last;
    while (first > 0 && coverage->list[first - 1].end >= start) {
        const struct stretch *touched = &coverage->list[--first];
        int64_t common = smaller(touched->end, end) - larger(touched->start, start);
        known += common > 0 ? (uint64_t)common : 0;
        joined.start = smaller(joined.start, touched->start);
        joined.end = larger(joined.end, touched->end);
    }
    take_out(coverage, first, last - first);
    put_in(coverage, first, joined);
    return (uint64_t)(end - start) - known;
}
