#include "maildir.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COLLECTED  16384 /* bytes kept before a write(2) */
#define NAME_TRIES 10
#define HOST_LIMIT 128 /* keeps the whole name below NAME_MAX */

enum state {
    WRITING,
    SYNCED,
    PUBLISHED,
    BROKEN, /* a write or flush failed: nobody knows what is on the disk */
};

struct maildir_delivery {
    enum state state;
    char *path;  /* of the mailbox, for words */
    int mailbox; /* the same as a directory, so that renaming it meanwhile does no harm */
    int file;    /* -1 once closed */
    char published[sizeof "new/" + NAME_MAX];
    char temporary[sizeof "tmp/" + NAME_MAX];
    off_t written; /* bytes handed to the kernel; `used` more are in `bytes` */
    off_t bare;    /* LF among the written without CR in front */
    char last;     /* the last of the written */
    size_t used;
    char bytes[COLLECTED];
};

/* Marks it as broken, with the system's words. */
static int broken(struct maildir_delivery *delivery, int error, const char *name,
                  struct failure *why) {
    delivery->state = BROKEN;
    return failure_system(why, error, "%s/%s", delivery->path, name);
}

/* Makes one directory. 1 made, 0 was there, -1 with errno. */
static int make_directory(int parent, const char *name) {
    struct stat status;
    if (mkdirat(parent, name, 0700) == 0)
        return 1;
    if (errno != EEXIST || fstatat(parent, name, &status, 0) < 0)
        return -1;
    if (S_ISDIR(status.st_mode))
        return 0;
    errno = ENOTDIR;
    return -1;
}

/* Flushes a directory that was opened as a place alone. 0 or -1. */
static int sync_place(int place) {
    int directory = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = directory < 0 ? -1 : fsync(directory);
    int error = errno;
    if (directory >= 0)
        close(directory);
    errno = error;
    return result;
}

/* Makes `path` and what is missing above it. Each new name is flushed in the directory it stands
   in. The others are only walked through, and need not be readable (O_PATH). Returns `path` opened,
   or -1 with errno. */
static int make_path(const char *path) {
    int place = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (place >= 0) {
        char name[NAME_MAX + 1];
        path += strspn(path, "/");
        size_t length = strcspn(path, "/");
        bool last = length == 0;
        int made = last ? 0 : -1, inner = -1;
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
        } else if (!last) {
            snprintf(name, sizeof name, "%.*s", (int)length, path);
            path += length;
            made = make_directory(place, name);
        }
        if (made == 0 || (made == 1 && sync_place(place) == 0))
            inner = openat(place, last ? "." : name,
                           (last ? O_RDONLY : O_PATH) | O_DIRECTORY | O_CLOEXEC);
        int error = errno;
        close(place);
        errno = error;
        if (last)
            return inner;
        place = inner;
    }
    return -1;
}

int maildir_create(const char *path, struct failure *why) {
    int mailbox = make_path(path);
    if (mailbox < 0)
        return failure_system(why, errno, "%s", path);
    /* cur/ comes last, when the others are on disk: whoever finds all three may rely on them. */
    int made = make_directory(mailbox, "tmp");
    int more = made < 0 ? -1 : make_directory(mailbox, "new");
    if (more > 0 || (more == 0 && made > 0))
        more = fsync(mailbox);
    if (more >= 0)
        more = make_directory(mailbox, "cur");
    if (more > 0)
        more = fsync(mailbox);
    int error = errno;
    close(mailbox);
    return more < 0 ? failure_system(why, error, "%s", path) : 0;
}

