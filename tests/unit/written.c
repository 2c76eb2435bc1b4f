/* What a program writes: how much, and what of it may stay. */
#include "written.h"
#include "files.h"

#include "files_for_tests.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* Looks until it may look again, once. */
static bool is_too_much(struct written *written) {
    poll(NULL, 0, deadline_left(written->next));
    return written_is_too_much(written);
}

static void make(const char *directory, const char *name, off_t size, bool hole) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(hole ? ftruncate(file, size) : posix_fallocate(file, 0, size), 0);
    assert_int_equal(close(file), 0);
}

static void bytes_are_counted_and_holes_are_none(void **state) {
    (void)state;
    char directory[64];
    struct written written;
    test_directory(directory);
    make(directory, "before", 8 << 20, false);
    written_begin(&written, directory);
    make(directory, "hole", (off_t)1 << 40, true);
    make(directory, "most", (off_t)WRITTEN_BYTES_LIMIT - (1 << 20), false);
    assert_false(is_too_much(&written));
    make(directory, "more", 2 << 20, false);
    assert_true(is_too_much(&written));
    assert_int_equal(written_tidy(&written, NULL), 0);
    char path[256];
    snprintf(path, sizeof path, "%s/before", directory);
    assert_int_equal(access(directory, F_OK), 0);
    assert_int_equal(access(path, F_OK), -1); /* all of it goes */
    files_remove(directory, NULL);
}

static void files_are_counted(void **state) {
    (void)state;
    char directory[64], name[40];
    struct written written;
    test_directory(directory);
    written_begin(&written, directory);
    for (int i = 0; i < WRITTEN_FILES_LIMIT; i++) {
        snprintf(name, sizeof name, "%d", i);
        make(directory, name, 0, true);
    }
    assert_false(is_too_much(&written));
    make(directory, "more", 0, true);
    assert_true(is_too_much(&written));
    files_remove(directory, NULL);
}

static void deep_directories_are_too_much(void **state) {
    (void)state;
    char directory[64], path[8192];
    struct written written;
    test_directory(directory);
    written_begin(&written, directory);
    size_t length = (size_t)snprintf(path, sizeof path, "%s", directory);
    for (int i = 0; i < 1000; i++) {
        length += (size_t)snprintf(path + length, sizeof path - length, "/d");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_true(is_too_much(&written));
    assert_int_equal(written_tidy(&written, NULL), 0);
    strcat(directory, "/d");
    assert_int_equal(access(directory, F_OK), -1);
    directory[strlen(directory) - 2] = '\0';
    files_remove(directory, NULL);
}

static void what_is_no_file_goes(void **state) {
    (void)state;
    char directory[64], path[256];
    struct written written;
    struct stat status;
    test_directory(directory);
    written_begin(&written, directory);
    test_file(directory, "new/letter", "x\n", path);
    assert_int_equal(chmod(path, 0), 0);
    snprintf(path, sizeof path, "%s/new", directory);
    assert_int_equal(chmod(path, 0), 0);
    snprintf(path, sizeof path, "%s/link", directory);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/pipe", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(written_tidy(&written, NULL), 0);
    assert_int_equal(lstat(path, &status), -1);
    snprintf(path, sizeof path, "%s/link", directory);
    assert_int_equal(lstat(path, &status), -1);
    snprintf(path, sizeof path, "%s/new/letter", directory);
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(access("/etc/passwd", F_OK), 0);
    files_remove(directory, NULL);
}

static void without_a_directory_there_is_nothing(void **state) {
    (void)state;
    struct written written;
    written_begin(&written, NULL);
    assert_false(written_is_too_much(&written));
    assert_int_equal(written_tidy(&written, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_counted_and_holes_are_none),
        cmocka_unit_test(files_are_counted),
        cmocka_unit_test(deep_directories_are_too_much),
        cmocka_unit_test(what_is_no_file_goes),
        cmocka_unit_test(without_a_directory_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
