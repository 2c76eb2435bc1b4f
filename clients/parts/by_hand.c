#include "by_hand.h"
#include "auth.h"
#include "b64_command.h"
#include "challenge.h"
#include "explain.h"
#include "tls_command.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>

#define GOODBYE_MS 10000 /* how long the server may take to close behind its 221 */

const struct repl_word by_hand_words[] = {
    {"EHLO", "client.example.org", "greets the server, asks for its extensions"},
    {"HELO", "client.example.org", "the older greeting, without extensions"},
    {"MAIL FROM:", "<sender> [SIZE=bytes] [BODY=8BITMIME] [SMTPUTF8]",
     "begins a message: the envelope's sender"},
    {"RCPT TO:", "<recipient>", "adds a recipient to the envelope"},
    {"DATA", "", "after the 354: the message, ended by a line with only a dot"},
    {"RSET", "", "forgets sender and recipients"},
    {"VRFY", "name", "asks whether there is such a mailbox"},
    {"EXPN", "list", "asks who is on a mailing list"},
    {"HELP", "[command]", "asks what the server understands"},
    {"NOOP", "", "does nothing: is the server there?"},
    {"STARTTLS", "", "asks for TLS; after the 220: /tls"},
    {"AUTH", "PLAIN|LOGIN [base64]", "logs in; a question of the server is answered in base64"},
    {"QUIT", "", "ends the session"},
    {"/b64", "TEXT", "TEXT in base64, and what it stands for if it is base64"},
    {"/tls", "", "begins TLS after STARTTLS's 220; under TLS: cipher suite and certificate"},
    {"/explain", "on|off", "whether replies are explained"},
    {"/help", "", "this list"},
    {"/quit", "", "ends the session with QUIT, as Ctrl-D"},
    {NULL, NULL, NULL},
};

/* AUTH with a mechanism and an initial response: a password in base64 (RFC 4954 §4). */
bool by_hand_is_secret(const char *line) {
    return b64_command_is(line) ||
           (strncasecmp(line, "AUTH ", 5) == 0 && strchr(line + 5, ' ') != NULL);
}

bool by_hand_command(void *context, const char *line) {
    struct by_hand *session = context;
    if (strcmp(line, "/tls") == 0) {
        tls_command(session);
        return true;
    }
    if (b64_command_is(line)) {
        b64_command(session->repl, line);
        return true;
    }
    bool on = strcmp(line, "/explain on") == 0;
    if (!on && strcmp(line, "/explain off") != 0)
        return false;
    session->silent = !on;
    return true;
}

/* Says in grey what the reply means. */
static void explain(const struct by_hand *session) {
    struct buf lines;
    buf_init(&lines, 65536);
    explain_reply(&session->smtp->reply, &lines);
    char *rest = lines.bytes;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';)
        repl_remark(session->repl, "%s", line);
    buf_free(&lines);
}

/* What is typed next: a command, a line of the message, or the answer to a challenge. */
static void set_prompt(struct by_hand *session, int code) {
    if (code == 354) {
        session->in_text = true;
        repl_remark(session->repl,
                    "a line with only a dot ends the message; one that begins with a "
                    "dot needs another dot in front");
    }
    session->challenged = code == 334 && repl_is_terminal(session->repl);
    if (session->challenged)
        challenge_explain(&session->smtp->reply, session->repl);
    repl_set_prompt(session->repl, session->in_text ? "text> " : code == 334 ? "answer> " : NULL);
}

/* Shows the reply just read, and does what it asks for. 0; -1: the session cannot go on. */
static int take_reply(struct by_hand *session, int code) {
    struct smtp *smtp = session->smtp;
    const struct smtp_reply *reply = &smtp->reply;
    if (repl_show(session->repl, reply->text, reply->length) < 0)
        return failure_set(&smtp->why, "cannot write to standard output");
    if (code < 0)
        return -1;
    if (!session->silent && repl_is_terminal(session->repl))
        explain(session);

    char line[REPLY_LINE_SIZE];
    reply_line(reply, line);
    session->replies++;
    if (code >= 400 && session->refused++ == 0)
        memcpy(session->first_refusal, line, sizeof line);
    if (code == 421)
        return failure_set(&smtp->why, "the server ended the session: %s", line);
    set_prompt(session, code);
    return 0;
}

/* Sends a line as it was typed. When that fails, the server may have said why: the reply decides.
 */
static void send_line(struct smtp *smtp, const char *line, size_t length) {
    stream_set_deadline(smtp->stream, deadline_in(smtp->timeout_ms));
    if (stream_write(smtp->stream, line, length) == 0)
        stream_write(smtp->stream, "\r\n", 2);
}

/*
 * Reads the reply to a line that this file has sent itself. After 221 the server closes first (RFC
 * 5321 §4.1.1.10); it is given a moment for that.
 */
static int read_reply(struct smtp *smtp) {
    int code = smtp_read_reply(smtp);
    if (code != 221)
        return code;
    char ignored[256];
    size_t count;
    stream_set_deadline(smtp->stream, deadline_in(GOODBYE_MS));
    while (stream_read_some(smtp->stream, ignored, sizeof ignored, &count) == STREAM_OK)
        continue;
    return code;
}

