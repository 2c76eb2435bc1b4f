#include "mbox_lock.h"
#include "deadline.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCK_MS = 10000, /* how long another program may hold the mailbox */
    LOCK_STEP_MS = 50,
};

static const char mark[] = "mailwire pop3\n";

static void wait_a_moment(void) {
    nanosleep(&(struct timespec){0, LOCK_STEP_MS * 1000000L}, NULL);
}

static bool is_ours(const char *lock) {
    char text[sizeof mark] = "";
    int file = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return false;
    ssize_t count = read(file, text, sizeof text);
    close(file);
    return count == (ssize_t)strlen(mark) && memcmp(text, mark, strlen(mark)) == 0;
}

/* The mark is in the file before the file has its name: link(2) is all or nothing. */
static int make_mark(const char *own) {
    int file = open(own, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    bool written = write(file, mark, strlen(mark)) == (ssize_t)strlen(mark);
    return close(file) == 0 && written ? 0 : -1;
}

/* 0 or -1 with errno. */
static int lock_by_name(const char *own, const char *lock) {
    deadline until = deadline_in(LOCK_MS);
    if (make_mark(own) < 0)
        return -1;
    while (link(own, lock) < 0) {
        if (errno != EEXIST || deadline_left(until) == 0)
            return -1;
        if (!is_ours(lock) || unlink(lock) < 0)
            wait_a_moment();
    }
    return 0;
}

static int lock_by_fcntl(int file) {
    deadline until = deadline_in(LOCK_MS);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    while (fcntl(file, F_SETLK, &lock) < 0) {
        if ((errno != EACCES && errno != EAGAIN) || deadline_left(until) == 0)
            return -1;
        wait_a_moment();
    }
    return 0;
}

static char *path_of(const char *path, const char *end) {
    char *whole;
    return asprintf(&whole, "%s%s", path, end) < 0 ? NULL : whole;
}

int mbox_lock(const char *path, struct failure *why) {
    char *own = path_of(path, ".pop3-lock"), *lock = path_of(path, ".lock");
    int locked = own != NULL && lock != NULL ? lock_by_name(own, lock) : -1;
    if (locked < 0)
        failure_system(why, own != NULL && lock != NULL ? errno : ENOMEM, "%s.lock", path);
    if (own != NULL)
        unlink(own);
    free(own);
    free(lock);
    if (locked < 0)
        return -1;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0 && lock_by_fcntl(file) == 0)
        return file;
    failure_system(why, errno, "%s", path);
    mbox_unlock(path, file);
    return -1;
}

void mbox_unlock(const char *path, int file) {
    char *lock = path_of(path, ".lock");
    if (file >= 0)
        close(file); /* the lock of fcntl goes with it */
    if (lock != NULL)
        unlink(lock);
    free(lock);
}
