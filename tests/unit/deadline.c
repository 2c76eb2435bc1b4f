#include "deadline.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

/* No upper bounds on measured times here: a loaded machine may take as long as it likes. */

static void never_is_minus_one(void **state) {
    (void)state;
    assert_int_equal(deadline_left(DEADLINE_NEVER), -1);
}

static void what_has_passed_is_zero(void **state) {
    (void)state;
    assert_int_equal(deadline_left(0), 0);
    assert_int_equal(deadline_left(INT64_MIN), 0);
    deadline now = deadline_in(0);
    while (deadline_in(0) <= now + 1)
        ;
    assert_int_equal(deadline_left(now), 0);
    assert_true(deadline_in(-5) <= deadline_in(0)); /* nothing lies before now */
}

static void is_never_early(void **state) {
    (void)state;
    deadline before = deadline_in(0);
    deadline when = deadline_in(60000);
    assert_true(when >= before + 60000);
    int left = deadline_left(when);
    assert_true(left > 0 && left <= 60001);
    assert_true(when - deadline_in(0) <= left); /* rounded up */
}

static void far_away_fits_an_int(void **state) {
    (void)state;
    assert_int_equal(deadline_left(DEADLINE_NEVER - 1), INT_MAX);
    int left = deadline_left(deadline_in(INT_MAX));
    assert_true(left > 0);
}

static void the_earlier_of_two(void **state) {
    (void)state;
    assert_int_equal(deadline_earlier(5, DEADLINE_NEVER), 5);
    assert_int_equal(deadline_earlier(DEADLINE_NEVER, 5), 5);
    assert_int_equal(deadline_earlier(-7, 5), -7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_is_minus_one), cmocka_unit_test(what_has_passed_is_zero),
        cmocka_unit_test(is_never_early),     cmocka_unit_test(far_away_fits_an_int),
        cmocka_unit_test(the_earlier_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
