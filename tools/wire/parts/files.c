#include "files.h"
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int files_path(char path[PATH_MAX], struct failure *why, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int length = vsnprintf(path, PATH_MAX, format, values);
    va_end(values);
    return length >= 0 && length < PATH_MAX ? 0 : failure_set(why, "%s...: too long a name", path);
}

const char *files_short_path(const char *path) {
    static const char kit[] = KIT_SOURCE_DIR "/";
    return strncmp(path, kit, sizeof kit - 1) == 0 ? path + sizeof kit - 1 : path;
}

int files_read(const char *path, struct buf *bytes, struct failure *why) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    char piece[65536];
    size_t count;
    int result = 0;
    while (result == 0 && (count = fread(piece, 1, sizeof piece, file)) > 0)
        if (buf_append(bytes, piece, count) < 0)
            result = failure_set(why, "%s: longer than %zu bytes", path, bytes->limit);
    if (result == 0 && ferror(file))
        result = failure_system(why, errno, "%s", path);
    fclose(file);
    return result;
}

int files_write(const char *path, const void *bytes, size_t length, struct failure *why) {
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    size_t written = length == 0 ? 0 : fwrite(bytes, 1, length, file);
    if ((fclose(file) == 0) & (written == length))
        return 0;
    return failure_system(why, errno, "%s", path);
}

int files_make_directory(const char *path, struct failure *why) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return failure_set(why, "%s: too long a name", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return failure_system(why, errno, "%s", part);
    }
    return 0;
}

/* However deep it is: fts(3) goes along, and needs no long names. */
int files_remove(const char *path, struct failure *why) {
    char *const roots[] = {(char *)path, NULL};
    struct stat status;
    if (lstat(path, &status) < 0 && errno == ENOENT)
        return 0;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT, NULL);
    FTSENT *entry;
    int result = tree == NULL ? -1 : 0, error = errno;
    while (result == 0 && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_info != FTS_D && remove(entry->fts_accpath) < 0 && errno != ENOENT) {
            error = errno;
            result = -1;
        }
    }
    if (tree != NULL)
        fts_close(tree);
    return result < 0 ? failure_system(why, error, "%s cannot be removed", path) : 0;
}
