#include "record_file.h"
#include "buf.h"
#include "pcapng.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A key log of a lab is a few kilobytes; that of a program that connects as fast as it can, some
   megabytes. What is over this is left out: then not everything can be decrypted. */
#define KEYS_LIMIT (16 << 20)

int record_file_write(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

/* Adds the lines of the file at `path`; one that is not there holds none. */
static int read_keys(const char *path, struct buf *keys, struct failure *why) {
    char *line = NULL;
    size_t size = 0;
    ssize_t count;
    int status = 0;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT ? 0 : failure_system(why, errno, "%s", path);
    while ((count = getline(&line, &size, file)) > 0 && buf_append(keys, line, (size_t)count) == 0)
        continue;
    if (ferror(file))
        status = failure_system(why, errno, "%s", path);
    if (line != NULL)
        explicit_bzero(line, size);
    free(line);
    fclose(file);
    return status;
}

/* Adds to `out` what stands in front of the interface block in the final file; nothing, when that
   is what stands there already. */
static int make_front(const struct record_end *end, struct buf *out, struct failure *why) {
    struct buf keys;
    int status = 0;

    buf_init(&keys, KEYS_LIMIT);
    if (end->keys != NULL)
        status = read_keys(end->keys, &keys, why);
    bool needed = keys.length > 0 || end->comment != NULL;
    if (status == 0 && needed &&
        (pcapng_section(out, end->comment) < 0 ||
         (keys.length > 0 && pcapng_keys(out, keys.bytes, keys.length) < 0)))
        status = failure_set(why, "no memory for the capture's front");
    buf_wipe(&keys);
    return status;
}

/* Copies `from`, behind its first `skip` bytes, to the end of `to`. */
static int copy_file(int to, int from, off_t skip) {
    char bytes[65536];
    ssize_t count;

    while ((count = pread(from, bytes, sizeof bytes, skip)) > 0) {
        if (record_file_write(to, bytes, (size_t)count) < 0)
            return -1;
        skip += count;
    }
    return count < 0 ? -1 : 0;
}

/* Writes front and packets into a file beside the old one, and renames it over that. */
static int replace(const char *path, const struct buf *front, int file, off_t skip,
                   struct failure *why) {
    char *beside = NULL;
    int status = -1;

    if (asprintf(&beside, "%s.new", path) < 0)
        return failure_set(why, "%s: no memory", path);
    int fresh = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fresh < 0 || record_file_write(fresh, front->bytes, front->length) < 0 ||
        copy_file(fresh, file, skip) < 0 || rename(beside, path) < 0)
        failure_system(why, errno, "%s", beside);
    else
        status = 0;
    if (fresh >= 0)
        close(fresh);
    if (status < 0)
        unlink(beside);
    free(beside);
    return status;
}

int record_file_new_front(const char *path, int file, off_t skip, const struct record_end *end,
                          struct failure *why) {
    struct buf front;

    buf_init(&front, 2 * KEYS_LIMIT);
    int status = make_front(end, &front, why);
    if (status == 0 && front.length > 0)
        status = replace(path, &front, file, skip, why);
    buf_wipe(&front);
    return status;
}
