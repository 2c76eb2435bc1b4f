#include "rebuild.h"
#include "buf.h"
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OUTPUT_LIMIT = 1 << 20, /* the rest is read, and forgotten */
    LINES_LIMIT = 40,
};

/* Runs it; both its outputs go into the pipe. */
static pid_t start(const char *command, int *from, struct failure *why) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return failure_system(why, errno, "a pipe");
    pid_t child = process_fork(why);
    if (child == 0) {
        int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(ends[1], STDOUT_FILENO) < 0 ||
            dup2(ends[1], STDERR_FILENO) < 0)
            _exit(126);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *from = ends[0];
    if (child < 0)
        close(ends[0]);
    return child;
}

static void read_all(int from, struct buf *output) {
    char bytes[65536];
    ssize_t count;
    while ((count = read(from, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR)) {
        size_t room = output->limit - output->length;
        if (count > 0)
            buf_append(output, bytes, (size_t)count < room ? (size_t)count : room);
    }
}

static bool begins(const char *line, const char *with) {
    return strncmp(line, with, strlen(with)) == 0;
}

/* Whether a line is of those that run the compiler, not of the compiler. */
static bool is_frame(const char *line, bool *command_follows) {
    static const char *const frames[] = {"[", "ninja: ", "make", "gmake", "-- ", ": && "};
    bool is_command = *command_follows;
    *command_follows = begins(line, "FAILED: "); /* ninja says it, then the whole command line */
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++)
        if (begins(line, frames[i]))
            return true;
    return is_command || *command_follows;
}

/* Writes a line with short names of files. */
static void write_line(const char *line, FILE *out) {
    static const char kit[] = KIT_SOURCE_DIR "/";
    for (const char *found; (found = strstr(line, kit)) != NULL; line = found + sizeof kit - 1)
        fwrite(line, 1, (size_t)(found - line), out);
    fprintf(out, "%s\n", line);
}

static void write_words(char *output, FILE *out) {
    bool command_follows = false;
    size_t lines = 0;
    char *rest = NULL;
    for (char *line = strtok_r(output, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (is_frame(line, &command_follows))
            continue;
        if (lines++ < LINES_LIMIT)
            write_line(line, out);
    }
    if (lines > LINES_LIMIT)
        fprintf(out,
                "... and %zu lines more. The first mistake is often the cause of the others.\n",
                lines - LINES_LIMIT);
}

int rebuild(const char *command, FILE *out, bool *built, struct failure *why) {
    struct buf output;
    int from = -1, status = 0;
    pid_t child = start(command, &from, why);
    if (child < 0)
        return -1;
    buf_init(&output, OUTPUT_LIMIT);
    read_all(from, &output);
    close(from);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    *built = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!*built && output.length > 0)
        write_words(output.bytes, out);
    buf_free(&output);
    return 0;
}
