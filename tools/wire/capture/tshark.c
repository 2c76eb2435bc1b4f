#include "tshark.h"
#include "deadline.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS (5 * TSHARK_SECONDS_LIMIT * 1000) /* the machine may be busy */
#define NOT_FOUND   127 /* exit status of a child that found no tshark, as in a shell */

/* Files in memory, and a pipe whose other end closes when tshark ends. */
struct files {
    int plan;
    int output;
    int errors;
    int ended[2];
};

static void close_files(struct files *files) {
    int all[] = {files->plan, files->output, files->errors, files->ended[0], files->ended[1]};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] >= 0)
            close(all[i]);
    }
}

static int open_files(struct files *files, const char *plan, size_t length, struct failure *why) {
    *files = (struct files){memfd_create("plan", MFD_CLOEXEC),
                            memfd_create("output", MFD_CLOEXEC),
                            memfd_create("errors", MFD_CLOEXEC),
                            {-1, -1}};
    if (files->plan < 0 || files->output < 0 || files->errors < 0 ||
        pipe2(files->ended, O_CLOEXEC) < 0 ||
        pwrite(files->plan, plan, length, 0) != (ssize_t)length) {
        failure_system(why, errno, "no files in memory for tshark");
        close_files(files);
        return -1;
    }
    return 0;
}

/* Nothing of the user's counts: neither preferences, nor plugins, nor language, nor time zone. */
static void set_environment(void) {
    setenv("WIRESHARK_CONFIG_DIR", "/nonexistent", 1);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    setenv("HOME", "/nonexistent", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
}

/* Past the output it gets SIGXFSZ, past the time SIGXCPU; without memory it aborts. */
static void set_limits(void) {
    static const struct {
        int resource;
        rlim_t most;
    } limits[] = {{RLIMIT_FSIZE, TSHARK_OUTPUT_LIMIT},
                  {RLIMIT_AS, TSHARK_MEMORY_LIMIT},
                  {RLIMIT_CPU, TSHARK_SECONDS_LIMIT},
                  {RLIMIT_CORE, 0}};

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit = {limits[i].most, limits[i].most};
        if (limits[i].resource == RLIMIT_CPU)
            limit.rlim_max++; /* SIGXCPU at the one, SIGKILL only at the other */
        setrlimit((__rlimit_resource_t)limits[i].resource, &limit);
    }
}

/* In the child: becomes tshark. What goes through fork stays open: `capture`, and ended[1]. */
static void become_tshark(const struct files *files, int capture, unsigned frames) {
    char path[32], count[16];
    /* Ports of `./kit up`, where the servers run beside the machine's own. */
    char *words[] = {"tshark",
                     "-n",
                     "-q",
                     "-r",
                     path,
                     "-c",
                     count,
                     "-o", /* smtp.auth.username and the like are what the base64 stands for */
                     "smtp.decryption:TRUE",
                     "-d",
                     "tcp.port==2025,smtp",
                     "-d",
                     "tcp.port==2587,smtp",
                     "-d",
                     "tcp.port==2110,pop",
                     "-d",
                     "tcp.port==2143,imap",
                     "-d",
                     "tls.port==2465,smtp",
                     "-d",
                     "tls.port==2995,pop",
                     "-d",
                     "tls.port==2993,imap",
                     "-X",
                     "lua_script:" KIT_SOURCE_DIR "/tools/wire/capture/tap.lua",
                     NULL};
    snprintf(path, sizeof path, "/proc/self/fd/%d", capture);
    snprintf(count, sizeof count, "%u", frames);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_environment();
    fcntl(capture, F_SETFD, 0);
    fcntl(files->ended[1], F_SETFD, 0);
    if (dup2(files->plan, STDIN_FILENO) < 0 || dup2(files->output, STDOUT_FILENO) < 0 ||
        dup2(files->errors, STDERR_FILENO) < 0)
        _exit(NOT_FOUND - 1);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    set_limits(); /* from here on there is no memory for a sanitizer */
    execvp(words[0], words);
    _exit(NOT_FOUND);
}

