#include "fields.h"
#include "files.h"

#include "files_for_tests.h"

static void a_record_comes_back_as_it_was(void **state) {
    (void)state;
    char directory[64], path[256];
    test_directory(directory);
    snprintf(path, sizeof path, "%s/record", directory);
    struct fields out = {0}, in;
    assert_int_equal(fields_add(&out, "plain", "%s", "text"), 0);
    assert_int_equal(fields_add(&out, "empty", "%s", ""), 0);
    assert_int_equal(fields_add(&out, "ugly", "%s", "a\tb\nc\\d\\n\n"), 0);
    assert_int_equal(fields_add(&out, "twice", "%d", 1), 0);
    assert_int_equal(fields_add(&out, "twice", "%d", 2), 0);
    assert_int_equal(fields_write(&out, path, NULL), 0);
    assert_int_equal(fields_read(&in, path, NULL), 0);
    assert_int_equal(in.count, 5);
    assert_string_equal(fields_get(&in, "plain"), "text");
    assert_string_equal(fields_get(&in, "empty"), "");
    assert_string_equal(fields_get(&in, "ugly"), "a\tb\nc\\d\\n\n");
    assert_int_equal(fields_number(&in, "twice"), 1);
    assert_string_equal(in.list[4].value, "2");
    assert_null(fields_get(&in, "absent"));
    assert_int_equal(fields_number(&in, "absent"), 0);
    fields_free(&out);
    fields_free(&in);
    files_remove(directory, NULL);
}

static void what_is_no_record_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {"no tab\n", "a\tb", "a\tb\n\n", "a\tb\nc"};
    char directory[64], path[256];
    test_directory(directory);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fields fields;
        struct failure why;
        test_file(directory, "record", cases[i], path);
        assert_int_equal(fields_read(&fields, path, &why), -1);
        assert_non_null(strstr(why.text, "this is no record"));
        assert_int_equal(fields.count, 0);
    }
    files_remove(directory, NULL);
}

static void a_failed_write_leaves_nothing(void **state) {
    (void)state;
    struct fields fields = {0};
    assert_int_equal(fields_add(&fields, "a", "b"), 0);
    assert_int_equal(fields_write(&fields, "/nonexistent/record", NULL), -1);
    fields_free(&fields);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_as_it_was),
        cmocka_unit_test(what_is_no_record_is_refused),
        cmocka_unit_test(a_failed_write_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
