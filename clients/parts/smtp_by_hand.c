#include "smtp_by_hand.h"
#include "auth.h"
#include "b64_command.h"
#include "challenge.h"
#include "smtp_explain.h"
#include <string.h>
#include <strings.h>

static const struct repl_word words[] = {
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
static bool is_secret(const char *line) {
    return b64_command_is(line) ||
           (strncasecmp(line, "AUTH ", 5) == 0 && strchr(line + 5, ' ') != NULL);
}

static bool run_command(struct by_hand *hand, const char *line) {
    if (!b64_command_is(line))
        return false;
    b64_command(hand->repl, line);
    return true;
}

/* What stands behind the 334. */
static const char *question_of(const struct smtp_by_hand *own) {
    const struct smtp_reply *reply = &own->smtp.reply;
    return reply->text + (reply->length > strlen("334 ") ? strlen("334 ") : 0);
}

/* What is typed next: a command, a line of the message, or the answer to a challenge. */
static void set_prompt(struct by_hand *hand, int code) {
    struct smtp_by_hand *own = hand->own;
    if (code == 354) {
        own->in_text = true;
        repl_remark(hand->repl, "a line with only a dot ends the message; one that begins with a "
                                "dot needs another dot in front");
    }
    own->challenged = code == 334 && repl_is_terminal(hand->repl);
    if (own->challenged)
        challenge_explain(question_of(own), hand->repl);
    repl_set_prompt(hand->repl, own->in_text ? "text> " : code == 334 ? "answer> " : NULL);
}

/* Shows the reply just read, and does what it asks for. 0; -1: the session cannot go on. */
static int take_reply(struct by_hand *hand, int code) {
    struct smtp_by_hand *own = hand->own;
    const struct smtp_reply *reply = &own->smtp.reply;
    if (by_hand_show(hand, reply->text, reply->length) < 0)
        return -1;
    if (code < 0)
        return -1;
    struct buf lines;
    buf_init(&lines, 65536);
    smtp_explain(reply, &lines);
    by_hand_explain(hand, &lines);

    char line[REPLY_LINE_SIZE];
    by_hand_count(hand, code >= 400, reply_line(reply, line));
    if (code == 421)
        return failure_set(hand->why, "the server ended the session: %s", line);
    set_prompt(hand, code);
    return 0;
}

/*
 * Reads the reply to a line that this file has sent itself. After 221 the server closes first (RFC
 * 5321 §4.1.1.10); it is given a moment for that.
 */
static int read_reply(struct by_hand *hand) {
    struct smtp_by_hand *own = hand->own;
    int code = smtp_read_reply(&own->smtp);
    if (code == 221)
        by_hand_await_close(hand);
    return code;
}

/* Sends a command and reads its reply. The code or -1. */
static int exchange(struct by_hand *hand, const char *line, size_t length) {
    static const struct {
        const char *line;
        int (*send)(struct smtp *smtp);
    } written[] = {{"NOOP", smtp_noop}, {"RSET", smtp_rset}, {"QUIT", smtp_quit}};
    struct smtp_by_hand *own = hand->own;
    bool callable = !own->verbatim && strlen(line) == length; /* no NUL in it */
    for (size_t i = 0; callable && i < sizeof written / sizeof *written; i++) {
        if (strcmp(line, written[i].line) == 0)
            return written[i].send(&own->smtp);
    }
    if (callable && length > 5 && strncmp(line, "VRFY ", 5) == 0)
        return smtp_vrfy(&own->smtp, line + 5);
    by_hand_send(hand, line, length);
    return read_reply(hand);
}

/* Sends the answer to a challenge: what was typed, or a secret that is asked for now. 0 or -1. */
static int answer(struct by_hand *hand, const char *line, size_t length) {
    struct buf text;
    buf_init(&text, AUTH_LINE_LIMIT);
    int result = line != NULL ? challenge_take(line, length, &text, hand->why)
                              : challenge_ask(hand->repl, &text, hand->why);
    if (result == 0)
        by_hand_send(hand, text.bytes != NULL ? text.bytes : "", text.length);
    buf_wipe(&text);
    return result == 0 ? take_reply(hand, read_reply(hand)) : -1;
}

static int take_line(struct by_hand *hand, const char *line, size_t length) {
    struct smtp_by_hand *own = hand->own;
    if (own->challenged)
        return answer(hand, line, length);
    if (own->in_text) {
        by_hand_send(hand, line, length);
        if (length != 1 || line[0] != '.')
            return 0;
        own->in_text = false;
        return take_reply(hand, smtp_read_reply(&own->smtp));
    }
    int code = exchange(hand, line, length);
    hand->over = code == 221;
    hand->tls_due = code == 220 && strcasecmp(line, "STARTTLS") == 0;
    if (take_reply(hand, code) < 0)
        return -1;
    if (hand->tls_due)
        repl_remark(hand->repl, "/tls begins the handshake; anything else goes out in clear");
    return 0;
}

static bool wants_secret(const struct by_hand *hand) {
    const struct smtp_by_hand *own = hand->own;
    return own->challenged && challenge_is_secret(question_of(own));
}

static int take_unasked(struct by_hand *hand) {
    struct smtp_by_hand *own = hand->own;
    return take_reply(hand, smtp_read_reply(&own->smtp));
}

static int end_typing(struct by_hand *hand) {
    const struct smtp_by_hand *own = hand->own;
    if (own->in_text)
        return failure_set(hand->why, "typing ended within the message: it was not sent");
    repl_remark(hand->repl, "QUIT (end of typing)");
    hand->over = true;
    by_hand_send(hand, "QUIT", 4);
    return take_reply(hand, read_reply(hand));
}

static int open_connection(struct by_hand *hand, struct failure *why) {
    struct smtp_by_hand *own = hand->own;
    if (smtp_session_connect(own->session, &own->smtp, why) < 0)
        return -1;
    hand->stream = own->smtp.stream;
    hand->reader = &own->smtp.reader;
    hand->why = &own->smtp.why;
    return 0;
}

static bool has_orders(const struct by_hand *hand) {
    const struct smtp_by_hand *own = hand->own;
    return smtp_session_has_orders(own->session);
}

static int begin(struct by_hand *hand, struct failure *why) {
    struct smtp_by_hand *own = hand->own;
    return smtp_session_begin(own->session, &own->smtp, hand->repl, why);
}

static int greeting(struct by_hand *hand) {
    struct smtp_by_hand *own = hand->own;
    return take_reply(hand, hand->begun ? own->smtp.reply.code : smtp_read_reply(&own->smtp));
}

static int begin_tls(struct by_hand *hand) {
    struct smtp_by_hand *own = hand->own;
    return smtp_session_tls(own->session, &own->smtp, hand->why);
}

const struct by_hand_protocol smtp_by_hand = {
    .program = "smtp",
    .prompt = "smtp> ",
    .words = words,
    .is_secret = is_secret,
    .how_to_tls = "STARTTLS asks for it, if the server offers it; /tls behind its 220",
    .after_tls = "EHLO again",
    .connect = open_connection,
    .has_orders = has_orders,
    .begin = begin,
    .greeting = greeting,
    .take_line = take_line,
    .wants_secret = wants_secret,
    .take_unasked = take_unasked,
    .end_typing = end_typing,
    .begin_tls = begin_tls,
    .command = run_command,
};
