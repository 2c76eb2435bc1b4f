#include "visitor.h"
#include "net.h"
#include "performance.h"
#include "process.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLOSING_MS = 2000, /* for a server to close the connections of the crowd */
    END_MS = CLOSING_MS + 1000,
};

/* What the two say to each other: a byte, and behind OVER the report. */
enum {
    GO = 'g',
    DONE = 'd',
    FAILED = 'f',
    STOP = 's',
    KILL = 'k',
    RESTART = 'r',
    CHANGE = 'c', /* behind it: what */
    OVER = 'o',
};

/* He himself. */
struct guest {
    const struct visitor_setup *setup;
    char host[64];
    const char *port;
    int channel;
    deadline until;
    int crowd[VISITOR_CROWD_LIMIT];
    size_t crowd_count;
};

static int go_in(const struct guest *guest, struct failure *why) {
    deadline until = deadline_earlier(guest->until, deadline_in(guest->setup->patience_ms));
    return net_connect(guest->host, guest->port, until, why);
}

static int meet(void *context, const struct session_step *step, char *report, size_t size) {
    const struct guest *guest = context;
    struct failure why;
    int server = go_in(guest, &why);
    if (server < 0)
        snprintf(report, size, "line %u: connection %zu: %.200s", step->line, step->connection,
                 why.text);
    return server;
}

static int act(void *context, const struct session_step *step, char *report, size_t size) {
    const struct guest *guest = context;
    static const char wishes[] = {[SESSION_STOP] = STOP,
                                  [SESSION_KILL] = KILL,
                                  [SESSION_RESTART] = RESTART,
                                  [SESSION_CHANGE] = CHANGE};
    char message[300], answer = FAILED;
    snprintf(message, sizeof message, "%c%s", wishes[step->kind], step->bytes.bytes);
    if (send(guest->channel, message, strlen(message), MSG_NOSIGNAL) > 0 &&
        recv(guest->channel, &answer, 1, 0) == 1 && answer == DONE)
        return 0;
    snprintf(report, size, "line %u: %s", step->line,
             step->kind == SESSION_CHANGE ? "the mailbox could not be changed"
                                          : "the server did not start again");
    return -1;
}

/* Opens the connections of the crowd; each must be greeted, as the first word is the server's. */
static bool gather(struct guest *guest, char *report, size_t size) {
    struct failure why;
    while (guest->crowd_count < guest->setup->crowd) {
        int server = go_in(guest, &why);
        if (server < 0) {
            snprintf(report, size, "connection %zu of a crowd of %lu: %.200s",
                     guest->crowd_count + 1, guest->setup->crowd, why.text);
            return false;
        }
        guest->crowd[guest->crowd_count++] = server;
    }
    deadline until = deadline_earlier(guest->until, deadline_in(guest->setup->patience_ms));
    size_t greeted = 0;
    for (size_t i = 0; i < guest->crowd_count; i++) {
        char byte;
        if (net_wait(guest->crowd[i], false, until) == 1 &&
            recv(guest->crowd[i], &byte, 1, MSG_PEEK) == 1)
            greeted++;
    }
    if (greeted < guest->crowd_count)
        snprintf(report, size, "of %zu connections at once only %zu were greeted",
                 guest->crowd_count, greeted);
    return greeted == guest->crowd_count;
}

/* Reads what the server still has to say: with that unread, closing would break the connection. */
static void let_close(int server, deadline until) {
    char bytes[4096];
    ssize_t count = 1;
    while (count != 0 && net_wait(server, false, until) == 1) {
        count = recv(server, bytes, sizeof bytes, 0);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            break;
    }
    close(server);
}

static void dismiss(struct guest *guest) {
    deadline until = deadline_in(CLOSING_MS);
    for (size_t i = 0; i < guest->crowd_count; i++)
        shutdown(guest->crowd[i], SHUT_WR);
    for (size_t i = 0; i < guest->crowd_count; i++)
        let_close(guest->crowd[i], until);
}

static _Noreturn void be_guest(const struct visitor_setup *setup, int channel) {
    struct guest guest = {.setup = setup, .channel = channel};
    char message[301] = {OVER}, *report = message + 1, byte;
    setenv("SSLKEYLOGFILE", setup->keys, 1);
    if (net_split(setup->address, guest.host, sizeof guest.host, &guest.port, NULL) < 0 ||
        recv(channel, &byte, 1, 0) != 1 || byte != GO)
        _exit(0); /* lab_run.c has looked at the address */
    guest.until = deadline_in(setup->limit_ms);
    const struct performance performance = {
        .session = setup->session,
        .until = guest.until,
        .patience_ms = setup->patience_ms,
        .meet = meet,
        .act = act,
        .context = &guest,
    };
    if (gather(&guest, report, sizeof message - 1))
        performance_play(&performance, report, sizeof message - 1);
    if (send(channel, message, 1 + strlen(report), MSG_NOSIGNAL) < 0)
        _exit(1);
    (void)!recv(channel, &byte, 1, 0); /* until the other end is closed */
    dismiss(&guest);
    _exit(0);
}

int visitor_start(struct visitor *visitor, const struct visitor_setup *setup, struct failure *why) {
    int ends[2];
    *visitor = (struct visitor){.channel = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return failure_system(why, errno, "a pair of sockets");
    pid_t pid = process_fork(why);
    if (pid == 0) {
        close(ends[0]);
        be_guest(setup, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *visitor = (struct visitor){.pid = pid, .channel = ends[0]};
    return 0;
}

void visitor_go(struct visitor *visitor) {
    const char go = GO;
    (void)!send(visitor->channel, &go, 1, MSG_NOSIGNAL); /* without him there is no answer either */
}

enum visitor_wish visitor_hear(struct visitor *visitor, char *report, size_t size) {
    char message[301];
    ssize_t count;
    do
        count = recv(visitor->channel, message, sizeof message - 1, 0);
    while (count < 0 && errno == EINTR);
    message[count > 0 ? count : 0] = '\0';
    snprintf(report, size, "%s", count > 0 ? message + 1 : "the client of wire broke down");
    switch (message[0]) {
    case STOP:
        return VISITOR_STOP;
    case KILL:
        return VISITOR_KILL;
    case RESTART:
        return VISITOR_RESTART;
    case CHANGE:
        return VISITOR_CHANGE;
    default:
        return VISITOR_OVER;
    }
}

void visitor_answer(struct visitor *visitor, bool done) {
    const char answer = done ? DONE : FAILED;
    (void)!send(visitor->channel, &answer, 1, MSG_NOSIGNAL);
}

void visitor_end(struct visitor *visitor) {
    int status;
    if (visitor->pid <= 0)
        return;
    close(visitor->channel);
    if (!process_wait(visitor->pid, deadline_in(END_MS), &status))
        process_end(visitor->pid, 0);
    *visitor = (struct visitor){.channel = -1};
}
