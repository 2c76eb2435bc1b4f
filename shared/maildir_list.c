#include "maildir.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SWEEP_AGE 129600 /* seconds: 36 hours */

/* Names with a dot in front are not messages (the format's rule). */
static int is_message(const struct dirent *entry) {
    return entry->d_name[0] != '.' && entry->d_type != DT_DIR;
}

/* Compares two file names without their flags (":2,S"), numbers as numbers. */
static int compare_names(const struct dirent **one, const struct dirent **other) {
    char first[NAME_MAX + 1], second[NAME_MAX + 1];
    snprintf(first, sizeof first, "%.*s", (int)strcspn((*one)->d_name, ":"), (*one)->d_name);
    snprintf(second, sizeof second, "%.*s", (int)strcspn((*other)->d_name, ":"), (*other)->d_name);
    return strverscmp(first, second);
}

/* The messages of one directory of the mailbox, sorted. */
struct listing {
    const char *path; /* of the mailbox */
    const char *name; /* "new", "cur" or "tmp" */
    struct dirent **entries;
    int count;
    int at; /* the next one to visit */
};

static int read_listing(struct listing *listing, struct failure *why) {
    char *directory;
    if (asprintf(&directory, "%s/%s", listing->path, listing->name) < 0)
        return failure_system(why, ENOMEM, "%s", listing->path);
    listing->count = scandir(directory, &listing->entries, is_message, compare_names);
    int status = listing->count < 0 ? failure_system(why, errno, "%s", directory) : 0;
    free(directory);
    return status;
}

static void free_listing(struct listing *listing) {
    for (int i = 0; i < listing->count; i++)
        free(listing->entries[i]);
    free(listing->entries);
}

static int visit_next(struct listing *listing, int (*visit)(const char *path, void *context),
                      void *context, struct failure *why) {
    char *path;
    const char *name = listing->entries[listing->at++]->d_name;
    if (asprintf(&path, "%s/%s/%s", listing->path, listing->name, name) < 0)
        return failure_system(why, ENOMEM, "%s", listing->path);
    int status = visit(path, context);
    free(path);
    return status;
}

/* The one whose next message comes first; NULL when both are at their end. */
static struct listing *earlier(struct listing *fresh, struct listing *seen) {
    if (seen->at >= seen->count)
        return fresh->at < fresh->count ? fresh : NULL;
    if (fresh->at >= fresh->count)
        return seen;
    const struct dirent *one = fresh->entries[fresh->at];
    const struct dirent *other = seen->entries[seen->at];
    int order = compare_names(&one, &other);
    if (order == 0)
        fresh->at++; /* it has moved to cur/ while we looked */
    return order < 0 ? fresh : seen;
}

int maildir_each(const char *path, int (*visit)(const char *message, void *context), void *context,
                 struct failure *why) {
    /* new/ is read first: what moves to cur/ meanwhile is met twice, which shows, never missed. */
    struct listing fresh = {path, "new", NULL, 0, 0};
    struct listing seen = {path, "cur", NULL, 0, 0};
    struct listing *next;
    int status = read_listing(&fresh, why);
    if (status == 0)
        status = read_listing(&seen, why);
    while (status == 0 && (next = earlier(&fresh, &seen)) != NULL)
        status = visit_next(next, visit, context, why);
    free_listing(&fresh);
    free_listing(&seen);
    return status;
}

struct search {
    const char *name; /* up to the ":" */
    size_t length;
    char *now;
};

static int compare(const char *path, void *context) {
    const struct search *search = context;
    const char *name = strrchr(path, '/') + 1;
    if (strcspn(name, ":") != search->length || memcmp(name, search->name, search->length) != 0)
        return 0;
    int length = snprintf(search->now, PATH_MAX, "%s", path);
    return length < PATH_MAX ? 1 : 0;
}

int maildir_find(const char *message, char now[PATH_MAX], struct failure *why) {
    const char *name = strrchr(message, '/');
    size_t length = strlen(message);
    if (name == NULL || name - message < (int)strlen("/new") || length >= PATH_MAX)
        return failure_set(why, "%s: not a message of a Maildir", message);
    memcpy(now, message, length + 1);
    if (access(message, F_OK) == 0)
        return 0;
    char path[PATH_MAX]; /* of the mailbox: new/ and cur/ are equally long */
    snprintf(path, sizeof path, "%.*s", (int)(name - message - (int)strlen("/new")), message);
    struct search search = {name + 1, strcspn(name + 1, ":"), now};
    int found = maildir_each(path, compare, &search, why);
    if (found == 0)
        failure_set(why, "%s has gone", message);
    return found > 0 ? 0 : found == 0 ? 1 : -1;
}

/* Counts the files it has removed in `context`. Never stops: one that cannot be removed must not
   save the others. */
static int remove_old(const char *path, void *context) {
    struct stat status;
    time_t limit = time(NULL) - SWEEP_AGE;
    int *removed = context;
    if (lstat(path, &status) == 0 && status.st_atime < limit && status.st_mtime < limit &&
        unlink(path) == 0)
        (*removed)++;
    return 0;
}

int maildir_sweep(const char *path, struct failure *why) {
    struct listing temporary = {path, "tmp", NULL, 0, 0};
    int removed = 0;
    int status = read_listing(&temporary, why);
    while (status == 0 && temporary.at < temporary.count)
        status = visit_next(&temporary, remove_old, &removed, why);
    free_listing(&temporary);
    return status < 0 ? -1 : removed;
}
