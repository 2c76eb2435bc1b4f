#include "run.h"
#include "files.h"
#include "network.h"
#include "process.h"
#include "run_one.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    JOBS_LIMIT = 16,
    /* What a run may take beyond its program's own limit: to start, to record the end, to stop. */
    SURPLUS_MS = 30000,
};

/* Most of its time a run waits for something, above all a program that hangs: more of them than
   processors are worth while, as long as there is memory for their recorders. */
static size_t jobs(size_t most_wanted) {
    enum {
        PER_PROCESSOR = 4,
        PER_RECORDER = 128 << 20
    };
    struct sysinfo machine;
    if (!network_is_private() || sysinfo(&machine) < 0)
        return 1;
    unsigned long most = PER_PROCESSOR * (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
    unsigned long fitting = (machine.freeram + machine.bufferram) / PER_RECORDER * machine.mem_unit;
    unsigned long count = most < fitting ? most : fitting;
    if (most_wanted > 0 && most_wanted < count)
        count = most_wanted;
    else if (count < 2)
        count = 2;
    return count > JOBS_LIMIT ? JOBS_LIMIT : count;
}

struct job {
    const struct lab_run *run;
    pid_t pid;
    int report; /* the words of a failure; closed without one when all is well */
    deadline until;
};

/* In the child: one run, alone in its network. */
static _Noreturn void work(const struct run_setup *setup, const struct lab_run *run, int report) {
    struct failure why;
    int result = network_is_private() ? network_renew(&why) : 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (result == 0)
        result = run_one(setup, run, &why);
    process_kill_descendants();
    if (result < 0 && write(report, why.text, strlen(why.text)) < 0)
        _exit(2);
    _exit(result < 0 ? 1 : 0);
}

static int start(struct job *job, const struct run_setup *setup, const struct lab_run *run,
                 struct failure *why) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return failure_system(why, errno, "a pipe");
    int most_ms = (run->serves ? 2 : 1) * run->limit_ms; /* a server: to start, and its visits */
    *job =
        (struct job){.run = run, .report = report[0], .until = deadline_in(most_ms + SURPLUS_MS)};
    job->pid = process_fork(why);
    if (job->pid == 0) {
        close(report[0]);
        work(setup, run, report[1]);
    }
    close(report[1]);
    if (job->pid < 0)
        close(report[0]);
    return job->pid < 0 ? -1 : 0;
}

static int finish(struct job *job, struct failure *why) {
    char words[300] = "";
    int status = 0;
    bool ended = process_wait(job->pid, job->until, &status);
    if (!ended)
        process_end(job->pid, 0);
    ssize_t count = read(job->report, words, sizeof words - 1);
    words[count > 0 ? count : 0] = '\0';
    close(job->report);
    if (!ended)
        return failure_set(why, "run %s: wire itself did not finish in time", job->run->name);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failure_set(why, "run %s: %s", job->run->name,
                           words[0] != '\0' ? words : "wire itself broke down");
    return 0;
}

/* The number of a job that has ended, or whose time is over. */
static size_t wait_for_one(const struct job *running, size_t count) {
    for (;;) {
        struct pollfd reports[JOBS_LIMIT];
        deadline until = DEADLINE_NEVER;
        for (size_t i = 0; i < count; i++) {
            reports[i] = (struct pollfd){.fd = running[i].report, .events = POLLIN};
            until = deadline_earlier(until, running[i].until);
        }
        if (poll(reports, count, deadline_left(until)) < 0)
            continue; /* EINTR */
        for (size_t i = 0; i < count; i++)
            if (reports[i].revents != 0 || deadline_left(running[i].until) == 0)
                return i;
    }
}

/* On a terminal: how far it is, since a program that hangs takes its whole limit. */
static void show_progress(const struct run_setup *setup, size_t done, size_t total) {
    if (!isatty(STDERR_FILENO))
        return;
    if (done < total)
        fprintf(stderr, "\rlab %d: %zu of %zu runs done ", lab_number(setup->lab), done, total);
    else
        fprintf(stderr, "\r%40s\r", "");
}

/* Two commands at once would remove each other's results: the second waits. The lock is this
   process's until it ends, for it still has to read what the runs left; the kernel takes it back.
 */
static int take_directory(const char *path, struct failure *why) {
    static int held = -1;
    if (held >= 0)
        close(held);
    held = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (held < 0)
        return failure_system(why, errno, "%s", path);
    if (flock(held, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s is in use: waiting until the other command is done\n",
                files_short_path(path));
    while (flock(held, LOCK_EX) < 0)
        if (errno != EINTR)
            return failure_system(why, errno, "%s", path);
    return 0;
}

int run_all(const struct run_setup *setup, const bool *wanted, struct failure *why) {
    if (take_directory(setup->directory, why) < 0)
        return -1;
    struct job running[JOBS_LIMIT] = {0};
    size_t count = 0, limit = jobs(setup->jobs);
    size_t done = 0, total = 0;
    int result = 0;
    for (size_t i = 0; i < setup->lab->run_count; i++)
        total += wanted[i] ? 1 : 0;
    show_progress(setup, done, total);
    for (size_t next = 0; next < setup->lab->run_count || count > 0;) {
        if (next < setup->lab->run_count && (!wanted[next] || result < 0)) {
            next++;
        } else if (next < setup->lab->run_count && count < limit) {
            result = start(&running[count], setup, &setup->lab->runs[next++], why);
            count += result == 0 ? 1 : 0;
        } else {
            size_t ended = wait_for_one(running, count);
            struct failure *words = result == 0 ? why : NULL;
            if (finish(&running[ended], words) < 0)
                result = -1;
            running[ended] = running[--count];
            show_progress(setup, ++done, total);
        }
    }
    show_progress(setup, total, total);
    return result;
}
