/*
 * sizes_file: the file pop3.sizes in a mailbox: what was counted once.
 *
 * A line for each message: the size of its file, the file's time in seconds and nanoseconds, the
 * size as sent, and the base of its name:
 *
 *     1234 1732183628 123456789 1289 1732183628.M5P411Q1.mail
 *
 * They stand in the order of the snapshot, and are asked for in that order. The file is a help and
 * nothing more: without it, or with nonsense in it, every message is counted again.
 */
#ifndef POP3D_SIZES_FILE_H
#define POP3D_SIZES_FILE_H

#include "snapshot.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct sizes_file; /* opaque */

/* Reads it, for the messages of this snapshot. NULL: no memory. */
struct sizes_file *sizes_file_open(const struct snapshot *snapshot);

/* The size as sent of message number `index`, if its file is still the one that was counted. */
bool sizes_file_find(struct sizes_file *known, size_t index, const struct stat *status,
                     uint64_t *size);

/* Notes that message's size for the next time; `counted`: it is news. */
void sizes_file_add(struct sizes_file *known, size_t index, const struct stat *status,
                    uint64_t size, bool counted);

/* Writes the file anew if there was news: atomically, and if that fails, then not. NULL is fine. */
void sizes_file_close(struct sizes_file *known);

#endif
