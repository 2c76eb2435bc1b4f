#include "save.h"
#include "utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    TRIES = 1000,      /* names that may be taken */
    SUFFIX_LIMIT = 20, /* a longer one is no suffix */
    NUMBER_LENGTH = 5, /* "-1000" */
};

/* Marks that no one sees, and that change how what follows is written: U+200E, U+202E … */
static bool turns_direction(uint32_t point) {
    return point == 0x061C || (point >= 0x200B && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x2069) ||
           point == 0xFEFF;
}

static bool is_harmless(const char *character, size_t length, bool first) {
    uint32_t point = length > 0 ? utf8_point(character, length) : 0;
    return point >= ' ' && point != 0x7F && (point < 0x80 || point > 0x9F) &&
           !turns_direction(point) && !(first && (point == '.' || point == '-'));
}

/* What stands behind the last separator, of this system or of another. */
static const char *last_component(const char *path) {
    const char *last = path;
    for (; *path != '\0'; path++)
        if (*path == '/' || *path == '\\')
            last = path + 1;
    return last;
}

/* Where the suffix begins, with its dot; the end, if there is none. */
static const char *suffix_of(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot == NULL || strlen(dot) > SUFFIX_LIMIT ? name + strlen(name) : dot;
}

void save_name(const char *filename, const char *number, char name[SAVE_NAME_SIZE]) {
    const char *from = filename == NULL ? "" : last_component(filename);
    const char *suffix = suffix_of(from);
    size_t used = 0, end = SAVE_NAME_SIZE - 1 - NUMBER_LENGTH;
    if (*from == '\0') {
        snprintf(name, SAVE_NAME_SIZE, "part-%s", number);
        return;
    }
    for (size_t left = strlen(from), length; left > 0; from += length, left -= length) {
        length = utf8_length(from, left);
        bool harmless = is_harmless(from, length, used == 0);
        size_t count = harmless ? length : 1;
        if (length == 0)
            length = 1;
        if (from < suffix && used + count > end - strlen(suffix))
            continue; /* too long: what is in front of the suffix is cut */
        if (harmless)
            memcpy(name + used, from, count);
        else
            name[used] = '_';
        used += count;
    }
    name[used] = '\0';
}

/* Opens a new file. The name may be changed. -1 with errno. */
static int open_new(int directory, char name[SAVE_NAME_SIZE]) {
    char wanted[SAVE_NAME_SIZE];
    snprintf(wanted, sizeof wanted, "%s", name);
    const char *suffix = suffix_of(wanted);
    for (int number = 2; number <= TRIES; number++) {
        int file =
            openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
        snprintf(name, SAVE_NAME_SIZE, "%.*s-%d%s", (int)(suffix - wanted), wanted, number, suffix);
    }
    errno = EEXIST;
    return -1;
}

static int write_all(int file, const struct buf *content) {
    for (size_t done = 0; done < content->length;) {
        ssize_t count = write(file, content->bytes + done, content->length - done);
        if (count < 0 && errno != EINTR)
            return -1;
        done += count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* Saving, on its way through the parts. */
struct saving {
    int directory;
    const char *path;
    save_report *saved;
    void *context;
    struct failure *why;
};

static int save_part(const struct message_part *part, const char *number, unsigned depth,
                     void *context) {
    struct saving *saving = context;
    char name[SAVE_NAME_SIZE];
    struct buf content;
    (void)depth;
    if (*number == '\0' || message_is(part, "multipart/") ||
        (part->filename == NULL && !part->attachment))
        return 0;
    save_name(part->filename, number, name);
    buf_init(&content, part->length);
    if (message_content(part, &content, NULL) < 0)
        return failure_set(saving->why, "not enough memory");
    int file = open_new(saving->directory, name);
    bool written = file >= 0 && write_all(file, &content) == 0;
    int error = errno;
    if (file >= 0 && close(file) < 0 && written) {
        error = errno;
        written = false;
    }
    size_t length = content.length;
    buf_free(&content);
    if (!written)
        return failure_system(saving->why, error, "%s/%s", saving->path, name);
    saving->saved(number, name, length, saving->context);
    return 0;
}

int save_attachments(const struct message_part *message, const char *directory, save_report *saved,
                     void *context, struct failure *why) {
    struct saving saving = {.path = directory, .saved = saved, .context = context, .why = why};
    saving.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (saving.directory < 0)
        return failure_system(why, errno, "%s", directory);
    int result = message_walk(message, save_part, &saving);
    close(saving.directory);
    return result;
}
