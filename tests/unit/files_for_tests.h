/* A directory of a test's own, and files in it. */
#ifndef TESTS_FILES_FOR_TESTS_H
#define TESTS_FILES_FOR_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>

/* Makes a new, empty directory; the caller removes it with files_remove (files.h). */
static inline void test_directory(char path[64]) {
    snprintf(path, 64, "/tmp/wire-unit-XXXXXX");
    assert_non_null(mkdtemp(path));
}

/* Writes DIRECTORY/NAME, with one directory between if the name has one; its path is in `path` (may
   be NULL). */
static inline void test_file(const char *directory, const char *name, const char *text,
                             char path[256]) {
    char file_path[256];
    snprintf(file_path, sizeof file_path, "%s/%s", directory, name);
    char *slash = strchr(file_path + strlen(directory) + 1, '/');
    if (slash != NULL) {
        *slash = '\0';
        mkdir(file_path, 0755);
        *slash = '/';
    }
    FILE *file = fopen(file_path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    if (path != NULL)
        snprintf(path, 256, "%s", file_path);
}

#endif