/* seconds.MmicrosecondsPprocessQdelivery.host, as the format demands. */
static void choose_name(struct maildir_delivery *delivery) {
    static atomic_ulong deliveries; /* of this process */
    struct timespec now;
    char host[HOST_NAME_MAX + 1] = "";
    char clean[HOST_LIMIT] = "";
    clock_gettime(CLOCK_REALTIME, &now);
    gethostname(host, sizeof host - 1);
    for (size_t i = 0, used = 0; host[i] != '\0' && used < sizeof clean - 5; i++) {
        /* A slash would end the name, a colon would begin the flags. */
        bool special = host[i] == '/' || host[i] == ':';
        used += (size_t)snprintf(clean + used, sizeof clean - used, special ? "\\%03o" : "%c",
                                 (unsigned char)host[i]);
    }
    snprintf(delivery->published, sizeof delivery->published, "new/%lld.M%ldP%ldQ%lu.%s",
             (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(),
             atomic_fetch_add(&deliveries, 1) + 1, clean[0] == '\0' ? "localhost" : clean);
    snprintf(delivery->temporary, sizeof delivery->temporary, "tmp/%s", delivery->published + 4);
}

struct maildir_delivery *maildir_begin(const char *path, struct failure *why) {
    struct maildir_delivery *delivery = malloc(sizeof *delivery);
    if (delivery == NULL || (delivery->path = strdup(path)) == NULL) {
        failure_system(why, ENOMEM, "%s", path);
        free(delivery);
        return NULL;
    }
    delivery->state = WRITING;
    delivery->file = -1;
    delivery->written = delivery->bare = 0;
    delivery->last = '\0';
    delivery->used = 0;
    delivery->mailbox = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (delivery->mailbox < 0) {
        failure_system(why, errno, "mailbox %s", path);
        maildir_end(delivery);
        return NULL;
    }
    for (int tries = 0; delivery->file < 0 && tries < NAME_TRIES; tries++) {
        choose_name(delivery);
        /* O_RDWR: maildir_copy reads it back. */
        delivery->file = openat(delivery->mailbox, delivery->temporary,
                                O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (delivery->file < 0 && errno != EEXIST)
            break;
    }
    if (delivery->file < 0) {
        broken(delivery, errno, delivery->temporary, why);
        maildir_end(delivery);
        return NULL;
    }
    return delivery;
}

/* What is needed to know the message's size with CR LF. */
static void count_lines(struct maildir_delivery *delivery, const char *bytes, size_t count) {
    const char *lf = bytes, *end = bytes + count;
    while ((lf = memchr(lf, '\n', (size_t)(end - lf))) != NULL) {
        delivery->bare += (lf > bytes ? lf[-1] : delivery->last) != '\r';
        lf++;
    }
    delivery->last = count > 0 ? end[-1] : delivery->last;
}

/* Hands all of `bytes` to the kernel. */
static int write_all(struct maildir_delivery *delivery, const char *bytes, size_t count,
                     struct failure *why) {
    count_lines(delivery, bytes, count);
    while (count > 0) {
        ssize_t written = write(delivery->file, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return broken(delivery, written < 0 ? errno : ENOSPC, delivery->temporary, why);
        bytes += written;
        count -= (size_t)written;
        delivery->written += written;
    }
    return 0;
}

static int write_collected(struct maildir_delivery *delivery, struct failure *why) {
    size_t count = delivery->used;
    delivery->used = 0;
    return write_all(delivery, delivery->bytes, count, why);
}

static int must_be(const struct maildir_delivery *delivery, enum state state, struct failure *why) {
    if (delivery->state == state)
        return 0;
    static const char *const words[] = {
        [WRITING] = "not flushed to the disk yet",
        [SYNCED] = "already flushed to the disk",
        [PUBLISHED] = "already delivered",
        [BROKEN] = "an earlier write failed",
    };
    return failure_set(why, "%s/%s: %s", delivery->path, delivery->published,
                       words[delivery->state]);
}

int maildir_write(struct maildir_delivery *delivery, const void *bytes, size_t count,
                  struct failure *why) {
    if (must_be(delivery, WRITING, why) < 0)
        return -1;
    if (count > COLLECTED - delivery->used && write_collected(delivery, why) < 0)
        return -1;
    if (count > COLLECTED)
        return write_all(delivery, bytes, count, why);
    if (count > 0)
        memcpy(delivery->bytes + delivery->used, bytes, count);
    delivery->used += count;
    return 0;
}

int maildir_copy(struct maildir_delivery *delivery, struct maildir_delivery *from, off_t skip,
                 struct failure *why) {
    if (must_be(delivery, WRITING, why) < 0)
        return -1;
    if (from->file < 0 || from->state == BROKEN)
        return must_be(from, WRITING, why);
    if (write_collected(from, why) < 0)
        return -1;
    for (off_t at = skip;;) {
        if (delivery->used == COLLECTED && write_collected(delivery, why) < 0)
            return -1;
        ssize_t count =
            pread(from->file, delivery->bytes + delivery->used, COLLECTED - delivery->used, at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return broken(delivery, errno, from->temporary, why);
        if (count == 0)
            return 0;
        delivery->used += (size_t)count;
        at += count;
    }
}

off_t maildir_size(const struct maildir_delivery *delivery) {
    return delivery->written + (off_t)delivery->used;
}

/*
 * ",S=1234,W=1289": the size of the file, and with CR LF at the end of each line, the last one too
 * (Maildir++). So a server that lists sizes need not read every message.
 */
static void name_sizes(struct maildir_delivery *delivery) {
    size_t used = strlen(delivery->published);
    off_t last = 0; /* what the last line lacks */
    if (delivery->written > 0 && delivery->last != '\n')
        last = delivery->last == '\r' ? 1 : 2;
    snprintf(delivery->published + used, sizeof delivery->published - used, ",S=%lld,W=%lld",
             (long long)delivery->written, (long long)(delivery->written + delivery->bare + last));
}

int maildir_sync(struct maildir_delivery *delivery, struct failure *why) {
    if (must_be(delivery, WRITING, why) < 0 || write_collected(delivery, why) < 0)
        return -1;
    /* After a failed fsync the kernel may have dropped the pages: it must not be tried again. */
    if (fsync(delivery->file) < 0)
        return broken(delivery, errno, delivery->temporary, why);
    name_sizes(delivery);
    delivery->state = SYNCED;
    return 0;
}

/* Flushes new/, so that a name in it (or its absence) survives a power cut. 0 or -1 with errno. */
static int flush_new(const struct maildir_delivery *delivery) {
    int directory = openat(delivery->mailbox, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    int status = fsync(directory);
    int error = errno;
    close(directory);
    errno = error;
    return status;
}

/* rename(2) that never replaces; link(2) and unlink(2) where the file system cannot do that. */
static int move_into_new(const struct maildir_delivery *delivery) {
    int mailbox = delivery->mailbox;
    if (renameat2(mailbox, delivery->temporary, mailbox, delivery->published, RENAME_NOREPLACE) ==
        0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(mailbox, delivery->temporary, mailbox, delivery->published, 0) < 0)
        return -1;
    unlinkat(mailbox, delivery->temporary, 0); /* what stays in tmp/ is swept some day */
    return 0;
}

int maildir_publish(struct maildir_delivery *delivery, struct failure *why) {
    if (must_be(delivery, SYNCED, why) < 0)
        return -1;
    int status = close(delivery->file); /* some file systems report a full quota only here */
    delivery->file = -1;
    if (status < 0 && errno != EINTR)
        return broken(delivery, errno, delivery->temporary, why);
    if (move_into_new(delivery) < 0)
        return broken(delivery, errno, delivery->published, why);
    if (flush_new(delivery) < 0) {
        broken(delivery, errno, "new", why);
        unlinkat(delivery->mailbox, delivery->published, 0);
        return -1;
    }
    delivery->state = PUBLISHED;
    return 0;
}

const char *maildir_name(const struct maildir_delivery *delivery) {
    return delivery->published;
}

int maildir_retract(struct maildir_delivery *delivery, struct failure *why) {
    if (must_be(delivery, PUBLISHED, why) < 0)
        return -1;
    if (unlinkat(delivery->mailbox, delivery->published, 0) < 0 || flush_new(delivery) < 0)
        return failure_system(why, errno, "%s/%s", delivery->path, delivery->published);
    delivery->state = BROKEN;
    return 0;
}

void maildir_end(struct maildir_delivery *delivery) {
    if (delivery == NULL)
        return;
    if (delivery->file >= 0)
        close(delivery->file);
    if (delivery->mailbox >= 0 && delivery->state != PUBLISHED)
        unlinkat(delivery->mailbox, delivery->temporary, 0);
    if (delivery->mailbox >= 0)
        close(delivery->mailbox);
    free(delivery->path);
    free(delivery);
}
