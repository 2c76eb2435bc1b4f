#include "sizes_file.h"
#include "buf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME     "pop3.sizes"
#define NEW_NAME "pop3.sizes.new"
#define LIMIT    ((size_t)64 * 1024 * 1024)

/* What the next file will say of a message. */
struct note {
    size_t index;
    uint64_t octets;
    struct timespec time;
    uint64_t size;
};

struct sizes_file {
    const struct snapshot *snapshot;
    struct buf old;
    size_t at; /* the next line of `old` */
    struct note *notes;
    size_t count, room;
    bool news;
};

/* What a line says. */
struct known {
    uint64_t octets;
    int64_t seconds, nanoseconds;
    uint64_t size;
    const char *base;
};

static int read_all(int file, struct buf *into) {
    char bytes[65536];
    ssize_t count;
    while ((count = read(file, bytes, sizeof bytes)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 || buf_append(into, bytes, (size_t)count) < 0)
            return -1;
    }
    return 0;
}

/* Makes a string of each line. What stands behind the last line's end was cut off: it is left out.
 */
static void cut_lines(struct buf *text) {
    while (text->length > 0 && text->bytes[text->length - 1] != '\n')
        text->length--;
    for (size_t i = 0; i < text->length; i++)
        if (text->bytes[i] == '\n')
            text->bytes[i] = '\0';
}

struct sizes_file *sizes_file_open(const struct snapshot *snapshot) {
    struct sizes_file *known = calloc(1, sizeof *known);
    if (known == NULL)
        return NULL;
    known->snapshot = snapshot;
    buf_init(&known->old, LIMIT);
    int file = openat(snapshot->mailbox, NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return known;
    if (read_all(file, &known->old) < 0)
        buf_free(&known->old);
    close(file);
    cut_lines(&known->old);
    return known;
}

/* A number and the blank behind it. Returns what follows; NULL: there is none. */
static const char *read_number(const char *text, uint64_t *number) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != ' ')
        return NULL;
    *number = strtoull(text, NULL, 10);
    return text + digits + 1;
}

/* The next line, without taking it. False: there is none that makes sense. */
static bool look(struct sizes_file *known, struct known *line) {
    if (known->at >= known->old.length)
        return false;
    const char *text = known->old.bytes + known->at;
    uint64_t seconds = 0, nanoseconds = 0;
    if ((text = read_number(text, &line->octets)) == NULL ||
        (text = read_number(text, &seconds)) == NULL ||
        (text = read_number(text, &nanoseconds)) == NULL ||
        (line->base = read_number(text, &line->size)) == NULL) {
        known->at = known->old.length; /* nonsense: what follows is worth nothing either */
        return false;
    }
    line->seconds = (int64_t)seconds;
    line->nanoseconds = (int64_t)nanoseconds;
    return true;
}

bool sizes_file_find(struct sizes_file *known, size_t index, const struct stat *status,
                     uint64_t *size) {
    const char *base = snapshot_base(known->snapshot, index);
    struct known line;
    while (look(known, &line)) {
        int order = strverscmp(line.base, base);
        if (order > 0)
            return false;
        known->at = (size_t)(line.base - known->old.bytes) + strlen(line.base) + 1;
        if (order < 0)
            continue;
        *size = line.size;
        return line.octets == (uint64_t)status->st_size && line.seconds == status->st_mtim.tv_sec &&
               line.nanoseconds == status->st_mtim.tv_nsec;
    }
    return false;
}

void sizes_file_add(struct sizes_file *known, size_t index, const struct stat *status,
                    uint64_t size, bool counted) {
    if (status->st_mtim.tv_sec < 0 || strchr(snapshot_base(known->snapshot, index), '\n') != NULL)
        return;
    if (known->count == known->room) {
        size_t room = known->room == 0 ? 64 : 2 * known->room;
        struct note *notes = realloc(known->notes, room * sizeof *notes);
        if (notes == NULL)
            return; /* it is counted again the next time */
        known->notes = notes;
        known->room = room;
    }
    known->notes[known->count++] =
        (struct note){index, (uint64_t)status->st_size, status->st_mtim, size};
    known->news = known->news || counted;
}

static int write_all(int file, const struct buf *bytes) {
    for (size_t done = 0; done < bytes->length;) {
        ssize_t count = write(file, bytes->bytes + done, bytes->length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

/* All lines, into `text`. What goes over the limit is left out, too. */
static void write_lines(const struct sizes_file *known, struct buf *text) {
    buf_init(text, LIMIT);
    for (const struct note *note = known->notes; note < known->notes + known->count; note++)
        buf_printf(text, "%llu %lld %ld %llu %s\n", (unsigned long long)note->octets,
                   (long long)note->time.tv_sec, note->time.tv_nsec, (unsigned long long)note->size,
                   snapshot_base(known->snapshot, note->index));
}

static void replace(const struct sizes_file *known) {
    int mailbox = known->snapshot->mailbox;
    int file = openat(mailbox, NEW_NAME,
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (file < 0)
        return;
    struct buf text;
    write_lines(known, &text);
    int written = write_all(file, &text);
    buf_free(&text);
    if (close(file) < 0 || written < 0 || renameat(mailbox, NEW_NAME, mailbox, NAME) < 0)
        unlinkat(mailbox, NEW_NAME, 0);
}

void sizes_file_close(struct sizes_file *known) {
    if (known == NULL)
        return;
    if (known->news)
        replace(known);
    buf_free(&known->old);
    free(known->notes);
    free(known);
}
