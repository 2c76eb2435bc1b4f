#include "pop3_by_hand.h"
#include "auth.h"
#include "b64_command.h"
#include "challenge.h"
#include "pop3_explain.h"
#include "pop3_typed.h"
#include "tls_command.h"
#include <string.h>
#include <strings.h>

static const struct repl_word words[] = {
    {"USER", "name", "who logs in: the first half of it"},
    {"PASS", "[password]", "the second half; typed alone it asks, and shows nothing"},
    {"STAT", "", "how many messages, how many octets"},
    {"LIST", "[message]", "the octets of each message, or of one"},
    {"UIDL", "[message]", "the lasting name of each message, or of one"},
    {"RETR", "message", "gets a message"},
    {"TOP", "message lines", "gets its header, and so many lines of its body"},
    {"DELE", "message", "marks a message as deleted; QUIT removes it"},
    {"RSET", "", "takes all marks away"},
    {"NOOP", "", "does nothing: is the server there?"},
    {"QUIT", "", "ends the session; only now marked messages are removed"},
    {"CAPA", "", "asks what the server can do"},
    {"STLS", "", "asks for TLS; after the +OK: /tls"},
    {"AUTH", "PLAIN|LOGIN [base64]", "logs in; a question of the server is answered in base64"},
    {"/b64", "TEXT", "TEXT in base64, and what it stands for if it is base64"},
    {"/stls", "", "CAPA, STLS and the handshake in one step"},
    {"/tls", "", "begins TLS after STLS's +OK; under TLS: cipher suite and certificate"},
    {"/explain", "on|off", "whether answers are explained"},
    {"/help", "", "this list"},
    {"/quit", "", "ends the session with QUIT, as Ctrl-D"},
    {NULL, NULL, NULL},
};

/* A password, a digest of one, or one in base64. */
static bool is_secret(const char *line) {
    line += strspn(line, " \t");
    return b64_command_is(line) || strncasecmp(line, "PASS", 4) == 0 ||
           strncasecmp(line, "APOP", 4) == 0 ||
           (strncasecmp(line, "AUTH ", 5) == 0 && strchr(line + 5, ' ') != NULL);
}

/* Shows the answer's own line, once. 0 or -1. */
static int show_answer(struct by_hand *hand) {
    struct pop3_by_hand *own = hand->own;
    const struct pop3_answer *answer = &own->pop3.answer;
    if (own->shown || answer->length == 0)
        return 0;
    own->shown = true;
    if (by_hand_show(hand, answer->text, answer->length) < 0)
        return -1;
    return by_hand_show(hand, "\n", 1);
}

/* One line of a multi-line answer; on the screen it ends in a newline. */
static int show_line(void *context, const char *bytes, size_t count, struct failure *why) {
    struct by_hand *hand = context;
    struct pop3_by_hand *own = hand->own;
    bool whole = count >= 2 && memcmp(bytes + count - 2, "\r\n", 2) == 0;
    size_t length = whole ? count - 2 : count;
    (void)why; /* hand->why is the same */
    if (show_answer(hand) < 0 || by_hand_show(hand, bytes, length) < 0 ||
        (whole && by_hand_show(hand, "\n", 1) < 0))
        return -1;
    buf_printf(&own->offers, "%.*s\n", (int)length, bytes);
    return 0;
}

static int read_lines(struct by_hand *hand) {
    struct pop3_by_hand *own = hand->own;
    return pop3_read_lines(&own->pop3, UINT64_MAX, show_line, hand);
}

/* Sends a command, reads its answer, and shows the lines that follow. POP3_OK … or -1. */
static int exchange(struct by_hand *hand, const char *line, size_t length) {
    struct pop3_by_hand *own = hand->own;
    int result;
    if (strlen(line) == length &&
        pop3_typed_call(&own->pop3, line, show_line, hand, &result)) /* no NUL in it */
        return result;
    by_hand_send(hand, line, length);
    result = pop3_read_answer(&own->pop3);
    if (result == POP3_OK && pop3_typed_is(line, "QUIT"))
        by_hand_await_close(hand);
    if (result == POP3_OK && pop3_typed_has_lines(line))
        return show_answer(hand) < 0 || read_lines(hand) < 0 ? -1 : result;
    return result;
}

