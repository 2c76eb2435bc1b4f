/* How POP3 is read: which of the server's lines belong to which command. */
#include "dialogue_for_tests.h"
#include "protocol.h"

/* A conversation with port 110. */
static struct wire greeted(struct frames *frames) {
    struct wire wire = WIRE;

    wire.port[S] = 110;
    handshake(frames, &wire);
    say(frames, &wire, S, "+OK POP3 ready\r\n");
    return wire;
}

static const char beginning[] = "1-3 C connect\n"
                                "4-4 S line +OK POP3 ready\n";

/* The steps behind the greeting must be these. */
static void expect_after(struct frames *frames, const char *steps) {
    char all[4000];

    snprintf(all, sizeof all, "%s%s", beginning, steps);
    expect(frames, all);
}

/* "+-.": for each step of the server behind the greeting whether its answer goes on, in capitals
   for data. */
static void expect_answers(struct frames *frames, const char *signs) {
    struct dialogues dialogues = make(frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    char found[100] = "";
    size_t count = 0;

    for (size_t i = 2; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->side == DIALOGUE_SERVER && count < sizeof found - 1)
            found[count++] = step->data ? (step->goes_on ? 'D' : 'E') : (step->goes_on ? 's' : '.');
    }
    assert_string_equal(found, signs);
    dialogues_free(&dialogues);
}

static void answers_have_lines_or_not(void **state) {
    (void)state;
    static const struct {
        const char *command, *signs;
    } cases[] = {
        {"LIST", "sDE."},       {"list", "sDE."},    {"LIST ", "sDE."},  {"UIDL", "sDE."},
        {"CAPA", "sDE."},       {"LANG", "sDE."},    {"AUTH", "sDE."},   {"RETR 1", "sDE."},
        {"TOP 1 0", "sDE."},    {"top 1 0", "sDE."}, {"LIST 1", "...."}, {"UIDL 1", "...."},
        {"LANG en", "...."},    {"STAT", "...."},    {"NOOP", "...."},   {"DELE 1", "...."},
        {"AUTH PLAIN", "...."}, {"STLS", "...."},    {"LISTEN", "...."}, {"", "...."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frames frames = {.list = NULL};
        struct wire wire = greeted(&frames);
        char line[40];
        snprintf(line, sizeof line, "%s\r\n", cases[i].command);
        say(&frames, &wire, C, line);
        say(&frames, &wire, S, "+OK 2 messages\r\n1 120\r\n.\r\n");
        say(&frames, &wire, S, "+OK bye\r\n");
        expect_answers(&frames, cases[i].signs);
        free(frames.list);
    }
}

/* -ERR is one line, whatever was asked. */
static void a_refusal_has_one_line(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "RETR 9\r\n");
    say(&frames, &wire, S, "-ERR no such message\r\n");
    say(&frames, &wire, C, "RETR 1\r\n");
    say(&frames, &wire, S, "+OK 5 octets\r\nhey\r\n.\r\n");
    expect_answers(&frames, ".sDE");
    free(frames.list);
}

/* RFC 1939 §3: a dot more in front of lines that begin with one; the line that is one dot ends. */
static void message_text_is_the_servers(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "RETR 1\r\n");
    say(&frames, &wire, S, "+OK 99 octets\r\nSubject: x\r\n\r\n+OK no status\r\n..dot\r\n");
    say(&frames, &wire, S, ".\n\n-ERR\r\n.\r\n");
    say(&frames, &wire, C, "QUIT\r\n");
    say(&frames, &wire, S, "+OK bye\r\n");
    expect_after(&frames, "5-5 C line RETR 1\n"
                          "6-6 S line +OK 99 octets\n"
                          "6-6 S message Subject: x\n"
                          "6-6 S message \n"
                          "6-6 S message +OK no status\n"
                          "6-6 S message ..dot\n"
                          "7-7 S message .<LF>\n" /* no CR LF: not the end */
                          "7-7 S message <LF>\n"
                          "7-7 S message -ERR\n"
                          "7-7 S message .\n"
                          "8-8 C line QUIT\n"
                          "9-9 S line +OK bye\n");
}

static void segments_make_no_difference(void **state) {
    (void)state;
    static const char answer[] = "+OK\r\na\r\n..\r\n.\r\n";
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "RETR 1\r\n");
    for (const char *byte = answer; *byte != '\0'; byte++)
        packet(&frames, &wire, S, TCP_ACK | TCP_PSH, byte, 1);
    expect_after(&frames, "5-5 C line RETR 1\n"
                          "6-10 S line +OK\n"
                          "11-13 S message a\n"
                          "14-17 S message ..\n"
                          "18-20 S message .\n");
}

