#include "maildir.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int maildir_lock(const char *path, struct failure *why) {
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s/pop3.lock", path);
    if (length < 0 || length >= (int)sizeof name)
        return failure_system(why, ENAMETOOLONG, "%s", path);
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    int error = errno;
    int result = MAILDIR_FAILED;
    if (lock < 0 && error == ENOENT)
        result = MAILDIR_NONE;
    else if (lock >= 0 && error == EWOULDBLOCK)
        result = MAILDIR_IN_USE;
    if (lock >= 0)
        close(lock);
    failure_system(why, error, "%s", name);
    errno = error;
    return result;
}
