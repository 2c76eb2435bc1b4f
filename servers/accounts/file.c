#include "file.h"
#include "accounts.h"
#include "buf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)64 * 1024 * 1024)

/* Opens the directory that `path` stands in. -1 with errno. */
static int open_directory(const char *path) {
    char *copy = strdup(path);
    if (copy == NULL)
        return -1;
    char *slash = strrchr(copy, '/');
    if (slash != NULL)
        slash[slash == copy ? 1 : 0] = '\0';
    int directory = open(slash == NULL ? "." : copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    free(copy);
    errno = error;
    return directory;
}

int file_lock(const char *path, struct failure *why) {
    int directory = open_directory(path);
    if (directory < 0 || flock(directory, LOCK_EX) < 0)
        return failure_system(why, errno, "%s", path);
    return directory;
}

/* Writes all of `text` into a new file beside `path`, checked and on disk. */
static int write_beside(int file, const char *path, const char *temporary, const char *text,
                        struct failure *why) {
    struct stat old;
    if (stat(path, &old) == 0 && fchmod(file, old.st_mode & 07777) < 0)
        return failure_system(why, errno, "%s", temporary);
    for (size_t left = strlen(text); left > 0;) {
        ssize_t count = write(file, text, left);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failure_system(why, errno, "%s", temporary);
        text += count;
        left -= (size_t)count;
    }
    if (fsync(file) < 0)
        return failure_system(why, errno, "%s", temporary);
    struct failure detail;
    struct accounts *accounts = accounts_load(temporary, &detail);
    accounts_free(accounts);
    const char *words = strstr(detail.text, ": "); /* behind the name of the temporary file */
    return accounts != NULL ? 0
                            : failure_set(why, "%s stays as it is: %s", path,
                                          words != NULL ? words + 2 : detail.text);
}

int file_replace(const char *path, const char *text, struct failure *why) {
    char *temporary;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return failure_system(why, ENOMEM, "%s", path);
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0) {
        failure_system(why, errno, "%s", path);
        free(temporary);
        return -1;
    }
    int status = write_beside(file, path, temporary, text, why);
    if (close(file) < 0 && status == 0)
        status = failure_system(why, errno, "%s", temporary);
    if (status == 0 && rename(temporary, path) < 0)
        status = failure_system(why, errno, "%s", path);
    if (status < 0)
        unlink(temporary);
    free(temporary);
    int directory = status == 0 ? open_directory(path) : -1;
    if (directory >= 0) {
        fsync(directory); /* if it fails, the old file is what a power cut leaves */
        close(directory);
    }
    return status;
}

/* Whether this line is that of `address`. */
static bool is_of(const char *line, size_t length, const char *address) {
    size_t count = strlen(address);
    return address[0] != '\0' && length > count && line[count] == ':' &&
           strncasecmp(line, address, count) == 0;
}

/* Reads the file into `text`, line by line, without the line of `without`. */
static int read_all(const char *path, const char *without, struct buf *text, struct failure *why) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? 0 : failure_system(why, errno, "%s", path);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int status = 0;
    while (status == 0 && (length = getline(&line, &size, file)) >= 0) {
        size_t count = (size_t)length;
        if (is_of(line, count, without))
            continue;
        status = buf_append(text, line, count);
        if (status == 0 && line[count - 1] != '\n')
            status = buf_append(text, "\n", 1);
    }
    if (status < 0)
        failure_set(why, "%s: too large", path);
    else if (ferror(file))
        status = failure_system(why, errno, "%s", path);
    free(line);
    fclose(file);
    return status;
}

/* The file without the line of `without`, and with `line` behind it, where these are not "". */
static int change(const char *path, const char *without, const char *line, struct failure *why) {
    struct buf text;
    buf_init(&text, FILE_LIMIT);
    int status = read_all(path, without, &text, why);
    if (status == 0 && line[0] != '\0' && buf_printf(&text, "%s\n", line) < 0)
        status = failure_set(why, "%s: too large", path);
    if (status == 0)
        status = file_replace(path, text.length == 0 ? "" : text.bytes, why);
    buf_free(&text);
    return status;
}

int file_add(const char *path, const char *line, struct failure *why) {
    return change(path, "", line, why);
}

int file_remove(const char *path, const char *address, struct failure *why) {
    return change(path, address, "", why);
}
