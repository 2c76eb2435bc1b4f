#include "mbox.h"
#include "mbox_lock.h"
#include "on_disk.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct mbox {
    char *path;
    char *part_paths[2];
    int turn;      /* which part is written */
    FILE *part;    /* being written; NULL: none */
    int file;      /* the mailbox, locked; -1: not open */
    off_t offset;  /* where the message goes */
    bool noted;    /* mbox_prepare has said where it is: it must be found there */
    bool at_start; /* the next byte begins a line */
};

struct mbox *mbox_open(const char *path, struct failure *why) {
    struct mbox *mbox = calloc(1, sizeof *mbox);
    if (mbox == NULL) {
        failure_set(why, "not enough memory");
        return NULL;
    }
    mbox->file = -1;
    mbox->path = strdup(path);
    for (int i = 0; i < 2; i++) {
        if (asprintf(&mbox->part_paths[i], "%s.pop3-part%d", path, i) < 0)
            mbox->part_paths[i] = NULL;
    }
    if (mbox->path != NULL && mbox->part_paths[0] != NULL && mbox->part_paths[1] != NULL)
        return mbox;
    failure_set(why, "not enough memory");
    mbox_close(mbox);
    return NULL;
}

static const char *part_path(const struct mbox *mbox) {
    return mbox->part_paths[mbox->turn];
}

int mbox_begin(struct mbox *mbox, struct failure *why) {
    char date[32];
    time_t now = time(NULL);
    struct tm parts;
    mbox->part = fopen(part_path(mbox), "we");
    if (mbox->part == NULL)
        return failure_system(why, errno, "%s", part_path(mbox));
    /* The old form of asctime(3), in UTC; whoever looks for a sender finds it in the header. */
    if (gmtime_r(&now, &parts) == NULL || asctime_r(&parts, date) == NULL)
        snprintf(date, sizeof date, "Thu Jan  1 00:00:00 1970\n");
    mbox->at_start = true;
    fprintf(mbox->part, "From MAILER-DAEMON %s", date);
    return 0;
}

/* Whether these bytes, the beginning of a line, must not stand in a mailbox as they are. */
static bool needs_quoting(const char *bytes, size_t count) {
    static const char mark[] = "From ";
    size_t quotes = 0;
    while (quotes < count && bytes[quotes] == '>')
        quotes++;
    return count - quotes >= strlen(mark) && memcmp(bytes + quotes, mark, strlen(mark)) == 0;
}

int mbox_write(struct mbox *mbox, const char *bytes, size_t count, struct failure *why) {
    while (count > 0) {
        const char *newline = memchr(bytes, '\n', count);
        size_t length = newline != NULL ? (size_t)(newline - bytes) + 1 : count;
        if (mbox->at_start && needs_quoting(bytes, length))
            putc('>', mbox->part);
        fwrite(bytes, 1, length, mbox->part);
        mbox->at_start = newline != NULL;
        bytes += length;
        count -= length;
    }
    return ferror(mbox->part) ? failure_system(why, errno, "%s", part_path(mbox)) : 0;
}

static void unlock(struct mbox *mbox) {
    if (mbox->file >= 0)
        mbox_unlock(mbox->path, mbox->file);
    mbox->file = -1;
}

static int lock(struct mbox *mbox, struct failure *why) {
    mbox->file = mbox_lock(mbox->path, why);
    return mbox->file >= 0 ? 0 : -1;
}

/* How many newlines must stand in front of a message at the end of the mailbox, so that an empty
   line is there. -1 with errno. */
static int missing_newlines(int file, off_t size) {
    char tail[2];
    size_t count = size < 2 ? (size_t)size : 2;
    if (pread(file, tail, count, size - (off_t)count) != (ssize_t)count)
        return -1;
    if (count == 0)
        return 0;
    if (tail[count - 1] != '\n')
        return 2;
    return count == 2 && tail[0] != '\n' ? 1 : 0;
}

static int prepare(struct mbox *mbox, struct failure *why) {
    if (!mbox->at_start)
        putc('\n', mbox->part);
    putc('\n', mbox->part); /* the empty line behind it */
    if (ferror(mbox->part) || fflush(mbox->part) != 0 || fsync(fileno(mbox->part)) < 0 ||
        on_disk_name(part_path(mbox)) < 0)
        return failure_system(why, errno, "%s", part_path(mbox));
    if (lock(mbox, why) < 0)
        return -1;
    off_t size = lseek(mbox->file, 0, SEEK_END);
    int newlines = size >= 0 ? missing_newlines(mbox->file, size) : -1;
    if (newlines < 0 || write(mbox->file, "\n\n", (size_t)newlines) != newlines)
        return failure_system(why, errno, "%s", mbox->path);
    mbox->offset = size + newlines;
    return 0;
}

