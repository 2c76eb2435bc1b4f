/* Two lists beside each other. */
#include "align.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct lists {
    const int *item[2];
};

static int equal_or_nothing(const void *context, size_t mine, size_t reference) {
    const struct lists *lists = context;

    return lists->item[0][mine] == lists->item[1][reference] ? ALIGN_EQUAL : 0;
}

/* Every item comes once and in order; returns how many stand beside their like. */
static size_t check(const int *mine, size_t mine_count, const int *reference,
                    size_t reference_count) {
    struct lists lists = {{mine, reference}};
    struct align_row *rows = calloc(mine_count + reference_count + 1, sizeof *rows);
    size_t count, next[2] = {0, 0}, beside = 0;

    assert_non_null(rows);
    assert_int_equal(align(mine_count, reference_count, equal_or_nothing, &lists, rows, &count), 0);
    for (size_t i = 0; i < count; i++) {
        bool both = true;
        for (int side = 0; side < 2; side++) {
            if (rows[i].item[side] == ALIGN_NONE)
                both = false;
            else
                assert_int_equal(rows[i].item[side], next[side]++);
        }
        if (both)
            assert_int_equal(mine[rows[i].item[0]], reference[rows[i].item[1]]);
        beside += both ? 1 : 0;
    }
    assert_int_equal(next[0], mine_count);
    assert_int_equal(next[1], reference_count);
    free(rows);
    return beside;
}

/* The longest common subsequence, by trying: the definition. */
static size_t longest(const int *mine, size_t mine_count, const int *reference,
                      size_t reference_count) {
    if (mine_count == 0 || reference_count == 0)
        return 0;
    if (*mine == *reference)
        return 1 + longest(mine + 1, mine_count - 1, reference + 1, reference_count - 1);
    size_t one = longest(mine + 1, mine_count - 1, reference, reference_count);
    size_t other = longest(mine, mine_count, reference + 1, reference_count - 1);
    return one > other ? one : other;
}

static void short_lists_are_exact(void **state) {
    (void)state;
    int mine[7], reference[7];
    unsigned seed = 1;

    for (int round = 0; round < 300; round++) {
        size_t count[2] = {(size_t)round % 8, (size_t)round / 8 % 8};
        for (size_t i = 0; i < 7; i++) {
            seed = seed * 1103515245U + 12345U;
            mine[i] = (int)(seed >> 16) % 3;
            reference[i] = (int)(seed >> 20) % 3;
        }
        assert_int_equal(check(mine, count[0], reference, count[1]),
                         longest(mine, count[0], reference, count[1]));
    }
}

/* Far longer than a window: what is missing and what is too many is found all the same. */
static void long_lists_are_aligned_in_windows(void **state) {
    (void)state;
    enum {
        COUNT = 20 * ALIGN_WINDOW
    };
    static int mine[COUNT], reference[COUNT];
    size_t count = 0;

    for (int i = 0; i < COUNT; i++) {
        reference[i] = i;
        if (i % 100 != 7)
            mine[count++] = i % 100 == 50 ? -i : i; /* every hundredth misses, another is changed */
    }
    size_t changed = (COUNT - 51) / 100 + 1;
    assert_int_equal(check(mine, count, reference, COUNT), count - changed);
    /* Nothing in common at all, and lengths that have little in common. */
    for (int i = 0; i < COUNT; i++)
        mine[i] = -1 - i;
    assert_int_equal(check(mine, COUNT, reference, COUNT), 0);
    assert_int_equal(check(mine, 3, reference, COUNT), 0);
    assert_int_equal(check(mine, COUNT, reference, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_lists_are_exact),
        cmocka_unit_test(long_lists_are_aligned_in_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
