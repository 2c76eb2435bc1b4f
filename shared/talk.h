/*
 * talk: the contract of lab 01. A connection by hand, with nothing but sockets and poll(2).
 *
 * These functions are written in labs/01-raw-socket/raw_socket.c (and, finished, in solutions/).
 * clients/talk.c calls them: talk_connect, then talk_relay until the conversation is over.
 */
#ifndef SHARED_TALK_H
#define SHARED_TALK_H

#include "failure.h"
#include "repl.h"
#include <stddef.h>

/*
 * TODO 1. Connects to `host` and `port` over TCP.
 *
 * `host` is a name ("mail.example.org") or an address ("127.0.0.2", "::1"); `port` a number or a
 * service name ("25", "smtp"): getaddrinfo(3) understands all of them. A name can have several
 * addresses: try each in the order given until one accepts; close the sockets that did not.
 *
 * Returns the connected socket, in non-blocking mode (O_NONBLOCK). The caller closes it.
 * Returns -1 when the name is unknown or nobody accepted; `why` then names host, port and reason.
 */
int talk_connect(const char *host, const char *port, struct failure *why);

/*
 * TODO 2. Sends one typed line: its `length` bytes, then CR LF (the line end of every mail
 * protocol, RFC 5321 §2.3.8).
 *
 * The socket is non-blocking: send(2) takes what fits and says how much that was, or fails with
 * EAGAIN when nothing fits: then wait with poll(2) for POLLOUT and go on behind what it took. A
 * peer that is gone must give an error, not the signal SIGPIPE (MSG_NOSIGNAL).
 *
 * Returns 0 when all bytes are handed to the kernel, -1 when the connection broke.
 */
int talk_send_line(int connection, const char *line, size_t length, struct failure *why);

/*
 * TODO 3. The conversation: waits with poll(2) for the keyboard and the connection together,
 * because nobody knows who speaks next.
 *
 *   - typed lines (repl_read) go out with talk_send_line;
 *   - received bytes go to repl_show at once, as they come, without waiting for a whole line;
 *   - at the end of typing (REPL_END) our side is closed, shutdown(2) with SHUT_WR: the server sees
 *     the end, and what it still has to say is still shown;
 *   - when the server closes its side (recv(2) answers 0) the conversation is over.
 *
 * Returns 0 when the server closed in order, -1 when the connection broke (a reset), or what was
 * received could not be shown. Does not close `connection`.
 */
int talk_relay(int connection, struct repl *repl, struct failure *why);

#endif