int mbox_prepare(struct mbox *mbox, char place[MBOX_PLACE_SIZE], struct failure *why) {
    int result = prepare(mbox, why);
    if (place != NULL)
        snprintf(place, MBOX_PLACE_SIZE, "%" PRId64 " %d", (int64_t)mbox->offset, mbox->turn);
    mbox->noted = result == 0 && place != NULL;
    return result;
}

/* Copies the part to the end of the mailbox, onto the disk. 0 or -1 with errno. */
static int copy_part(const struct mbox *mbox, int part) {
    char bytes[65536];
    ssize_t count;
    off_t from = 0;
    while ((count = pread(part, bytes, sizeof bytes, from)) > 0) {
        for (ssize_t done = 0; done < count;) {
            ssize_t written = pwrite(mbox->file, bytes + done, (size_t)(count - done),
                                     mbox->offset + from + done);
            if (written < 0)
                return -1;
            done += written;
        }
        from += count;
    }
    return count < 0 ? -1 : fsync(mbox->file);
}

static int append(struct mbox *mbox, int part, struct failure *why) {
    if (copy_part(mbox, part) == 0)
        return 0;
    int error = errno;
    if (ftruncate(mbox->file, mbox->offset) < 0 || fsync(mbox->file) < 0)
        return failure_system(why, error, "%s: perhaps half a message is at its end", mbox->path);
    return failure_system(why, error, "%s", mbox->path);
}

/* Closes the part, and removes it if nobody will ever ask for it. */
static void end_part(struct mbox *mbox, bool remove) {
    fclose(mbox->part);
    mbox->part = NULL;
    if (remove)
        unlink(part_path(mbox));
}

int mbox_append(struct mbox *mbox, struct failure *why) {
    int part = open(part_path(mbox), O_RDONLY | O_CLOEXEC);
    if (part < 0)
        return failure_system(why, errno, "%s", part_path(mbox));
    int result = append(mbox, part, why);
    close(part);
    unlock(mbox);
    if (result < 0)
        return -1;
    end_part(mbox, true);
    /* What was noted last is this part: the next message must not be met under its name. */
    if (mbox->noted)
        mbox->turn = 1 - mbox->turn;
    mbox->noted = false;
    return 0;
}

void mbox_drop(struct mbox *mbox) {
    unlock(mbox);
    if (mbox->part != NULL)
        end_part(mbox, !mbox->noted);
}

/* A file's bytes. NULL with errno; an empty one has none. */
static const char *map(int file, size_t *length) {
    struct stat status;
    *length = 0;
    if (fstat(file, &status) < 0)
        return NULL;
    if (status.st_size == 0)
        return "";
    *length = (size_t)status.st_size;
    const char *bytes = mmap(NULL, *length, PROT_READ, MAP_PRIVATE, file, 0);
    return bytes == MAP_FAILED ? NULL : bytes;
}

static void unmap(const char *bytes, size_t length) {
    if (length > 0)
        munmap((void *)bytes, length);
}

/*
 * How far the message got: whole, somewhere in the mailbox; or what stands from its offset to the
 * end is its beginning, and is written over; or the mailbox has been changed since, and it goes to
 * the end of that.
 */
static int finish(struct mbox *mbox, int part, off_t offset, struct failure *why) {
    size_t size, length;
    const char *bytes = map(mbox->file, &size), *message = map(part, &length);
    if (bytes == NULL || message == NULL)
        return failure_system(why, errno, "%s", mbox->path);
    bool whole = length > 0 && memmem(bytes, size, message, length) != NULL;
    bool begun = offset >= 0 && (size_t)offset <= size && size - (size_t)offset < length &&
                 memcmp(bytes + offset, message, size - (size_t)offset) == 0;
    unmap(bytes, size);
    unmap(message, length);
    mbox->offset = begun ? offset : (off_t)size;
    return whole ? 0 : append(mbox, part, why);
}

int mbox_recover(struct mbox *mbox, const char *place, struct failure *why) {
    char *end;
    off_t offset = (off_t)strtoll(place, &end, 10);
    mbox->turn = strcmp(end, " 1") == 0;
    int part = open(part_path(mbox), O_RDONLY | O_CLOEXEC);
    if (part < 0 && errno != ENOENT)
        return failure_system(why, errno, "%s", part_path(mbox));
    int result = 0;
    if (part >= 0) { /* else the message was in the mailbox: only then the part is removed */
        result = lock(mbox, why);
        if (result == 0)
            result = finish(mbox, part, offset, why);
        close(part);
        unlock(mbox);
    }
    if (result == 0) {
        unlink(part_path(mbox));
        mbox->turn = 1 - mbox->turn;
    }
    return result;
}

void mbox_close(struct mbox *mbox) {
    if (mbox == NULL)
        return;
    mbox_drop(mbox);
    free(mbox->path);
    free(mbox->part_paths[0]);
    free(mbox->part_paths[1]);
    free(mbox);
}
