#include "saves.h"
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    QUIET_MS = 50, /* an editor that saves all its files has them written in less */
};

int saves_open(const char *directory, struct failure *why) {
    int saves = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (saves < 0)
        return failure_system(why, errno, "cannot watch files");
    if (inotify_add_watch(saves, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
        int error = errno;
        close(saves);
        return failure_system(why, error, "cannot watch %s", directory);
    }
    return saves;
}

static bool ends_in(const char *name, const char *ending) {
    size_t length = strlen(name), end = strlen(ending);
    return length >= end && strcmp(name + length - end, ending) == 0;
}

static bool counts(const char *name) {
    return name[0] != '.' && name[0] != '#' && strchr(name, '.') != NULL && !ends_in(name, "~") &&
           !ends_in(name, ".swp") && !ends_in(name, ".new");
}

/* Takes what has been noticed. Whether a save was among it. */
static bool take(int saves) {
    _Alignas(struct inotify_event) char bytes[4096];
    bool saved = false;
    for (ssize_t count; (count = read(saves, bytes, sizeof bytes)) > 0;)
        for (ssize_t at = 0; at < count;) {
            const struct inotify_event *event = (const void *)(bytes + at);
            at += (ssize_t)(sizeof *event + event->len);
            saved = saved || (event->mask & IN_Q_OVERFLOW) != 0 ||
                    (event->len > 0 && counts(event->name));
        }
    return saved;
}

int saves_wait(int saves, int other, struct failure *why) {
    bool saved = false;
    for (;;) {
        struct pollfd wait[] = {{.fd = saves, .events = POLLIN},
                                {.fd = saved ? -1 : other, .events = POLLIN}};
        int ready = poll(wait, 2, saved ? QUIET_MS : -1);
        if (ready < 0 && errno != EINTR)
            return failure_system(why, errno, "poll");
        if (ready == 0)
            return 1; /* quiet again */
        if (ready > 0 && wait[0].revents != 0)
            saved = take(saves) || saved;
        else if (ready > 0 && wait[1].revents != 0)
            return 0;
    }
}
