/*
 * align: two lists laid beside each other so that as much as possible stands beside its like. Part
 * of compare.
 *
 * This is the classic table of all against all (Needleman and Wunsch), which is exact but grows
 * with the product of both lengths. So what is equal at the front is taken first, and of what
 * remains only a window of ALIGN_WINDOW items of each list is looked at: the better half of its
 * alignment is kept, and the window moves on. Memory is at most one window (256 KiB), time at most
 * (mine + reference) * 2 * ALIGN_WINDOW questions. Lists shorter than the window come out exact;
 * in longer ones an item finds its like if it stands less than half a window away.
 */
#ifndef WIRE_ALIGN_H
#define WIRE_ALIGN_H

#include <stddef.h>
#include <stdint.h>

#define ALIGN_WINDOW 512
#define ALIGN_EQUAL  16       /* the highest score */
#define ALIGN_NONE   SIZE_MAX /* no item: a ghost */

/* How alike two items are: 0, they never stand beside each other, … ALIGN_EQUAL. */
typedef int align_score(const void *context, size_t mine, size_t reference);

struct align_row {
    size_t item[2]; /* of mine and the reference; ALIGN_NONE, but never both */
};

/*
 * Fills `rows`, which has room for mine + reference of them, and *count. 0, or -1 without memory.
 */
int align(size_t mine, size_t reference, align_score *score, const void *context,
          struct align_row *rows, size_t *count);

#endif
