#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct values {
    bool json;
    const char *out;
    long width;
};

/* Reads up to six words behind a command's name. */
static int read_words(const char *const words[6], struct values *values, char *argv[8],
                      struct failure *why) {
    const struct option_row rows[] = {
        {.name = "json", .letter = 'j', .flag = &values->json},
        {.name = "output", .letter = 'o', .text = &values->out},
        {.name = "width", .number = &values->width, .least = 40, .most = 400},
        {.name = NULL},
    };
    int argc = 1;
    *values = (struct values){.width = 100};
    argv[0] = (char *)"show";
    while (argc <= 6 && words[argc - 1] != NULL) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    argv[argc] = NULL;
    return options_read(argc, argv, rows, why);
}

static void words_and_options_in_any_order(void **state) {
    (void)state;
    struct values values;
    char *argv[8];
    int first = read_words((const char *const[6]){"a.pcapng", "--json", "-o", "x", "b", NULL},
                           &values, argv, NULL);
    assert_int_equal(first, 4);
    assert_string_equal(argv[4], "a.pcapng");
    assert_string_equal(argv[5], "b");
    assert_true(values.json);
    assert_string_equal(values.out, "x");
    assert_int_equal(values.width, 100); /* as it was */
}

static void behind_two_hyphens_are_words(void **state) {
    (void)state;
    struct values values;
    char *argv[8];
    int first =
        read_words((const char *const[6]){"--width=40", "--", "--json", NULL}, &values, argv, NULL);
    assert_int_equal(first, 3);
    assert_string_equal(argv[3], "--json");
    assert_false(values.json);
    assert_int_equal(values.width, 40);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    static const struct {
        const char *words[6], *says;
    } cases[] = {
        {{"--colour"}, "not understood: --colour"},
        {{"-x"}, "not understood: -x"},
        {{"--json=1"}, "not understood: --json=1"},
        {{"a", "--output"}, "--output takes a value"},
        {{"-o"}, "-o takes a value"},
        {{"-o", ""}, "--output takes a value, not \"\""},
        {{"--width", "39"}, "--width takes a number from 40 to 400, not \"39\""},
        {{"--width", "401"}, "--width takes a number from 40 to 400, not \"401\""},
        {{"--width", "40x"}, "--width takes a number from 40 to 400, not \"40x\""},
        {{"--width", ""}, "--width takes a number from 40 to 400, not \"\""},
        {{"--width", "99999999999999999999"}, "not \"99999999999999999999\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct values values;
        struct failure why = {""};
        char *argv[8];
        int first = read_words(cases[i].words, &values, argv, &why);
        if (first != -1 || strstr(why.text, cases[i].says) == NULL)
            fail_msg("%s gives %d, \"%s\", not \"%s\"", cases[i].words[0], first, why.text,
                     cases[i].says);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_options_in_any_order),
        cmocka_unit_test(behind_two_hyphens_are_words),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
