#include "maildrop.h"
#include "maildir.h"
#include "sizes.h"
#include "snapshot.h"
#include "uid.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_TRIES 10

struct maildrop {
    int lock;    /* -1: there is no mailbox */
    int mailbox; /* the same */
    struct snapshot snapshot;
    struct maildrop_total total;
};

/* What the operator must put right does not become better by waiting. */
static enum maildrop_result kind_of(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
    case ENOTDIR:
    case ENOENT:
    case ELOOP:
    case EROFS:
    case EOVERFLOW:
        return MAILDROP_UNFIT;
    default:
        return MAILDROP_FAILED;
    }
}

static void sum_up(struct maildrop *maildrop) {
    maildrop->total = (struct maildrop_total){0, 0};
    for (size_t i = 0; i < maildrop->snapshot.count; i++) {
        const struct snapshot_message *message = &maildrop->snapshot.messages[i];
        maildrop->total.messages += message->deleted ? 0 : 1;
        maildrop->total.octets += message->deleted ? 0 : message->size;
    }
}

/* Everything behind the lock. */
static enum maildrop_result read_mailbox(struct maildrop *maildrop, const char *path,
                                         struct failure *why) {
    struct failure what;
    maildrop->mailbox = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (maildrop->mailbox < 0) {
        failure_system(why, errno, "%s", path);
        return kind_of(errno);
    }
    if (snapshot_read(&maildrop->snapshot, maildrop->mailbox, &what) < 0) {
        enum maildrop_result result = kind_of(errno);
        failure_set(why, "%s: %s", path, what.text);
        return result;
    }
    if (sizes_set(&maildrop->snapshot, &what) < 0) {
        failure_set(why, "%s: %s", path, what.text);
        return MAILDROP_FAILED;
    }
    sum_up(maildrop);
    return MAILDROP_OPEN;
}

enum maildrop_result maildrop_open(const char *path, struct maildrop **opened,
                                   struct failure *why) {
    struct maildrop *maildrop = calloc(1, sizeof *maildrop);
    *opened = NULL;
    if (maildrop == NULL) {
        failure_system(why, ENOMEM, "%s", path);
        return MAILDROP_FAILED;
    }
    maildrop->mailbox = -1;
    maildrop->lock = maildir_lock(path, why);
    enum maildrop_result result = MAILDROP_OPEN;
    if (maildrop->lock >= 0)
        result = read_mailbox(maildrop, path, why);
    else if (maildrop->lock == MAILDIR_IN_USE)
        result = MAILDROP_IN_USE;
    else if (maildrop->lock == MAILDIR_FAILED)
        result = kind_of(errno);
    if (result == MAILDROP_OPEN)
        *opened = maildrop;
    else
        maildrop_close(maildrop);
    return result;
}

size_t maildrop_count(const struct maildrop *maildrop) {
    return maildrop->snapshot.count;
}

struct maildrop_total maildrop_total(const struct maildrop *maildrop) {
    return maildrop->total;
}

bool maildrop_is_deleted(const struct maildrop *maildrop, size_t number) {
    return maildrop->snapshot.messages[number - 1].deleted;
}

unsigned long long maildrop_size(const struct maildrop *maildrop, size_t number) {
    return maildrop->snapshot.messages[number - 1].size;
}

void maildrop_uid(const struct maildrop *maildrop, size_t number, char uid[MAILDROP_UID_SIZE]) {
    uid_make(snapshot_base(&maildrop->snapshot, number - 1), uid);
}

static int open_file(const struct maildrop *maildrop, size_t index) {
    char path[SNAPSHOT_PATH_SIZE];
    snapshot_path(&maildrop->snapshot, index, path);
    return openat(maildrop->mailbox, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

int maildrop_read(struct maildrop *maildrop, size_t number, bool *gone, struct failure *why) {
    size_t index = number - 1;
    struct snapshot *snapshot = &maildrop->snapshot;
    struct stat status;
    *gone = snapshot->messages[index].gone;
    int file = *gone ? -1 : open_file(maildrop, index);
    if (file < 0 && !*gone && errno == ENOENT) {
        *gone = !snapshot_find(snapshot, index);
        file = *gone ? -1 : open_file(maildrop, index);
    }
    if (*gone)
        return failure_set(why, "%s: another program has removed it",
                           snapshot_base(snapshot, index));
    int error = errno;
    if (file >= 0 && (fstat(file, &status) < 0 || !S_ISREG(status.st_mode))) {
        close(file);
        return failure_set(why, "%s: that is no file", snapshot_base(snapshot, index));
    }
    return file < 0 ? failure_system(why, error, "%s", snapshot_base(snapshot, index)) : file;
}

void maildrop_delete(struct maildrop *maildrop, size_t number) {
    maildrop->snapshot.messages[number - 1].deleted = true;
    maildrop->total.messages--;
    maildrop->total.octets -= maildrop->snapshot.messages[number - 1].size;
}

void maildrop_reset(struct maildrop *maildrop) {
    for (size_t i = 0; i < maildrop->snapshot.count; i++)
        maildrop->snapshot.messages[i].deleted = false;
    sum_up(maildrop);
}

/* 1: removed; 0: it had gone; -1 with errno: another program moves it faster than it is caught, or
   it cannot be removed. */
static int remove_one(struct snapshot *snapshot, size_t index) {
    char path[SNAPSHOT_PATH_SIZE];
    for (int tries = 0; tries < REMOVE_TRIES && !snapshot->messages[index].gone; tries++) {
        snapshot_path(snapshot, index, path);
        if (unlinkat(snapshot->mailbox, path, 0) == 0)
            return 1;
        if (errno != ENOENT)
            return -1;
        snapshot_find(snapshot, index);
    }
    errno = EBUSY;
    return snapshot->messages[index].gone ? 0 : -1;
}

/* The removal is on disk when the client hears of it: else a power cut would bring messages back
   that it has fetched already. */
static int flush(const struct maildrop *maildrop, const char *name) {
    int directory = openat(maildrop->mailbox, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = directory < 0 ? -1 : fsync(directory);
    int error = errno;
    if (directory >= 0)
        close(directory);
    errno = error;
    return status;
}

int maildrop_remove(struct maildrop *maildrop, size_t *removed, struct failure *why) {
    struct snapshot *snapshot = &maildrop->snapshot;
    int result = 0;
    bool changed[2] = {false, false};
    *removed = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        if (!snapshot->messages[i].deleted)
            continue;
        int status = remove_one(snapshot, i);
        if (status > 0) {
            ++*removed;
            changed[snapshot->messages[i].place] = true;
        } else if (status < 0 && result == 0) {
            result = failure_system(why, errno, "%s", snapshot_base(snapshot, i));
        }
    }
    if (changed[SNAPSHOT_NEW] && flush(maildrop, "new") < 0)
        result = failure_system(why, errno, "new/");
    if (changed[SNAPSHOT_CUR] && flush(maildrop, "cur") < 0)
        result = failure_system(why, errno, "cur/");
    return result;
}

void maildrop_close(struct maildrop *maildrop) {
    if (maildrop == NULL)
        return;
    snapshot_free(&maildrop->snapshot);
    if (maildrop->mailbox >= 0)
        close(maildrop->mailbox);
    if (maildrop->lock >= 0)
        close(maildrop->lock);
    free(maildrop);
}
