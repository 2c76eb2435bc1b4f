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

#include "files.h"

/* Makes a new, empty directory; the caller removes it with files_remove. */
static inline void test_directory(char path[64]) {
    snprintf(path, 64, "/tmp/wire-unit-XXXXXX");
    assert_non_null(mkdtemp(path));
}

/* Writes DIRECTORY/NAME, with directories as needed; its path is in `path` (may be NULL). */
static inline void test_file(const char *directory, const char *name, const char *text,
                             char path[256]) {
    char file[256], parent[256];
    snprintf(file, sizeof file, "%s/%s", directory, name);
    snprintf(parent, sizeof parent, "%s", file);
    *strrchr(parent, '/') = '\0';
    assert_int_equal(files_make_directory(parent, NULL), 0);
    assert_int_equal(files_write(file, text, strlen(text), NULL), 0);
    if (path != NULL)
        snprintf(path, 256, "%s", file);
}

#endif
