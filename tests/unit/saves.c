#include "saves.h"
#include "files.h"

#include "files_for_tests.h"

#include <fcntl.h>
#include <unistd.h>

static void save(const char *directory, const char *name) {
    char path[256];
    test_file(directory, name, "text", path);
}

static void what_counts_as_a_save(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int answer;
    } cases[] = {
        {"hello.c", 1},  {"lab.ini", 1},        {"4913", 0},      {".hello.c.swp", 0},
        {"hello.c~", 0}, {"hello.c.swp", 0},    {"#hello.c#", 0}, {".#hello.c", 0},
        {"x.c.new", 0},  {"capture.pcapng", 1},
    };
    char directory[64];
    int ends[2];
    test_directory(directory);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "", 1), 1); /* who waits for anything else, is called at once */
    int saves = saves_open(directory, NULL);
    assert_true(saves >= 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        save(directory, cases[i].name);
        if (saves_wait(saves, ends[0], NULL) != cases[i].answer)
            fail_msg("%s", cases[i].name);
    }
    close(saves);
    close(ends[0]);
    close(ends[1]);
    files_remove(directory, NULL);
}

static void a_file_that_is_renamed_counts_and_several_are_one(void **state) {
    (void)state;
    char directory[64], from[256], to[256];
    int ends[2];
    test_directory(directory);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int saves = saves_open(directory, NULL);
    test_file(directory, ".new", "text", from);
    snprintf(to, sizeof to, "%s/hello.c", directory);
    assert_int_equal(rename(from, to), 0);
    save(directory, "other.c");
    save(directory, "third.c");
    assert_int_equal(saves_wait(saves, -1, NULL), 1);
    close(ends[1]); /* its end is readable */
    assert_int_equal(saves_wait(saves, ends[0], NULL), 0);
    close(saves);
    close(ends[0]);
    files_remove(directory, NULL);
}

static void a_directory_that_is_not_there(void **state) {
    (void)state;
    struct failure why;
    assert_int_equal(saves_open("/nosuch/directory", &why), -1);
    assert_string_equal(why.text, "cannot watch /nosuch/directory: no such file or directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_counts_as_a_save),
        cmocka_unit_test(a_file_that_is_renamed_counts_and_several_are_one),
        cmocka_unit_test(a_directory_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
