#include "process.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t process_fork(struct failure *why) {
    pid_t parent = getpid();
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return failure_system(why, errno, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* it ended before we could ask */
        setsid();
    }
    return child;
}

bool process_wait(pid_t child, deadline until, int *status) {
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    bool ended = false;
    if (handle >= 0) {
        struct pollfd wait = {.fd = handle, .events = POLLIN};
        while (poll(&wait, 1, deadline_left(until)) < 0 && errno == EINTR)
            continue;
        ended = wait.revents != 0;
        close(handle);
    }
    pid_t result;
    do
        result = waitpid(child, status, ended ? 0 : WNOHANG);
    while (result < 0 && errno == EINTR);
    return result == child;
}

int process_end(pid_t child, int grace_ms) {
    int status = 0;
    kill(child, SIGTERM);
    if (process_wait(child, deadline_in(grace_ms), &status))
        return status;
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

pid_t process_first_child(pid_t parent) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    char text[32];
    long child = fgets(text, sizeof text, file) == NULL ? 0 : strtol(text, NULL, 10);
    fclose(file);
    return child > 0 ? (pid_t)child : -1;
}

/* The state of a thread, as proc(5) has it: 'R', 'S' …; 'X' when it has gone. */
static char thread_state(int tasks, const char *thread) {
    char path[64], text[512];
    snprintf(path, sizeof path, "%.20s/stat", thread);
    int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[count > 0 ? count : 0] = '\0';
    const char *name_end = strrchr(text, ')'); /* "12 (a name) S 1 …" */
    return name_end != NULL && name_end[1] == ' ' ? name_end[2] : 'X';
}

/* How many of its threads do something, and how many wait. */
static void count_threads(pid_t process, unsigned *busy, unsigned *waiting) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task", (long)process);
    DIR *tasks = opendir(path);
    *busy = *waiting = 0;
    const struct dirent *entry;
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]) == 0)
            continue;
        char state = thread_state(dirfd(tasks), entry->d_name);
        *busy += state == 'R' || state == 'D';
        *waiting += state != 'R' && state != 'D' && state != 'Z' && state != 'X';
    }
    if (tasks != NULL)
        closedir(tasks);
}

bool process_await_rest(pid_t process, deadline until) {
    unsigned busy, waiting;
    for (;;) {
        count_threads(process, &busy, &waiting);
        if (busy == 0 || deadline_left(until) == 0)
            return busy + waiting > 0;
        poll(NULL, 0, 1);
    }
}

void process_kill_descendants(void) {
    /* Whoever is killed leaves its children to us: they are the next ones. */
    for (pid_t child; (child = process_first_child(getpid())) > 0;) {
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
}

unsigned process_count_inside(pid_t bwrap) {
    pid_t first = process_first_child(bwrap);
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/root/proc", (long)first);
    DIR *directory = first > 0 ? opendir(path) : NULL;
    if (directory == NULL)
        return 0;
    /* Until bwrap has mounted it a /proc of its own, it looks at ours, with everybody in it. */
    struct stat inside, ours;
    if (fstat(dirfd(directory), &inside) < 0 || stat("/proc", &ours) < 0 ||
        inside.st_dev == ours.st_dev) {
        closedir(directory);
        return 0;
    }
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL)
        count += isdigit((unsigned char)entry->d_name[0]) != 0;
    closedir(directory);
    return count;
}

unsigned process_count_of(uid_t user) {
    DIR *directory = opendir("/proc");
    if (directory == NULL)
        return 0;
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        struct stat status;
        count += isdigit((unsigned char)entry->d_name[0]) != 0 &&
                 fstatat(dirfd(directory), entry->d_name, &status, 0) == 0 && status.st_uid == user;
    }
    closedir(directory);
    return count;
}
