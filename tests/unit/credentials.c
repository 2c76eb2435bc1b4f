/* Who logged in, as anybody on the way could read it. */
#include "credentials.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frames_for_tests.h"
#include <stdio.h>

/* What the client says, and the server behind each; first the server greets. */
static void expect(unsigned port, const char *const said[][2], const char *found) {
    struct frames frames = {.list = NULL};
    struct dialogues dialogues;
    struct failure why;
    struct credentials credentials;
    struct wire wire = WIRE;
    char text[400] = "";
    size_t position = 0;

    wire.port[S] = port;
    handshake(&frames, &wire);
    say(&frames, &wire, S, port == 110 ? "+OK\r\n" : "220 hi\r\n");
    for (; (*said)[0] != NULL; said++) {
        say(&frames, &wire, C, (*said)[0]);
        say(&frames, &wire, S, (*said)[1]);
    }
    assert_int_equal(dialogues_make(frames.list, frames.count, &dialogues, &why), 0);
    while (credentials_next(&dialogues.list[0], &position, &credentials) == 1) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s %s %s.", credentials.how,
                 credentials.base64 ? "*" : "",
                 credentials.user.bytes != NULL ? credentials.user.bytes : "",
                 credentials.password.bytes);
        credentials_free(&credentials);
    }
    assert_string_equal(text, found);
    dialogues_free(&dialogues);
    free(frames.list);
}

static void in_pop3(void **state) {
    (void)state;
    expect(110,
           (const char *const[][2]){{"USER bob\r\n", "+OK\r\n"},
                                    {"PASS wrong one\r\n", "-ERR\r\n"},
                                    {"user bob\r\n", "+OK\r\n"},
                                    {"pass open sesame\r\n", "+OK\r\n"},
                                    {NULL, NULL}},
           "USER and PASS bob wrong one.USER and PASS bob open sesame.");
    /* "\0bob\0sesame", "bob", "sesame" */
    expect(110,
           (const char *const[][2]){{"AUTH PLAIN AGJvYgBzZXNhbWU=\r\n", "+OK\r\n"}, {NULL, NULL}},
           "AUTH PLAIN* bob sesame.");
    expect(110,
           (const char *const[][2]){
               {"AUTH PLAIN\r\n", "+ \r\n"}, {"AGJvYgBzZXNhbWU=\r\n", "+OK\r\n"}, {NULL, NULL}},
           "AUTH PLAIN* bob sesame.");
    expect(110,
           (const char *const[][2]){{"AUTH LOGIN\r\n", "+ VXNlcm5hbWU6\r\n"},
                                    {"Ym9i\r\n", "+ UGFzc3dvcmQ6\r\n"},
                                    {"c2VzYW1l\r\n", "+OK\r\n"},
                                    {NULL, NULL}},
           "AUTH LOGIN* bob sesame.");
    /* Refused, so what follows is a command. */
    expect(110,
           (const char *const[][2]){{"AUTH LOGIN\r\n", "-ERR no\r\n"},
                                    {"USER bob\r\n", "+OK\r\n"},
                                    {"PASS sesame\r\n", "+OK\r\n"},
                                    {NULL, NULL}},
           "USER and PASS bob sesame.");
    /* Given up, or nonsense. */
    expect(110,
           (const char *const[][2]){{"AUTH PLAIN\r\n", "+ \r\n"},
                                    {"*\r\n", "-ERR\r\n"},
                                    {"AUTH PLAIN Ym9i\r\n", "-ERR\r\n"},
                                    {"AUTH PLAIN ?\r\n", "-ERR\r\n"},
                                    {"STAT\r\n", "-ERR\r\n"},
                                    {NULL, NULL}},
           "");
}

static void in_smtp(void **state) {
    (void)state;
    expect(587,
           (const char *const[][2]){{"AUTH PLAIN AGJvYgBzZXNhbWU=\r\n", "235 in\r\n"},
                                    {"USER bob\r\n", "500 no\r\n"},
                                    {"PASS sesame\r\n", "500 no\r\n"},
                                    {NULL, NULL}},
           "AUTH PLAIN* bob sesame.");
    expect(587,
           (const char *const[][2]){{"AUTH LOGIN Ym9i\r\n", "334 UGFzc3dvcmQ6\r\n"},
                                    {"c2VzYW1l\r\n", "235 in\r\n"},
                                    {NULL, NULL}},
           "AUTH LOGIN* bob sesame.");
    /* A message may say anything. */
    expect(25,
           (const char *const[][2]){{"DATA\r\n", "354 go\r\n"},
                                    {"AUTH PLAIN AGJvYgBzZXNhbWU=\r\n.\r\n", "250 ok\r\n"},
                                    {NULL, NULL}},
           "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_pop3),
        cmocka_unit_test(in_smtp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
