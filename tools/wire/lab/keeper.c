#include "keeper.h"
#include "files.h"
#include "own_server.h"
#include "process.h"
#include "program.h"
#include "run_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    READY_MS = 10000,
    STOP_MS = 5000,
    END_MS = STOP_MS + 3000,
    PROCESSOR_SECONDS = 24 * 60 * 60,
};

/* What he sends when the server listens; or one line that says why it does not. */
static const char listens[] = "\n";

struct keeping {
    struct program program;
    int channel;
    int log;
    size_t logged; /* so much of its words */
};

static void write_log(struct keeping *keeping) {
    const struct buf *error = &keeping->program.error;
    if (error->length > keeping->logged &&
        write(keeping->log, error->bytes + keeping->logged, error->length - keeping->logged) > 0)
        keeping->logged = error->length;
}

/* Takes what the server says, until it has ended or the channel is closed. */
static bool attend(struct keeping *keeping, int wait_ms) {
    struct program *program = &keeping->program;
    struct pollfd channel = {.fd = keeping->channel, .events = POLLIN};
    program_must_stop(program, DEADLINE_NEVER);
    program_attend(&program, 1, &channel, wait_ms);
    write_log(keeping);
    return channel.revents == 0 && !program_has_ended(program, 0);
}

static bool await_ready(struct keeping *keeping) {
    deadline until = deadline_in(READY_MS);
    const struct buf *output = &keeping->program.output;
    while (output->length == 0 && deadline_left(until) > 0 && attend(keeping, PROGRAM_TICK_MS))
        continue;
    return output->length > 0;
}

static void finish(struct keeping *keeping, char *words, size_t size) {
    program_has_ended(&keeping->program, -1);
    program_finish(&keeping->program, NULL);
    write_log(keeping);
    run_describe_end(&keeping->program, words, size);
}

static _Noreturn void give_up(struct keeping *keeping) {
    char end[200], words[450];
    const char *last;
    if (!program_has_ended(&keeping->program, 0))
        program_stop(&keeping->program, RUN_TIME);
    finish(keeping, end, sizeof end);
    size_t said = program_last_words(&keeping->program, &last);
    int length =
        snprintf(words, sizeof words, "it %s%s%.*s", end,
                 said == 0 ? "" : "; it said last:  ", (int)(said < 160 ? said : 160), last);
    _exit(send(keeping->channel, words, (size_t)length, MSG_NOSIGNAL) < 0 ? 1 : 0);
}

/* Whether it ended as it should. */
static bool keep(struct keeping *keeping) {
    struct program *program = &keeping->program;
    char words[200];
    if (!await_ready(keeping))
        give_up(keeping);
    if (send(keeping->channel, listens, 1, MSG_NOSIGNAL) < 0)
        return false;
    while (attend(keeping, 10 * PROGRAM_TICK_MS))
        continue;
    bool left = program_has_ended(program, 0);
    if (!left) {
        deadline until = deadline_in(STOP_MS);
        program_ask_to_end(program);
        while (deadline_left(until) > 0 && !program_has_ended(program, PROGRAM_TICK_MS))
            program_attend(&program, 1, NULL, 0);
        if (!program_has_ended(program, 0))
            program_stop(program, RUN_DEAF);
    }
    finish(keeping, words, sizeof words);
    if (left)
        fprintf(stderr, "\nwire start: your server %s; exit, and start it again\n", words);
    else if (program->ending != RUN_ENDED || program->status != 0)
        fprintf(stderr, "wire start: your server %s\n", words);
    return !left && program->ending == RUN_ENDED && program->status == 0;
}

static _Noreturn void be_keeper(const struct keeper_setup *setup, int channel, int log) {
    struct keeping keeping = {.channel = channel, .log = log};
    struct own_server server;
    struct failure why;
    program_init(&keeping.program);
    int result =
        own_server_prepare(&server, setup->lab, setup->run, setup->program, setup->directory, &why);
    const struct sandbox_setup sandbox = {
        .program = &server.line,
        .directory = setup->lab->directory,
        .environment = &setup->run->environment,
        .writable = server.store,
        .readable = server.given,
        .processor_seconds = PROCESSOR_SECONDS,
        .serves = true,
    };
    if (result == 0)
        result = program_start(&keeping.program, &sandbox, &why);
    if (result < 0)
        _exit(send(channel, why.text, strlen(why.text), MSG_NOSIGNAL) < 0 ? 1 : 0);
    _exit(keep(&keeping) ? 0 : 1);
}

static int await_server(struct keeper *keeper, struct failure *why) {
    char words[450];
    ssize_t count;
    do
        count = recv(keeper->channel, words, sizeof words - 1, 0);
    while (count < 0 && errno == EINTR);
    if (count == 1 && words[0] == listens[0])
        return 0;
    words[count > 0 ? count : 0] = '\0';
    return failure_set(why, "your server did not start to listen: %.*s", (int)sizeof words, words);
}

int keeper_start(struct keeper *keeper, const struct keeper_setup *setup, struct failure *why) {
    int ends[2], log = open(setup->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    *keeper = (struct keeper){.channel = -1};
    if (log < 0)
        return failure_system(why, errno, "%s", setup->log);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        close(log);
        return failure_system(why, errno, "a pair of sockets");
    }
    pid_t pid = process_fork(why);
    if (pid == 0) {
        close(ends[0]);
        be_keeper(setup, ends[1], log);
    }
    close(ends[1]);
    close(log);
    *keeper = (struct keeper){.pid = pid < 0 ? 0 : pid, .channel = ends[0]};
    if (pid > 0 && await_server(keeper, why) == 0)
        return 0;
    keeper_end(keeper);
    return -1;
}

bool keeper_end(struct keeper *keeper) {
    int status = 0;
    if (keeper->channel >= 0)
        close(keeper->channel);
    if (keeper->pid > 0 && !process_wait(keeper->pid, deadline_in(END_MS), &status))
        status = process_end(keeper->pid, 0);
    *keeper = (struct keeper){.channel = -1};
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
