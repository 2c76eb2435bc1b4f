#include "history_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

static char directory[] = "history-XXXXXX"; /* below the build tree, where tests run */
static char path[100];

static int make_directory(void **state) {
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    char state_directory[64];
    snprintf(state_directory, sizeof state_directory, "%s/state", directory);
    snprintf(path, sizeof path, "%s/smtp.history", state_directory);
    return setenv("KIT_STATE_DIR", state_directory, 1);
}

static int remove_directory(void **state) {
    (void)state;
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    return rmdir(directory);
}

/* What the file holds. */
static const char *contents(void) {
    static char bytes[65536];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    return bytes;
}

static void lines_are_kept_for_the_next_run(void **state) {
    (void)state;
    history_file_load("smtp"); /* no file, no directory: nothing happens */
    assert_int_equal(history_length, 0);
    assert_int_equal(access(path, F_OK), -1);

    history_file_add("smtp", "EHLO x");
    history_file_add("smtp", "EHLO x"); /* the same again */
    history_file_add("smtp", "");
    history_file_add("smtp", "QUIT");
    history_file_add("smtp", "EHLO x");
    assert_string_equal(contents(), "EHLO x\nQUIT\nEHLO x\n");

    clear_history();
    history_file_load("smtp");
    assert_int_equal(history_length, 3);
    assert_string_equal(history_get(history_base)->line, "EHLO x");
    assert_string_equal(history_get(history_base + 2)->line, "EHLO x");
}

static void only_the_owner_can_read_it(void **state) {
    (void)state;
    struct stat file;
    mode_t before = umask(0);
    assert_int_equal(chmod(path, 0644), 0); /* somebody was careless */
    history_file_add("smtp", "NOOP");
    umask(before);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

static void a_long_history_is_cut_at_its_old_end(void **state) {
    (void)state;
    clear_history();
    unlink(path);
    char line[32];
    for (int i = 0; i < HISTORY_FILE_LINES + 50; i++) {
        snprintf(line, sizeof line, "NOOP %d", i);
        history_file_add("smtp", line);
    }
    for (int run = 0; run < 2; run++) {
        clear_history();
        history_file_load("smtp");
        assert_int_equal(history_length, HISTORY_FILE_LINES);
        assert_string_equal(history_get(history_base)->line, "NOOP 50");
        assert_string_equal(history_get(history_base + history_length - 1)->line, "NOOP 1049");
    }
    assert_true(strncmp(contents(), "NOOP 50\n", 8) == 0);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
}

static void where_nothing_can_be_written_nothing_is_kept(void **state) {
    (void)state;
    static const char *const places[] = {"/dev/null", "/proc/no-such-place", "/dev/null/x"};
    char before[300];
    snprintf(before, sizeof before, "%s", getenv("KIT_STATE_DIR"));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        setenv("KIT_STATE_DIR", places[i], 1);
        clear_history();
        history_file_load("smtp");
        history_file_add("smtp", "NOOP");
        assert_int_equal(history_length, 1);
    }
    setenv("KIT_STATE_DIR", before, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_kept_for_the_next_run),
        cmocka_unit_test(only_the_owner_can_read_it),
        cmocka_unit_test(a_long_history_is_cut_at_its_old_end),
        cmocka_unit_test(where_nothing_can_be_written_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
