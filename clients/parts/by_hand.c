#include "by_hand.h"
#include "tls_command.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define GOODBYE_MS 10000 /* how long the server may take to close behind its good-bye */

void by_hand_send(struct by_hand *hand, const char *line, size_t length) {
    stream_set_deadline(hand->stream, deadline_in(hand->session->timeout_ms));
    if (stream_write(hand->stream, line, length) == 0)
        stream_write(hand->stream, "\r\n", 2);
}

int by_hand_show(struct by_hand *hand, const char *bytes, size_t count) {
    return repl_show(hand->repl, bytes, count) == 0
               ? 0
               : failure_set(hand->why, "cannot write to standard output");
}

bool by_hand_explains(const struct by_hand *hand) {
    return !hand->silent && repl_is_terminal(hand->repl);
}

void by_hand_explain(struct by_hand *hand, struct buf *lines) {
    char *rest = by_hand_explains(hand) ? lines->bytes : NULL;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';)
        repl_remark(hand->repl, "%s", line);
    buf_free(lines);
}

void by_hand_count(struct by_hand *hand, bool refused, const char *line) {
    hand->replies++;
    if (refused && hand->refused++ == 0)
        snprintf(hand->first_refusal, sizeof hand->first_refusal, "%s", line);
}

void by_hand_await_close(struct by_hand *hand) {
    char ignored[256];
    size_t count;
    stream_set_deadline(hand->stream, deadline_in(GOODBYE_MS));
    while (stream_read_some(hand->stream, ignored, sizeof ignored, &count) == STREAM_OK)
        continue;
}

/* The program's own commands, for the repl. */
static bool run_command(void *context, const char *line) {
    struct by_hand *hand = context;
    if (strcmp(line, "/tls") == 0) {
        tls_command(hand);
        return true;
    }
    if (hand->protocol->command != NULL && hand->protocol->command(hand, line))
        return true;
    bool on = strcmp(line, "/explain on") == 0;
    if (!on && strcmp(line, "/explain off") != 0)
        return false;
    hand->silent = !on;
    return true;
}

/* Nobody types any more. */
static int end_typing(struct by_hand *hand) {
    if (repl_failure(hand->repl) != NULL)
        return failure_set(hand->why, "%s", repl_failure(hand->repl));
    return hand->protocol->end_typing(hand);
}

/* Whether the server has said something. TLS has words of its own that are none of the session's
   (the tickets of RFC 8446 §4.6.1): the socket can be read, and there is nothing to read. */
static bool has_spoken(const struct by_hand *hand) {
    const char *bytes;
    size_t count;
    stream_set_deadline(hand->stream, deadline_in(0));
    return stream_look(hand->stream, &bytes, &count) != STREAM_TIMEOUT;
}

static int take_unasked(struct by_hand *hand) {
    repl_pause(hand->repl); /* perhaps only half a line is there */
    if (hand->protocol->take_unasked(hand) < 0)
        return -1;
    return hand->tls_due
               ? failure_set(hand->why, "the server went on in clear where TLS must begin")
               : 0;
}

/* Waits for a typed line or an answer that nobody asked for, and takes it. 0 or -1. */
static int take_next(struct by_hand *hand, bool *more_typed) {
    if (hand->protocol->wants_secret(hand))
        return hand->protocol->take_line(hand, NULL, 0);
    bool here = line_is_ready(hand->reader) || stream_buffered(hand->stream) > 0;
    struct pollfd wait[] = {
        {.fd = stream_socket(hand->stream), .events = POLLIN},
        {.fd = repl_fd(hand->repl), .events = POLLIN},
    };
    if (!*more_typed)
        stream_flush(hand->stream); /* message text; when it fails, the next read says why */
    if (poll(wait, 2, here || *more_typed ? 0 : -1) < 0)
        return errno == EINTR ? 0 : failure_system(hand->why, errno, "poll");
    if (here || (wait[0].revents != 0 && has_spoken(hand)))
        return take_unasked(hand);

    struct repl_line line;
    enum repl_result typed = repl_read(hand->repl, &line);
    *more_typed = typed == REPL_LINE;
    if (typed == REPL_LINE)
        return hand->protocol->take_line(hand, line.text, line.length);
    return typed == REPL_END ? end_typing(hand) : 0;
}

/* From the server's greeting, or behind the login, to the end of the session. */
static int converse(struct by_hand *hand, struct failure *why) {
    const struct session *session = hand->session;
    const char *tls = stream_tls_description(hand->stream);
    repl_remark(hand->repl, "connected to %s port %s, %s; /help lists what can be typed",
                session->host, session->port, tls[0] != '\0' ? tls : "in clear");
    hand->begun = hand->protocol->has_orders(hand);
    if (hand->begun && hand->protocol->begin(hand, why) < 0)
        return -1;
    bool more_typed = false;
    int result = hand->protocol->greeting(hand);
    while (result == 0 && !hand->over)
        result = hand->broken ? -1 : take_next(hand, &more_typed);
    if (result < 0)
        return failure_set(why, "%s", hand->why->text);
    if (hand->refused > 0 && !repl_is_terminal(hand->repl))
        return failure_set(why, "%u of %u replies say no, the first one: %s", hand->refused,
                           hand->replies, hand->first_refusal);
    return 0;
}

int by_hand(struct by_hand *hand, struct failure *why) {
    hand->repl = repl_open(&(struct repl_options){.program = hand->protocol->program,
                                                  .prompt = hand->protocol->prompt,
                                                  .words = hand->protocol->words,
                                                  .is_secret = hand->protocol->is_secret,
                                                  .command = run_command,
                                                  .context = hand},
                           why);
    if (hand->repl == NULL)
        return -1;
    int result = hand->protocol->connect(hand, why);
    if (result == 0) {
        result = converse(hand, why);
        stream_close(hand->stream);
    }
    repl_close(hand->repl);
    return result;
}
