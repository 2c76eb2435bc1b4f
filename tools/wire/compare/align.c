#include "align.h"
#include <stdbool.h>
#include <stdlib.h>

enum move {
    BESIDE,     /* both items stand in one row */
    MINE_ALONE, /* opposite a ghost */
    REFERENCE_ALONE,
};

/* The table of one window. best(i, j) is the score of what is behind i and j, so that the path can
   be walked from the front. */
struct window {
    size_t first[2];      /* where it begins in the lists */
    size_t length[2];     /* of each list in it */
    unsigned char *moves; /* length[0] rows of ALIGN_WINDOW */
    int *best[2];         /* the row that is filled, and the one behind it */
};

static size_t smaller(size_t one, size_t other) {
    return one < other ? one : other;
}

static void fill_row(struct window *window, size_t i, align_score *score, const void *context) {
    int *here = window->best[i % 2], *behind = window->best[1 - i % 2];
    unsigned char *moves = window->moves + i * ALIGN_WINDOW;

    here[window->length[1]] = 0;
    for (size_t j = window->length[1]; j-- > 0;) {
        int alike = score(context, window->first[0] + i, window->first[1] + j);
        int beside = alike > 0 ? alike + behind[j + 1] : -1;
        int mine = behind[j], reference = here[j + 1];
        enum move move = beside >= mine && beside >= reference ? BESIDE
                         : mine >= reference                   ? MINE_ALONE
                                                               : REFERENCE_ALONE;
        moves[j] = (unsigned char)move;
        here[j] = move == BESIDE ? beside : move == MINE_ALONE ? mine : reference;
    }
}

static void fill(struct window *window, align_score *score, const void *context) {
    int *last = window->best[window->length[0] % 2];

    for (size_t j = 0; j <= window->length[1]; j++)
        last[j] = 0;
    for (size_t i = window->length[0]; i-- > 0;)
        fill_row(window, i, score, context);
}

/* Follows the path to its end or, when there is more than the window holds, to its middle. */
static void walk(const struct window *window, const size_t total[2], size_t at[2],
                 struct align_row *rows, size_t *count) {
    size_t until[2], place[2] = {0, 0};

    for (int side = 0; side < 2; side++) {
        bool all = window->first[side] + window->length[side] == total[side];
        until[side] = all ? SIZE_MAX : ALIGN_WINDOW / 2;
    }
    while ((place[0] < window->length[0] || place[1] < window->length[1]) && place[0] < until[0] &&
           place[1] < until[1]) {
        enum move move = place[0] == window->length[0] ? REFERENCE_ALONE
                         : place[1] == window->length[1]
                             ? MINE_ALONE
                             : (enum move)window->moves[place[0] * ALIGN_WINDOW + place[1]];
        struct align_row *row = &rows[(*count)++];
        row->item[0] = move == REFERENCE_ALONE ? ALIGN_NONE : window->first[0] + place[0]++;
        row->item[1] = move == MINE_ALONE ? ALIGN_NONE : window->first[1] + place[1]++;
    }
    at[0] += place[0];
    at[1] += place[1];
}

/* What is equal at the front needs no table. */
static void take_equal(const size_t total[2], align_score *score, const void *context, size_t at[2],
                       struct align_row *rows, size_t *count) {
    while (at[0] < total[0] && at[1] < total[1] && score(context, at[0], at[1]) == ALIGN_EQUAL)
        rows[(*count)++] = (struct align_row){{at[0]++, at[1]++}};
}

static void take_rest(const size_t total[2], size_t at[2], struct align_row *rows, size_t *count) {
    while (at[0] < total[0])
        rows[(*count)++] = (struct align_row){{at[0]++, ALIGN_NONE}};
    while (at[1] < total[1])
        rows[(*count)++] = (struct align_row){{ALIGN_NONE, at[1]++}};
}

int align(size_t mine, size_t reference, align_score *score, const void *context,
          struct align_row *rows, size_t *count) {
    const size_t total[2] = {mine, reference};
    struct window window = {.moves = NULL};
    size_t at[2] = {0, 0};
    int status = 0;

    *count = 0;
    take_equal(total, score, context, at, rows, count);
    if (at[0] < mine && at[1] < reference) {
        window.moves = malloc((size_t)ALIGN_WINDOW * ALIGN_WINDOW);
        for (int i = 0; i < 2; i++)
            window.best[i] = calloc(ALIGN_WINDOW + 1, sizeof *window.best[i]);
        if (window.moves == NULL || window.best[0] == NULL || window.best[1] == NULL)
            status = -1;
    }
    while (status == 0 && at[0] < mine && at[1] < reference) {
        for (int side = 0; side < 2; side++) {
            window.first[side] = at[side];
            window.length[side] = smaller(total[side] - at[side], ALIGN_WINDOW);
        }
        fill(&window, score, context);
        walk(&window, total, at, rows, count);
        take_equal(total, score, context, at, rows, count);
    }
    if (status == 0)
        take_rest(total, at, rows, count);
    free(window.moves);
    free(window.best[0]);
    free(window.best[1]);
    return status;
}
