/*
 * Lab 01: a connection by hand. Your work.
 *
 * The contract of each function (what it takes, what it returns, how it fails) is in shared/talk.h;
 * clients/talk.c calls them. Manual pages: getaddrinfo(3), socket(2), connect(2), send(2), recv(2),
 * poll(2), shutdown(2).
 */
#include "talk.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Connects to `host` and `port` over TCP and returns the socket, in non-blocking mode. A name can
 * have several addresses: the first one that accepts is taken. -1 with the reason in `why`, which
 * names host and port, when none does.
 */
int talk_connect(const char *host, const char *port, struct failure *why) {
    /*
     * TODO 1
     *   1. Ask getaddrinfo for the addresses: any family, SOCK_STREAM. Its errors have their own
     *      words: gai_strerror.
     *   2. For each address: socket, connect. If that fails, close the socket and try the next one.
     *   3. Make the connected socket non-blocking: fcntl, F_SETFL, O_NONBLOCK.
     *   4. Give the list back (freeaddrinfo), whether it went well or not.
     */
    (void)host, (void)port;
    return failure_not_written(why, 1, "talk_connect");
}

/*
 * Sends the `length` bytes of `line`, then CR LF. send(2) may take fewer bytes than it is given, or
 * none at the moment (EAGAIN). Returns 0 when the kernel has them all, -1 when the connection
 * broke.
 */
int talk_send_line(int connection, const char *line, size_t length, struct failure *why) {
    /*
     * TODO 2
     *   1. Write a helper that sends `count` bytes and goes on behind what send has taken until
     *      none are left. Flag MSG_NOSIGNAL: a peer that is gone must not kill the program.
     *   2. On EAGAIN, wait with poll for POLLOUT. On EINTR, try again. All else is an error.
     *   3. Send the line and then "\r\n". (With MSG_MORE on the first part both leave in one
     *      segment; look at it in Wireshark without and with.)
     */
    (void)connection, (void)line, (void)length;
    return failure_not_written(why, 2, "talk_send_line");
}

/*
 * The conversation: typed lines go out, received bytes are shown at once, until the server closes
 * its side (0) or the connection breaks (-1). Nobody knows who speaks next, so poll(2) waits for
 * both. At the end of typing only our half is closed.
 */
int talk_relay(int connection, struct repl *repl, struct failure *why) {
    /*
     * TODO 3, in a loop:
     *   1. poll for POLLIN on repl_fd(repl) and on the connection. (repl_fd is -1 once typing has
     *      ended; poll passes over that.)
     *   2. Something on the connection: recv, and repl_show what came. 0 bytes: the server has
     *      closed, we are done. EAGAIN and EINTR are no errors.
     *   3. Something typed: repl_read, and talk_send_line for each REPL_LINE until it says another
     *      thing (shared/repl.h shows how).
     *   4. REPL_END: shutdown with SHUT_WR, and go on: the server may still have something to say.
     */
    (void)connection, (void)repl;
    return failure_not_written(why, 3, "talk_relay");
}