/* A server all of whose lines end in LF means its dot to be the end. */
static void a_server_without_cr_is_read_too(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "LIST\n");
    say(&frames, &wire, S, "+OK\n1 120\n.\n");
    say(&frames, &wire, C, "STAT\n");
    say(&frames, &wire, S, "+OK 1 120\n");
    expect_answers(&frames, "sDE.");
    free(frames.list);
}

/* RFC 2449 §6.6 */
static void pipelined_commands_are_counted(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "STAT\r\nLIST\r\nRETR 7\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n");
    say(&frames, &wire, S, "+OK 1 5\r\n+OK\r\n1 5\r\n.\r\n-ERR no such\r\n+OK\r\n1 5\r\n");
    say(&frames, &wire, S, ".\r\n+OK\r\n+OK bye\r\n");
    expect_after(&frames, "5-5 C line STAT\n"
                          "5-5 C line LIST\n"
                          "5-5 C line RETR 7\n"
                          "5-5 C line RETR 1\n"
                          "5-5 C line DELE 1\n"
                          "5-5 C line QUIT\n"
                          "6-6 S line +OK 1 5\n"
                          "6-6 S line +OK\n"
                          "6-6 S line 1 5\n"
                          "6-6 S line .\n"
                          "6-6 S line -ERR no such\n"
                          "6-6 S line +OK\n"
                          "6-6 S message 1 5\n"
                          "7-7 S message .\n"
                          "7-7 S line +OK\n"
                          "7-7 S line +OK bye\n");
}

/* What goes on with AUTH is no command, even if it looks like one (RFC 5034 §4). */
static void credentials_are_no_commands(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "AUTH LOGIN\r\n");
    say(&frames, &wire, S, "+ VXNlcm5hbWU6\r\n");
    say(&frames, &wire, C, "LIST\r\n");
    say(&frames, &wire, S, "+\r\n");
    say(&frames, &wire, C, "UIDL\r\n");
    say(&frames, &wire, S, "+OK logged in\r\n");
    say(&frames, &wire, C, "LIST\r\n");
    say(&frames, &wire, S, "+OK\r\n.\r\n");
    expect_answers(&frames, "...sE");
    free(frames.list);
}

/* The server's patience ends (RFC 1939 §3): it says so, unasked. */
static void an_unasked_refusal_answers_nothing(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "STAT\r\n");
    say(&frames, &wire, S, "+OK 0 0\r\n");
    say(&frames, &wire, S, "-ERR idle for too long\r\n");
    say(&frames, &wire, C, "RETR 1\r\n"); /* crosses it */
    say(&frames, &wire, S, "+OK\r\nhey\r\n.\r\n");
    expect_after(&frames, "5-5 C line STAT\n"
                          "6-6 S line +OK 0 0\n"
                          "7-7 S line -ERR idle for too long\n"
                          "8-8 C line RETR 1\n"
                          "9-9 S line +OK\n"
                          "9-9 S message hey\n"
                          "9-9 S message .\n");
}

static void a_busy_server_greets_with_err(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    wire.port[S] = 4711; /* what it says tells which protocol it is */
    handshake(&frames, &wire);
    say(&frames, &wire, S, "-ERR [SYS/TEMP] busy\r\n");
    finish(&frames, &wire, S);
    struct dialogues dialogues = make(&frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    assert_string_equal(dialogue->protocol->name, "POP3");
    assert_int_equal(protocol_verdict_of(dialogue, &dialogue->steps[1]), PROTOCOL_REFUSED);
    dialogues_free(&dialogues);
    free(frames.list);
}

/* A capture that begins in the middle of a message, and one that begins behind a command. */
static void a_late_capture_finds_its_feet(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    wire.port[S] = 110;

    say(&frames, &wire, S, "* of a message\r\n+OK in it\r\n..\r\n.\r\n");
    say(&frames, &wire, C, "LIST\r\n");
    say(&frames, &wire, S, "+OK\r\n1 5\r\n.\r\n");
    expect(&frames, "1-1 S line * of a message\n"
                    "1-1 S line +OK in it\n"
                    "1-1 S line ..\n"
                    "1-1 S line .\n"
                    "2-2 C line LIST\n"
                    "3-3 S line +OK\n"
                    "3-3 S line 1 5\n"
                    "3-3 S line .\n");

    wire = (struct wire)WIRE;
    wire.port[S] = 110;
    say(&frames, &wire, S, "ssages\r\n"); /* no dot will come */
    say(&frames, &wire, C, "RETR 1\r\n");
    say(&frames, &wire, S, "+OK\r\nhey\r\n.\r\n");
    expect(&frames, "1-1 S line ssages\n"
                    "2-2 C line RETR 1\n"
                    "3-3 S line +OK\n"
                    "3-3 S message hey\n"
                    "3-3 S message .\n");
}

/* A frame with the end of one answer and the beginning of another is lost. */
static void a_gap_does_not_swallow_what_follows(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "RETR 1\r\n");
    say(&frames, &wire, S, "+OK\r\nhey\r\n");
    wire.next[S] += 100;
    say(&frames, &wire, C, "STAT\r\n");
    say(&frames, &wire, S, "+OK 1 5\r\n");
    say(&frames, &wire, C, "RETR 1\r\n");
    say(&frames, &wire, S, "+OK\r\nhey\r\n.\r\n");
    expect_after(&frames, "5-5 C line RETR 1\n"
                          "6-6 S line +OK\n"
                          "6-6 S message hey\n"
                          "7-7 C line STAT\n"
                          "8-8 S gap 100\n"
                          "8-8 S line +OK 1 5\n"
                          "9-9 C line RETR 1\n"
                          "10-10 S line +OK\n"
                          "10-10 S message hey\n"
                          "10-10 S message .\n");
}