/* What stands behind the "+". */
static const char *question_of(const struct pop3_by_hand *own) {
    const char *text = own->pop3.answer.text;
    return text[0] == '+' && text[1] == ' ' ? text + 2 : "";
}

static void set_prompt(struct by_hand *hand, int result) {
    struct pop3_by_hand *own = hand->own;
    own->challenged = result == POP3_MORE && repl_is_terminal(hand->repl);
    if (own->challenged)
        challenge_explain(question_of(own), hand->repl);
    repl_set_prompt(hand->repl, result == POP3_MORE ? "answer> " : NULL);
}

/* Shows what is left of an answer, explains and counts it. 0; -1: the session cannot go on. */
static int take_answer(struct by_hand *hand, const char *line, int result) {
    struct pop3_by_hand *own = hand->own;
    if (show_answer(hand) < 0 || result < 0)
        return -1;
    struct buf lines;
    buf_init(&lines, 65536);
    bool capa = pop3_typed_is(line, "CAPA") && own->offers.bytes != NULL;
    if (result == POP3_OK && pop3_typed_has_lines(line) && by_hand_show(hand, ".\n", 2) < 0)
        return -1;
    pop3_explain(line, &own->pop3.answer, capa ? own->offers.bytes : "", &lines);
    by_hand_explain(hand, &lines);
    by_hand_count(hand, result == POP3_ERR, own->pop3.answer.text);
    set_prompt(hand, result);
    return 0;
}

/* Sends a line, and does what its answer asks for. */
static int run(struct by_hand *hand, const char *line, size_t length) {
    struct pop3_by_hand *own = hand->own;
    own->shown = false;
    buf_clear(&own->offers);
    int result = exchange(hand, line, length);
    hand->over = result >= 0 && pop3_typed_is(line, "QUIT");
    hand->tls_due = result == POP3_OK && pop3_typed_is(line, "STLS");
    if (take_answer(hand, line, result) < 0)
        return -1;
    if (hand->tls_due)
        repl_remark(hand->repl, "/tls begins the handshake; anything else goes out in clear");
    return 0;
}

/* A password that would go to another machine in clear is not sent. */
static int refuse_password(struct by_hand *hand) {
    static const char reason[] = "PASS was not sent: the password would go to %s in clear, for "
                                 "everybody on the way to read: /stls, --stls or --tls encrypts";
    if (!repl_is_terminal(hand->repl))
        return failure_set(hand->why, reason, hand->session->host);
    repl_remark(hand->repl, reason, hand->session->host);
    return 0;
}

/* PASS, typed alone: what stands behind it is asked for now. */
static int ask_password(struct by_hand *hand) {
    static const char verb[] = "PASS ";
    struct buf typed, line;
    buf_init(&typed, POP3_COMMAND_LIMIT);
    buf_init(&line, POP3_COMMAND_LIMIT + sizeof verb);
    struct failure why;
    int result = 0;
    if (repl_ask_secret(hand->repl, "password (not shown)> ", &typed, &why) < 0)
        repl_remark(hand->repl, "nothing was sent: %s", why.text);
    else if (buf_append(&line, verb, strlen(verb)) == 0 &&
             buf_append(&line, typed.bytes != NULL ? typed.bytes : "", typed.length) == 0)
        result = run(hand, line.bytes, line.length);
    else
        result = failure_set(hand->why, "not enough memory");
    buf_wipe(&typed);
    buf_wipe(&line);
    return result;
}

