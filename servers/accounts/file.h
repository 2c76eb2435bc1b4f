/*
 * file: changing the accounts file. It is replaced as a whole, by a rename, so that a server that
 * starts meanwhile reads the old one or the new one; and it is never replaced by one that a server
 * could not read.
 */
#ifndef ACCOUNTS_FILE_H
#define ACCOUNTS_FILE_H

#include "failure.h"

/* Waits until no other `accounts` changes a file in that directory. Returns a descriptor; closing
   it ends the lock. -1: no such directory. */
int file_lock(const char *path, struct failure *why);

/* Puts a line (without newline) behind the others. A file that is not there is made. 0 or -1. */
int file_add(const char *path, const char *line, struct failure *why);

/* Takes out the line of this address. 0 or -1. */
int file_remove(const char *path, const char *address, struct failure *why);

/* Replaces the whole file by `text`. 0 or -1. */
int file_replace(const char *path, const char *text, struct failure *why);

#endif
