#include "snapshot.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_LIMIT ((size_t)1 << 30)
#define LOOKS       3 /* at a directory that changes while it is read */

static const char *const directories[] = {[SNAPSHOT_NEW] = "new/", [SNAPSHOT_CUR] = "cur/"};

/* What the reading of a directory does with each name; 0 or -1 with errno. */
typedef int visit_function(struct snapshot *snapshot, const char *name, enum snapshot_place place);

const char *snapshot_base(const struct snapshot *snapshot, size_t index) {
    return snapshot->names.bytes + snapshot->messages[index].base;
}

void snapshot_path(const struct snapshot *snapshot, size_t index, char path[SNAPSHOT_PATH_SIZE]) {
    const struct snapshot_message *message = &snapshot->messages[index];
    const char *parts[] = {directories[message->place], snapshot->names.bytes + message->base,
                           snapshot->names.bytes + message->flags};
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t length = strlen(parts[i]);
        memcpy(path + used, parts[i], length + 1);
        used += length;
    }
}

/* Names that begin with a dot are not messages (the format's rule); links and what is no file are
   none either. Where the file system does not tell, opening will. */
static bool is_message(const struct dirent *entry) {
    return entry->d_name[0] != '.' && (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN);
}

static int visit_directory(struct snapshot *snapshot, enum snapshot_place place,
                           visit_function *visit) {
    int file = openat(snapshot->mailbox, directories[place], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = file < 0 ? NULL : fdopendir(file);
    if (directory == NULL) {
        int error = errno;
        if (file >= 0)
            close(file);
        errno = error;
        return -1;
    }
    const struct dirent *entry;
    int status = 0;
    errno = 0;
    while (status == 0 && (entry = readdir(directory)) != NULL) {
        if (is_message(entry))
            status = visit(snapshot, entry->d_name, place);
        errno = status == 0 ? 0 : errno;
    }
    int error = errno;
    closedir(directory);
    errno = error;
    return error == 0 ? 0 : -1;
}

static bool is_same_time(const struct timespec *one, const struct timespec *other) {
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

/*
 * new/ is read first: a message that moves to cur/ meanwhile is met twice, never missed. One that
 * is renamed in cur/ while that is read may be missed, though (readdir(3) promises nothing then):
 * if cur/ has changed meanwhile, it is read again.
 */
static int visit_all(struct snapshot *snapshot, visit_function *visit) {
    struct stat before, after;
    if (visit_directory(snapshot, SNAPSHOT_NEW, visit) < 0)
        return -1;
    for (int look = 0; look < LOOKS; look++) {
        if (fstatat(snapshot->mailbox, "cur/", &before, 0) < 0 ||
            visit_directory(snapshot, SNAPSHOT_CUR, visit) < 0 ||
            fstatat(snapshot->mailbox, "cur/", &after, 0) < 0)
            return -1;
        if (is_same_time(&before.st_mtim, &after.st_mtim))
            break;
    }
    return 0;
}

/* Adds a text with its NUL to the names, and says where it stands. */
static int add_name(struct snapshot *snapshot, const char *text, size_t length, uint32_t *where) {
    *where = (uint32_t)snapshot->names.length;
    if (buf_append(&snapshot->names, text, length) == 0 && buf_append(&snapshot->names, "", 1) == 0)
        return 0;
    errno = ENOMEM;
    return -1;
}

/* Room for one more: 64 at first, and whenever it is used up twice as many. */
static int make_room(struct snapshot *snapshot) {
    size_t count = snapshot->count;
    if (count >= SNAPSHOT_LIMIT) {
        errno = EOVERFLOW;
        return -1;
    }
    bool used_up = count == 0 || (count >= 64 && (count & (count - 1)) == 0);
    if (!used_up)
        return 0;
    size_t room = count == 0 ? 64 : 2 * count;
    struct snapshot_message *messages = realloc(snapshot->messages, room * sizeof *messages);
    if (messages == NULL)
        return -1;
    snapshot->messages = messages;
    return 0;
}

/* The seconds that a name begins with; 0: it does not, or not in a way that is a plain number. */
static uint64_t seconds(const char *name) {
    size_t digits = strspn(name, "0123456789");
    return name[0] == '0' || digits > 18 ? 0 : strtoull(name, NULL, 10);
}

static int add_message(struct snapshot *snapshot, const char *name, enum snapshot_place place) {
    size_t base = strcspn(name, ":");
    if (make_room(snapshot) < 0)
        return -1;
    struct snapshot_message *message = &snapshot->messages[snapshot->count];
    *message = (struct snapshot_message){.place = (uint8_t)place, .size = seconds(name)};
    if (add_name(snapshot, name, base, &message->base) < 0 ||
        add_name(snapshot, name + base, strlen(name + base), &message->flags) < 0)
        return -1;
    snapshot->count++;
    return 0;
}

/* By name, with numbers in it compared as numbers: they begin with the time of delivery, which is
   quicker to compare (it stands where the size will). */
static int compare_messages(const void *one, const void *other, void *names) {
    const struct snapshot_message *first = one, *second = other;
    if (first->size != 0 && second->size != 0 && first->size != second->size)
        return first->size < second->size ? -1 : 1;
    const char *bytes = names;
    int order = strverscmp(bytes + first->base, bytes + second->base);
    return order != 0 ? order : (int)first->place - (int)second->place;
}

/* A message that was met twice is there once: where it was seen last. */
static void drop_doubles(struct snapshot *snapshot) {
    size_t kept = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        bool same =
            kept > 0 && strcmp(snapshot_base(snapshot, kept - 1), snapshot_base(snapshot, i)) == 0;
        kept -= same ? 1 : 0;
        snapshot->messages[kept++] = snapshot->messages[i];
    }
    snapshot->count = kept;
}

int snapshot_read(struct snapshot *snapshot, int mailbox, struct failure *why) {
    *snapshot = (struct snapshot){.mailbox = mailbox};
    buf_init(&snapshot->names, NAMES_LIMIT);
    if (visit_all(snapshot, add_message) < 0) {
        int error = errno;
        failure_system(why, error, "new/ or cur/");
        errno = error;
        return -1;
    }
    if (snapshot->count > 0) {
        qsort_r(snapshot->messages, snapshot->count, sizeof *snapshot->messages, compare_messages,
                snapshot->names.bytes);
        drop_doubles(snapshot);
    }
    return 0;
}

/* Where the message with this name is in the list; NULL: it is none of the snapshot's. */
static struct snapshot_message *look_up(const struct snapshot *snapshot, const char *base) {
    size_t from = 0, to = snapshot->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strverscmp(base, snapshot_base(snapshot, middle));
        if (order == 0)
            return &snapshot->messages[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* Notes where a message is now. */
static int note_place(struct snapshot *snapshot, const char *name, enum snapshot_place place) {
    char base[NAME_MAX + 1];
    snprintf(base, sizeof base, "%.*s", (int)strcspn(name, ":"), name);
    const char *flags = name + strlen(base);
    struct snapshot_message *message = look_up(snapshot, base);
    if (message == NULL)
        return 0;
    message->place = (uint8_t)place;
    message->seen = true;
    if (strcmp(snapshot->names.bytes + message->flags, flags) == 0)
        return 0;
    return add_name(snapshot, flags, strlen(flags), &message->flags);
}

static bool look(struct snapshot *snapshot) {
    for (size_t i = 0; i < snapshot->count; i++)
        snapshot->messages[i].seen = false;
    if (visit_all(snapshot, note_place) < 0)
        return false;
    for (size_t i = 0; i < snapshot->count; i++)
        snapshot->messages[i].gone = !snapshot->messages[i].seen;
    return true;
}

bool snapshot_find(struct snapshot *snapshot, size_t index) {
    char path[SNAPSHOT_PATH_SIZE];
    struct stat status;
    for (int looks = 0; looks < LOOKS; looks++) {
        if (snapshot->messages[index].gone || !look(snapshot))
            return false;
        snapshot_path(snapshot, index, path);
        if (fstatat(snapshot->mailbox, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
        if (errno != ENOENT)
            return false;
    }
    return false;
}

void snapshot_drop_gone(struct snapshot *snapshot) {
    size_t kept = 0;
    for (size_t i = 0; i < snapshot->count; i++)
        if (!snapshot->messages[i].gone)
            snapshot->messages[kept++] = snapshot->messages[i];
    snapshot->count = kept;
}

void snapshot_free(struct snapshot *snapshot) {
    free(snapshot->messages);
    buf_free(&snapshot->names);
}