/* Sends a command and reads its reply. The code or -1. */
static int exchange(const struct by_hand *session, const char *line, size_t length) {
    static const struct {
        const char *line;
        int (*send)(struct smtp *smtp);
    } written[] = {{"NOOP", smtp_noop}, {"RSET", smtp_rset}, {"QUIT", smtp_quit}};
    struct smtp *smtp = session->smtp;
    bool callable = !session->verbatim && strlen(line) == length; /* no NUL in it */
    for (size_t i = 0; callable && i < sizeof written / sizeof *written; i++) {
        if (strcmp(line, written[i].line) == 0)
            return written[i].send(smtp);
    }
    if (callable && length > 5 && strncmp(line, "VRFY ", 5) == 0)
        return smtp_vrfy(smtp, line + 5);
    send_line(smtp, line, length);
    return read_reply(smtp);
}

/* Sends the answer to a challenge: what was typed, or a secret that is asked for now. 0 or -1. */
static int answer(struct by_hand *session, const char *line, size_t length) {
    struct smtp *smtp = session->smtp;
    struct buf text;
    buf_init(&text, AUTH_LINE_LIMIT);
    int result = line != NULL ? challenge_take(line, length, &text, &smtp->why)
                              : challenge_ask(session->repl, &text, &smtp->why);
    if (result == 0)
        send_line(smtp, text.bytes != NULL ? text.bytes : "", text.length);
    buf_wipe(&text);
    return result == 0 ? take_reply(session, read_reply(smtp)) : -1;
}

/* One typed line. 0 or -1. */
static int take_line(struct by_hand *session, const char *line, size_t length) {
    bool is_dot = length == 1 && line[0] == '.';
    if (session->challenged)
        return answer(session, line, length);
    if (session->in_text) {
        send_line(session->smtp, line, length);
        if (!is_dot)
            return 0;
        session->in_text = false;
        return take_reply(session, smtp_read_reply(session->smtp));
    }
    int code = exchange(session, line, length);
    session->over = code == 221;
    session->tls_due = code == 220 && strcasecmp(line, "STARTTLS") == 0;
    if (take_reply(session, code) < 0)
        return -1;
    if (session->tls_due)
        repl_remark(session->repl, "/tls begins the handshake; anything else goes out in clear");
    return 0;
}

/* Nobody types any more. */
static int end_typing(struct by_hand *session) {
    struct smtp *smtp = session->smtp;
    if (session->in_text)
        return failure_set(&smtp->why, "typing ended within the message: it was not sent");
    if (repl_failure(session->repl) != NULL)
        return failure_set(&smtp->why, "%s", repl_failure(session->repl));
    repl_remark(session->repl, "QUIT (end of typing)");
    session->over = true;
    send_line(smtp, "QUIT", 4);
    return take_reply(session, read_reply(smtp));
}

/* Whether the server has said something. TLS has words of its own that are none of the session's
   (the tickets of RFC 8446 §4.6.1): the socket can be read, and there is nothing to read. */
static bool has_spoken(struct smtp *smtp) {
    const char *bytes;
    size_t count;
    stream_set_deadline(smtp->stream, deadline_in(0));
    return stream_look(smtp->stream, &bytes, &count) != STREAM_TIMEOUT;
}

/* Waits for a typed line or a reply that nobody asked for, and takes it. 0 or -1. */
static int take_next(struct by_hand *session, bool *more_typed) {
    struct smtp *smtp = session->smtp;
    if (session->challenged && challenge_is_secret(&smtp->reply))
        return answer(session, NULL, 0);
    bool here = line_is_ready(&smtp->reader) || stream_buffered(smtp->stream) > 0;
    struct pollfd wait[] = {
        {.fd = stream_socket(smtp->stream), .events = POLLIN},
        {.fd = repl_fd(session->repl), .events = POLLIN},
    };
    if (!*more_typed)
        stream_flush(smtp->stream); /* message text; when it fails, the next read says why */
    if (poll(wait, 2, here || *more_typed ? 0 : -1) < 0)
        return errno == EINTR ? 0 : failure_system(&smtp->why, errno, "poll");
    if (here || (wait[0].revents != 0 && has_spoken(smtp))) {
        repl_pause(session->repl); /* perhaps only half a line is there */
        if (take_reply(session, smtp_read_reply(smtp)) < 0)
            return -1;
        return session->tls_due
                   ? failure_set(&smtp->why, "the server went on in clear where TLS must begin")
                   : 0;
    }

    struct repl_line line;
    enum repl_result typed = repl_read(session->repl, &line);
    *more_typed = typed == REPL_LINE;
    if (typed == REPL_LINE)
        return take_line(session, line.text, line.length);
    return typed == REPL_END ? end_typing(session) : 0;
}

int by_hand(struct by_hand *session, struct failure *why) {
    bool more_typed = false;
    struct smtp *smtp = session->smtp;
    int result = take_reply(session, session->begun ? smtp->reply.code : smtp_read_reply(smtp));
    while (result == 0 && !session->over)
        result = session->broken ? -1 : take_next(session, &more_typed);
    if (result < 0)
        return failure_set(why, "%s", session->smtp->why.text);
    if (session->refused > 0 && !repl_is_terminal(session->repl))
        return failure_set(why, "%u of %u replies say no, the first one: %s", session->refused,
                           session->replies, session->first_refusal);
    return 0;
}