/* Sends the answer to a challenge: what was typed, or a secret that is asked for now. 0 or -1. */
static int answer(struct by_hand *hand, const char *line, size_t length) {
    struct pop3_by_hand *own = hand->own;
    struct buf text;
    buf_init(&text, AUTH_LINE_LIMIT);
    int result = line != NULL ? challenge_take(line, length, &text, hand->why)
                              : challenge_ask(hand->repl, &text, hand->why);
    if (result == 0)
        by_hand_send(hand, text.bytes != NULL ? text.bytes : "", text.length);
    buf_wipe(&text);
    own->shown = false;
    return result == 0 ? take_answer(hand, "AUTH", pop3_read_answer(&own->pop3)) : -1;
}

static int take_line(struct by_hand *hand, const char *line, size_t length) {
    const struct pop3_by_hand *own = hand->own;
    if (own->challenged)
        return answer(hand, line, length);
    if (pop3_typed_is(line, "PASS") && encrypt_is_heard(hand->stream))
        return refuse_password(hand);
    if (strcasecmp(line, "PASS") == 0 && repl_is_terminal(hand->repl))
        return ask_password(hand);
    return run(hand, line, length);
}

static bool wants_secret(const struct by_hand *hand) {
    const struct pop3_by_hand *own = hand->own;
    return own->challenged && challenge_is_secret(question_of(own));
}

static int take_unasked(struct by_hand *hand) {
    struct pop3_by_hand *own = hand->own;
    own->shown = false;
    return take_answer(hand, "an answer that nobody asked for", pop3_read_answer(&own->pop3));
}

static int end_typing(struct by_hand *hand) {
    repl_remark(hand->repl, "QUIT (end of typing)");
    hand->over = true;
    return run(hand, "QUIT", 4);
}

/* /stls: the student's function, in one step. */
static bool run_command(struct by_hand *hand, const char *line) {
    struct pop3_by_hand *own = hand->own;
    if (b64_command_is(line)) {
        b64_command(hand->repl, line);
        return true;
    }
    if (strcmp(line, "/stls") != 0)
        return false;
    if (!stream_is_tls(hand->stream) && !hand->tls_due) {
        if (pop3_session_stls(own->session, &own->pop3, hand->why) < 0) {
            /* Not offered, or refused: the session is what it was, in clear. */
            hand->broken = own->pop3.answer.result != POP3_ERR &&
                           (own->pop3.answer.result < 0 || pop3_offers(&own->pop3, "STLS"));
            if (!hand->broken)
                repl_remark(hand->repl, "%s", hand->why->text);
            return true;
        }
        repl_remark(hand->repl, "TLS begins; what was said in clear is forgotten: log in");
    }
    tls_command(hand);
    return true;
}

static int open_connection(struct by_hand *hand, struct failure *why) {
    struct pop3_by_hand *own = hand->own;
    if (pop3_session_connect(own->session, &own->pop3, why) < 0)
        return -1;
    hand->stream = own->pop3.stream;
    hand->reader = &own->pop3.reader;
    hand->why = &own->pop3.why;
    return 0;
}

static bool has_orders(const struct by_hand *hand) {
    const struct pop3_by_hand *own = hand->own;
    return pop3_session_has_orders(own->session);
}

static int begin(struct by_hand *hand, struct failure *why) {
    struct pop3_by_hand *own = hand->own;
    return pop3_session_begin(own->session, &own->pop3, hand->repl, why);
}

/* Behind STLS alone there is nothing to show: what was heard in clear is forgotten. */
static int greeting(struct by_hand *hand) {
    struct pop3_by_hand *own = hand->own;
    own->shown = false;
    if (!hand->begun)
        return take_answer(hand, "", pop3_read_answer(&own->pop3));
    return own->pop3.answer.length > 0 ? take_answer(hand, "PASS", own->pop3.answer.result) : 0;
}

static int begin_tls(struct by_hand *hand) {
    struct pop3_by_hand *own = hand->own;
    return pop3_session_tls(own->session, &own->pop3, hand->why);
}

const struct by_hand_protocol pop3_by_hand = {
    .program = "pop3",
    .prompt = "pop3> ",
    .words = words,
    .is_secret = is_secret,
    .how_to_tls = "/stls asks for it, if the server offers it; or STLS, and /tls behind its +OK",
    .after_tls = "log in",
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
