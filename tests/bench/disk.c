/*
 * disk: how many messages a second this disk can take, at most, when each is safe before the next.
 *
 *     disk DIRECTORY THREADS MESSAGES [OCTETS]
 *
 * Does what a careful delivery to a Maildir must do and nothing else: each thread writes a file of
 * OCTETS (4096) into DIRECTORY/tmp, fsyncs it, renames it into DIRECTORY/new, and fsyncs that
 * directory, until MESSAGES are delivered in all. Prints messages a second, then removes them.
 * A server that does all that and talks SMTP too cannot be faster; the bench says how near it
 * comes.
 */
#include "failure.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS_LIMIT = 1000,
    OCTETS_LIMIT = 1 << 20
};

static struct {
    int tmp, new; /* the two directories */
    long messages;
    size_t octets;
    char *text;
    atomic_long next; /* the number of the next message */
    atomic_int error; /* the first errno that was met, or 0 */
} run;

static int write_whole(int file) {
    for (size_t done = 0; done < run.octets;) {
        ssize_t count = write(file, run.text + done, run.octets - done);
        if (count < 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

static int deliver(const char *name) {
    int file = openat(run.tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    if (write_whole(file) < 0 || fsync(file) < 0) {
        close(file);
        return -1;
    }
    if (close(file) < 0 || renameat(run.tmp, name, run.new, name) < 0)
        return -1;
    return fsync(run.new);
}

static void *work(void *unused) {
    (void)unused;
    char name[64];
    for (;;) {
        long number = atomic_fetch_add(&run.next, 1);
        if (number >= run.messages || atomic_load(&run.error) != 0)
            return NULL;
        snprintf(name, sizeof name, "%ld.%ld", (long)getpid(), number);
        if (deliver(name) < 0)
            atomic_store(&run.error, errno);
    }
}

/* A whole number from 1 to `limit`, or 0. */
static long number_of(const char *word, long limit) {
    char *end = NULL;
    errno = 0;
    long number = strtol(word, &end, 10);
    return errno == 0 && *end == '\0' && number >= 1 && number <= limit ? number : 0;
}

static int open_directory(const char *path, const char *part) {
    int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return -1;
    int directory = -1;
    if (mkdirat(parent, part, 0700) == 0 || errno == EEXIST)
        directory = openat(parent, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(parent);
    return directory;
}

/* Lets `count` threads deliver. The seconds that took, or -1. */
static double measure(long count) {
    static pthread_t threads[THREADS_LIMIT];
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    long started = 0;
    while (started < count && pthread_create(&threads[started], NULL, work, NULL) == 0)
        started++;
    for (long i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (started < count)
        return -1;
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static int failed(const char *what, int error) {
    struct failure why;
    failure_system(&why, error, "%s", what);
    fprintf(stderr, "disk: %s\n", why.text);
    return 1;
}

int main(int argc, char **argv) {
    long threads = argc >= 4 ? number_of(argv[2], THREADS_LIMIT) : 0;
    run.messages = argc >= 4 ? number_of(argv[3], 10000000) : 0;
    run.octets = (size_t)(argc == 5 ? number_of(argv[4], OCTETS_LIMIT) : 4096);
    if (argc > 5 || threads == 0 || run.messages == 0 || run.octets == 0) {
        fputs("usage: disk DIRECTORY THREADS MESSAGES [OCTETS]\n", stderr);
        return 2;
    }
    run.text = malloc(run.octets);
    if (run.text == NULL)
        return failed("the message", errno);
    memset(run.text, 'x', run.octets);
    run.tmp = open_directory(argv[1], "tmp");
    run.new = open_directory(argv[1], "new");
    if (run.tmp < 0 || run.new < 0)
        return failed(argv[1], errno);

    double seconds = measure(threads);
    int error = atomic_load(&run.error);
    if (error != 0)
        return failed(argv[1], error);
    if (seconds <= 0)
        return failed("its threads", EAGAIN);
    printf("%.1f\n", (double)run.messages / seconds);
    free(run.text);
    return 0;
}
