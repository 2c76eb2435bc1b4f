/*
 * files: whole files and directories.
 */
#ifndef WIRE_FILES_H
#define WIRE_FILES_H

#include "buf.h"
#include "failure.h"
#include <limits.h>

/* Puts a path together by printf's rules. 0, or -1: longer than PATH_MAX. */
int files_path(char path[PATH_MAX], struct failure *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The path as a person reads it: from the kit's directory, where `./kit` is run, if it is below. */
const char *files_short_path(const char *path);

/* Adds a file's bytes to `bytes`. 0, or -1: cannot be read, or longer than the buf's limit. */
int files_read(const char *path, struct buf *bytes, struct failure *why);

/* Writes a file. 0 or -1. */
int files_write(const char *path, const void *bytes, size_t length, struct failure *why);

/* Makes a directory, and those above it, where they are missing. 0 or -1. */
int files_make_directory(const char *path, struct failure *why);

/* Removes a file, or a directory with all that is in it; fine if there is nothing. 0 or -1. */
int files_remove(const char *path, struct failure *why);

#endif
