/* What two honest recordings of the same POP3 session have in common. */
#include "canon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frames_for_tests.h"

static const char canonical[] =
    "stream 0: 127.0.0.1 to 127.0.0.2 port 110\n"
    "-> connects\n"
    "<- +OK mail.example.org ‹timestamp›\n"
    "-> CAPA\n"
    "<- +OK what I can\n"
    "<- PIPELINING\n"
    "<- IMPLEMENTATION ‹implementation›\n"
    "<- .\n"
    "-> APOP alice ‹digest›\n"
    "<- -ERR no\n"
    "-> AUTH LOGIN\n"
    "<- + VXNlcm5hbWU6\n"
    "-> ‹credentials›\n"
    "<- +\n"
    "-> *\n"
    "<- -ERR given up\n"
    "-> USER alice\n"
    "<- +OK\n"
    "-> PASS ‹password›\n"
    "<- +OK 2 messages\n"
    "-> STAT\n"
    "<- +OK 2 320\n"
    "-> LIST\n"
    "<- +OK\n"
    "<- 1 120\n"
    "<- 2 200\n"
    "<- .\n"
    "-> UIDL\n"
    "<- +OK\n"
    "<- 1 ‹uidl›\n"
    "<- 2 ‹uidl›\n"
    "<- .\n"
    "-> UIDL 2\n"
    "<- +OK 2 ‹uidl›\n"
    "-> RETR 1\n"
    "<- +OK 120 octets\n"
    "<- : Received: by mail.example.org with ESMTP id ‹queue-id›; ‹date›\n"
    "<- : Subject: x\n"
    "<- :\n"
    "<- : PASS the salt\n"
    "<- : ..\n"
    "<- : 1 a2\n"
    "<- : .\n"
    "-> QUIT\n"
    "<- +OK bye\n"
    "<- closes\n"
    "-> closes\n";

/* The client's lines and what each gets, one after the other. */
static const char *const session[][2] = {
    {"CAPA\r\n", "+OK what I can\r\nPIPELINING\r\nIMPLEMENTATION Mailwire-1.0\r\n.\r\n"},
    {"APOP alice c4c9334bac560ecc979e58001b3e22fb\r\n", "-ERR no\r\n"},
    {"AUTH LOGIN\r\n", "+ VXNlcm5hbWU6\r\n"},
    {"YWxpY2U=\r\n", "+\r\n"},
    {"*\r\n", "-ERR given up\r\n"},
    {"USER alice\r\n", "+OK\r\n"},
    {"PASS open sesame\r\n", "+OK 2 messages\r\n"},
    {"STAT\r\n", "+OK 2 320\r\n"},
    {"LIST\r\n", "+OK\r\n1 120\r\n2 200\r\n.\r\n"},
    {"UIDL\r\n", "+OK\r\n1 1795258665.M5P411.mail\r\n2 x\r\n.\r\n"},
    {"UIDL 2\r\n", "+OK 2 1795258665.M5P412.mail\r\n"},
    {"RETR 1\r\n",
     "+OK 120 octets\r\n"
     "Received: by mail.example.org with ESMTP id 77; Sat, 21 Nov 2026 10:07:08 +0000\r\n"
     "Subject: x\r\n\r\nPASS the salt\r\n..\r\n1 a2\r\n.\r\n"},
    {"QUIT\r\n", "+OK bye\r\n"},
};
#define COMMANDS (sizeof session / sizeof *session)

/* So many commands at once. */
static char *converse(size_t group) {
    struct frames frames = {.list = NULL};
    struct dialogues dialogues;
    struct failure why;
    struct wire wire = WIRE;
    struct buf out;

    wire.port[S] = 110;
    handshake(&frames, &wire);
    say(&frames, &wire, S, "+OK mail.example.org <1896.697170952@mail.example.org>\r\n");
    for (size_t first = 0; first < COMMANDS; first += group) {
        for (size_t i = first; i < COMMANDS && i < first + group; i++)
            say(&frames, &wire, C, session[i][0]);
        for (size_t i = first; i < COMMANDS && i < first + group; i++)
            say(&frames, &wire, S, session[i][1]);
    }
    farewell(&frames, &wire);
    buf_init(&out, 1 << 20);
    assert_int_equal(dialogues_make(frames.list, frames.count, &dialogues, &why), 0);
    assert_int_equal(canon_dialogues(&dialogues, &out), 0);
    dialogues_free(&dialogues);
    char *text = strdup(out.bytes != NULL ? out.bytes : "");
    assert_non_null(text);
    buf_free(&out);
    free(frames.list);
    return text;
}

static void names_what_varies(void **state) {
    (void)state;
    char *text = converse(1);
    assert_string_equal(text, canonical);
    free(text);
}

/* Behind the login: AUTH cannot be pipelined. */
static void pipelining_makes_no_difference(void **state) {
    (void)state;
    static const char login[] = "-> PASS";
    char *alone = converse(1);
    for (size_t group = 2; group <= COMMANDS; group++) {
        char *text = converse(group);
        assert_string_equal(strstr(text, login), strstr(alone, login));
        free(text);
    }
    free(alone);
}

/* What only looks like it. */
static void names_no_more(void **state) {
    (void)state;
    static const struct {
        enum dialogue_side side;
        bool data;
        const char *line, *canonical;
    } cases[] = {
        {DIALOGUE_CLIENT, false, "PASS ", "PASS "},
        {DIALOGUE_SERVER, false, "PASS x", "PASS x"},
        {DIALOGUE_CLIENT, false, "APOP alice c4c9334bac560ecc979e58001b3e22f",
         "APOP alice c4c9334bac560ecc979e58001b3e22f"},
        {DIALOGUE_SERVER, false, "+OK <not an address>", "+OK <not an address>"},
        {DIALOGUE_SERVER, false, "+OK 2 320", "+OK 2 320"},
        {DIALOGUE_SERVER, false, "+OK 2 messages", "+OK 2 messages"},
        {DIALOGUE_SERVER, false, "+OK 2 messages (320 octets)", "+OK 2 messages (320 octets)"},
        {DIALOGUE_SERVER, true, "2 a b", "2 a b"},
        {DIALOGUE_SERVER, true, "x", "x"},
        {DIALOGUE_SERVER, true, "2 ", "2 "},
        {DIALOGUE_CLIENT, false, "YWxpY2U=", "YWxpY2U="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dialogue_step step = {.kind = DIALOGUE_LINE,
                                     .side = cases[i].side,
                                     .data = cases[i].data,
                                     .bytes = cases[i].line,
                                     .length = strlen(cases[i].line)};
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(canon_step_line(&step, NULL, &out), 0);
        assert_string_equal(out.bytes, cases[i].canonical);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_varies),
        cmocka_unit_test(pipelining_makes_no_difference),
        cmocka_unit_test(names_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
