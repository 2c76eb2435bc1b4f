/*
 * Lab 01, finished: a connection by hand. The contracts are in shared/talk.h.
 */
#include "talk.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Tries one address: a connected, non-blocking socket, or -1 with errno. */
static int connect_to(const struct addrinfo *address) {
    int connection = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (connection < 0)
        return -1;
    if (connect(connection, address->ai_addr, address->ai_addrlen) == 0 &&
        fcntl(connection, F_SETFL, O_NONBLOCK) == 0)
        return connection;
    int error = errno; /* close may change it */
    close(connection);
    errno = error;
    return -1;
}

int talk_connect(const char *host, const char *port, struct failure *why) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int error = getaddrinfo(host, port, &hints, &addresses);
    if (error != 0)
        return failure_set(why, "%s port %s: %s", host, port, gai_strerror(error));

    int connection = -1;
    for (const struct addrinfo *one = addresses; one != NULL && connection < 0; one = one->ai_next)
        connection = connect_to(one);
    if (connection < 0)
        failure_system(why, errno, "%s port %s", host, port);
    freeaddrinfo(addresses);
    return connection;
}

/* Hands all bytes to the kernel, however few it takes at a time. 0 or -1. */
static int send_all(int connection, const char *bytes, size_t count, int flags,
                    struct failure *why) {
    while (count > 0) {
        ssize_t taken = send(connection, bytes, count, flags | MSG_NOSIGNAL);
        if (taken >= 0) {
            bytes += taken;
            count -= (size_t)taken;
        } else if (errno == EAGAIN) {
            struct pollfd room = {.fd = connection, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return failure_system(why, errno, "cannot send");
        }
    }
    return 0;
}

int talk_send_line(int connection, const char *line, size_t length, struct failure *why) {
    /* MSG_MORE: more follows at once, so that the line and its CR LF leave in one segment. */
    if (send_all(connection, line, length, MSG_MORE, why) < 0)
        return -1;
    return send_all(connection, "\r\n", 2, 0, why);
}

/* Shows what has arrived. 1: more may come; 0: the server has closed its side; -1: broken. */
static int show_received(int connection, struct repl *repl, struct failure *why) {
    char bytes[16384];
    ssize_t count = recv(connection, bytes, sizeof bytes, 0);
    if (count == 0)
        return 0;
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (count < 0)
        return failure_system(why, errno, "cannot receive");
    if (repl_show(repl, bytes, (size_t)count) < 0)
        return failure_set(why, "cannot write to standard output");
    return 1;
}

int talk_relay(int connection, struct repl *repl, struct failure *why) {
    bool more_typed = false; /* the repl may hold lines that poll cannot see */
    for (;;) {
        /* repl_fd is -1 once typing has ended; poll passes over negative descriptors. */
        struct pollfd wait[] = {
            {.fd = connection, .events = POLLIN},
            {.fd = repl_fd(repl), .events = POLLIN},
        };
        if (poll(wait, 2, more_typed ? 0 : -1) < 0 && errno != EINTR)
            return failure_system(why, errno, "poll");

        if (wait[0].revents != 0) {
            int state = show_received(connection, repl, why);
            if (state <= 0)
                return state;
        }
        if (wait[1].revents == 0 && !more_typed)
            continue;

        /* One line a round: whoever sends without ever receiving can block a peer that answers. */
        struct repl_line line;
        enum repl_result typed = repl_read(repl, &line);
        more_typed = typed == REPL_LINE;
        if (typed == REPL_LINE && talk_send_line(connection, line.text, line.length, why) < 0)
            return -1;
        if (typed == REPL_END)
            shutdown(connection, SHUT_WR); /* FIN: we have said all; the server may still speak */
    }
}
