#include "written.h"
#include "files.h"
#include <errno.h>
#include <fts.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

enum {
    PAUSE_MS = 100,
    PAUSE_FACTOR = 20, /* looking takes a twentieth of the time at most */
};

struct amount {
    unsigned long bytes, files;
    bool too_deep;
};

/* Walks all of it; what vanishes meanwhile does not count. `why` NULL: only counts. */
static int walk(const char *directory, struct amount *amount,
                int (*visit)(FTS *walk, FTSENT *entry), struct failure *why) {
    char *const roots[] = {(char *)directory, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL);
    FTSENT *entry;
    int result = 0;
    if (tree == NULL)
        return failure_system(why, errno, "%s", directory);
    while (result == 0 && (entry = fts_read(tree)) != NULL) {
        if (entry->fts_level > WRITTEN_DEPTH_LIMIT)
            amount->too_deep = true;
        if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS && entry->fts_level > 0) {
            amount->files++;
            amount->bytes += (unsigned long)entry->fts_statp->st_blocks * 512;
        }
        if (visit != NULL)
            result = visit(tree, entry);
    }
    int error = errno;
    fts_close(tree);
    return result < 0 ? failure_system(why, error, "%s", directory) : 0;
}

static bool exceeds(const struct written *written, const struct amount *amount) {
    return amount->too_deep || amount->bytes > written->bytes + WRITTEN_BYTES_LIMIT ||
           amount->files > written->files + WRITTEN_FILES_LIMIT;
}

void written_begin(struct written *written, const char *directory) {
    struct amount amount = {0};
    *written = (struct written){.directory = directory};
    if (directory == NULL)
        return;
    walk(directory, &amount, NULL, NULL);
    written->bytes = amount.bytes;
    written->files = amount.files;
    written->next = deadline_in(PAUSE_MS);
}

bool written_is_too_much(struct written *written) {
    struct amount amount = {0};
    struct timespec start, end;
    if (written->directory == NULL || deadline_left(written->next) > 0)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &start);
    walk(written->directory, &amount, NULL, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long took_ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
    written->next = deadline_in(PAUSE_MS + PAUSE_FACTOR * (int)took_ms);
    return exceeds(written, &amount);
}

static int let_us_in(const FTSENT *entry, mode_t mode) {
    return (entry->fts_statp->st_mode & mode) == mode ? 0 : chmod(entry->fts_accpath, mode);
}

static int make_harmless(FTS *tree, FTSENT *entry) {
    switch (entry->fts_info) {
    case FTS_D:
        if (entry->fts_level <= WRITTEN_DEPTH_LIMIT)
            return let_us_in(entry, 0700);
        fts_set(tree, entry, FTS_SKIP);
        break;
    case FTS_F:
        return let_us_in(entry, 0600);
    case FTS_DP:
        return 0;
    default:
        break;
    }
    return files_remove(entry->fts_accpath, NULL);
}

int written_tidy(const struct written *written, struct failure *why) {
    struct amount amount = {0};
    if (written->directory == NULL)
        return 0;
    if (walk(written->directory, &amount, make_harmless, why) < 0)
        return -1;
    if (!exceeds(written, &amount))
        return 0;
    return files_remove(written->directory, why) < 0
               ? -1
               : files_make_directory(written->directory, why);
}
