/*
 * files: whole files and directories.
 */
#ifndef WIRE_FILES_H
#define WIRE_FILES_H

#include "buf.h"
#include "failure.h"

/* Adds a file's bytes to `bytes`. 0, or -1: cannot be read, or longer than the buf's limit. */
int files_read(const char *path, struct buf *bytes, struct failure *why);

/* Writes a file. 0 or -1. */
int files_write(const char *path, const void *bytes, size_t length, struct failure *why);

/* Makes a directory, and those above it, where they are missing. 0 or -1. */
int files_make_directory(const char *path, struct failure *why);

/* Removes a file, or a directory with all that is in it; fine if there is nothing. 0 or -1. */
int files_remove(const char *path, struct failure *why);

#endif