/* In the gap was the client's command. */
static void a_lost_command_does_not_shift_the_rest(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    wire.next[C] += 6; /* "NOOP\r\n" */
    say(&frames, &wire, S, "+OK 1 5\r\n");
    say(&frames, &wire, C, "LIST\r\n");
    say(&frames, &wire, S, "+OK\r\n1 5\r\n.\r\n");
    expect_after(&frames, "5-5 S line +OK 1 5\n"
                          "6-6 C gap 6\n" /* it shows with the octets behind it */
                          "6-6 C line LIST\n"
                          "7-7 S line +OK\n"
                          "7-7 S line 1 5\n"
                          "7-7 S line .\n");
}

static void under_tls(struct dissect_frame *frame, const char *text) {
    static const unsigned char record[] = {TLS_APPLICATION_DATA};

    frame->records = (struct dissect_bytes){record, 1};
    frame->application = (struct dissect_bytes){(const unsigned char *)text, strlen(text)};
}

static void shakes_hands(struct dissect_frame *frame, const unsigned char *type) {
    static const unsigned char record[] = {TLS_HANDSHAKE};

    frame->records = (struct dissect_bytes){record, 1};
    frame->handshakes = (struct dissect_bytes){type, 1};
}

/* RFC 2595 §4: behind the +OK to STLS comes TLS, and then no new greeting. */
static void stls_goes_on_without_a_greeting(void **state) {
    (void)state;
    static const unsigned char client_hello = 1, server_hello = 2;
    struct frames frames = {.list = NULL};
    struct wire wire = greeted(&frames);

    say(&frames, &wire, C, "STLS\r\n");
    say(&frames, &wire, S, "+OK begin\r\n");
    shakes_hands(packet(&frames, &wire, C, TCP_ACK, "\x16\x03\x01\x00\x01\x01", 6), &client_hello);
    shakes_hands(packet(&frames, &wire, S, TCP_ACK, "\x16\x03\x03\x00\x01\x02", 6), &server_hello);
    under_tls(packet(&frames, &wire, C, TCP_ACK, "\x17\x03\x03\x00\x01x", 6), "RETR 1\r\n");
    under_tls(packet(&frames, &wire, S, TCP_ACK, "\x17\x03\x03\x00\x01x", 6),
              "+OK\r\nhey\r\n.\r\n");
    expect_after(&frames, "5-5 C line STLS\n"
                          "6-6 S line +OK begin\n"
                          "7-7 C tls ClientHello\n"
                          "8-8 S tls ServerHello\n"
                          "9-9 C line (encrypted) RETR 1\n"
                          "10-10 S line (encrypted) +OK\n"
                          "10-10 S message (encrypted) hey\n"
                          "10-10 S message (encrypted) .\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_have_lines_or_not),
        cmocka_unit_test(a_refusal_has_one_line),
        cmocka_unit_test(message_text_is_the_servers),
        cmocka_unit_test(segments_make_no_difference),
        cmocka_unit_test(a_server_without_cr_is_read_too),
        cmocka_unit_test(pipelined_commands_are_counted),
        cmocka_unit_test(credentials_are_no_commands),
        cmocka_unit_test(an_unasked_refusal_answers_nothing),
        cmocka_unit_test(a_busy_server_greets_with_err),
        cmocka_unit_test(a_late_capture_finds_its_feet),
        cmocka_unit_test(a_gap_does_not_swallow_what_follows),
        cmocka_unit_test(a_lost_command_does_not_shift_the_rest),
        cmocka_unit_test(stls_goes_on_without_a_greeting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