/* Waits until the child has ended, and kills it when that takes too long. Its wait status. */
static int wait_for(pid_t child, int ended, bool *killed) {
    deadline until = deadline_in(PATIENCE_MS);
    struct pollfd wait = {ended, POLLIN, 0};
    int status = 0, ready;

    while ((ready = poll(&wait, 1, deadline_left(until))) < 0 && errno == EINTR)
        ;
    *killed = ready == 0;
    if (*killed)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* The last line that tshark said in its own name, shortened: `The file "x" isn't a capture file in
   a format TShark understands.` gives "isn't a capture file in a format TShark understands". */
static void gist(int errors, char *words, size_t size) {
    static const char name[] = "tshark: ", file[] = "The file \"";
    char text[4096];
    const char *start = NULL;
    ssize_t count = pread(errors, text, sizeof text - 1, 0);

    text[count > 0 ? count : 0] = '\0';
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, sizeof name - 1) == 0)
            start = line + sizeof name - 1;
    }
    if (start != NULL && strncmp(start, file, sizeof file - 1) == 0) {
        const char *behind = strstr(start + sizeof file - 1, "\" ");
        start = behind != NULL ? behind + 2 : start;
    }
    size_t length = start != NULL ? strcspn(start, "\n") : 0;
    if (length > 0 && start[length - 1] == '.')
        length--;
    snprintf(words, size, "%.*s", (int)length, start != NULL ? start : "");
}

/* Why a signal ended it. */
static void explain_signal(int signal, char *words, size_t size) {
    if (signal == SIGXFSZ)
        snprintf(words, size, "holds more than can be taken apart (%llu MiB)",
                 TSHARK_OUTPUT_LIMIT >> 20);
    else if (signal == SIGXCPU)
        snprintf(words, size, "takes tshark longer than %d seconds", TSHARK_SECONDS_LIMIT);
    else
        snprintf(words, size,
                 "tshark was killed by signal %d; perhaps it needed more than %llu MiB", signal,
                 TSHARK_MEMORY_LIMIT >> 20);
}

/* The output as memory of this process, which may be written over: the parser puts NULs into it. */
static int map_output(int output, struct tshark_run *run, struct failure *why) {
    struct stat status;

    if (fstat(output, &status) < 0)
        return failure_system(why, errno, "what tshark wrote");
    if (status.st_size == 0)
        return 0;
    void *memory =
        mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, output, 0);
    if (memory == MAP_FAILED)
        return failure_system(why, errno, "what tshark wrote");
    run->output = memory;
    run->length = (size_t)status.st_size;
    return 0;
}

int tshark_read(int capture, const char *plan, size_t length, unsigned frames,
                struct tshark_run *run, struct failure *why) {
    struct files files;
    bool killed = false;
    int result = 0;

    *run = (struct tshark_run){.output = NULL};
    if (open_files(&files, plan, length, why) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        become_tshark(&files, capture, frames);
    if (child < 0) {
        result = failure_system(why, errno, "tshark could not be started");
        close_files(&files);
        return result;
    }
    close(files.ended[1]);
    files.ended[1] = -1;
    int status = wait_for(child, files.ended[0], &killed);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (WIFSIGNALED(status))
        explain_signal(WTERMSIG(status), run->words, sizeof run->words);
    else
        gist(files.errors, run->words, sizeof run->words);
    if (killed)
        result = failure_set(why, "tshark took longer than %d minutes", PATIENCE_MS / 60000);
    else if (run->status == NOT_FOUND)
        result = failure_set(why, "tshark is missing: `./kit setup` installs it");
    else
        result = map_output(files.output, run, why);
    close_files(&files);
    return result;
}

void tshark_end(struct tshark_run *run) {
    if (run->output != NULL)
        munmap(run->output, run->length);
    *run = (struct tshark_run){.output = NULL};
}
