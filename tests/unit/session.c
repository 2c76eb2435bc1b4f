#include "session.h"
#include "files.h"

#include "files_for_tests.h"

static int read_text(const char *text, struct session *session, struct failure *why) {
    char directory[64], path[256];
    test_directory(directory);
    test_file(directory, "s.session", text, path);
    int result = session_read(path, session, why);
    files_remove(directory, NULL);
    return result;
}

static void every_kind_of_step(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum session_kind kind;
        bool server, any_rest;
        const char *bytes;
    } cases[] = {
        {"S: 220 hello", SESSION_LINE, true, false, "220 hello"},
        {"S: 220 *", SESSION_LINE, true, true, "220 "},
        {"S: *", SESSION_LINE, true, true, ""},
        {"S:", SESSION_LINE, true, false, ""},
        {"S:  two blanks", SESSION_LINE, true, false, " two blanks"},
        {"S: back\\slash", SESSION_LINE, true, false, "back\\slash"},
        {"C: QUIT\r", SESSION_LINE, false, false, "QUIT"}, /* a file with CR LF */
        {"S| a\\r\\nb\\x20", SESSION_BYTES, true, false, "a\r\nb "},
        {"C| no line end", SESSION_BYTES, false, false, "no line end"},
        {"S fill 5", SESSION_BYTES, true, false, "abcde"},
        {"S fill 25", SESSION_BYTES, true, false, "abcdefghijklmnopqrstuvwab"},
        {"C fill 3", SESSION_LINE, false, false, "abc"},
        {"S repeat 3 x\\n", SESSION_BYTES, true, false, "x\nx\nx\n"},
        {"S drip 250-\\r\\n", SESSION_DRIP, true, false, "250-\r\n"},
        {"S close", SESSION_CLOSE, true, false, ""},
        {"C close", SESSION_CLOSE, false, false, ""},
        {"S reset", SESSION_RESET, true, false, ""},
        {"S cut", SESSION_CUT, true, false, ""},
        {"S tls", SESSION_TLS, true, false, ""},
        {"S tls expired 1.2-only", SESSION_TLS, true, false, "expired 1.2-only"},
        {"C end", SESSION_END, false, false, ""},
        {"C drip x", SESSION_DRIP, false, false, "x"},
        {"C reset", SESSION_RESET, false, false, ""},
        {"C cut", SESSION_CUT, false, false, ""},
        {"C tls", SESSION_TLS, false, false, ""},
        {"stop", SESSION_STOP, false, false, "stop"},
        {"kill", SESSION_KILL, false, false, "kill"},
        {"restart", SESSION_RESTART, false, false, "restart"},
        {"deliver bob note.eml", SESSION_CHANGE, false, false, "deliver bob note.eml"},
        {"remove bob 1.lab", SESSION_CHANGE, false, false, "remove bob 1.lab"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        char text[200];
        snprintf(text, sizeof text, "# comment\n\n%s\n", cases[i].text);
        assert_int_equal(read_text(text, &session, NULL), 0);
        assert_int_equal(session.count, 1);
        const struct session_step *step = session.steps;
        assert_int_equal(step->kind, cases[i].kind);
        assert_int_equal(step->server, cases[i].server);
        assert_int_equal(step->any_rest, cases[i].any_rest);
        assert_true(buf_equals(&step->bytes, cases[i].bytes));
        assert_int_equal(step->line, 3);
        assert_false(step->skip);
        session_free(&session);
    }
}

static void what_is_no_step_is_named_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"S: ok\nX: what\n", ":2: a step begins with S or C"},
        {"S end\n", ":1: a step begins with S or C"},
        {"C tls expired\n", ":1: nothing can follow \"tls\""},
        {"kill now\n", ":1: 0 words must follow \"kill\""},
        {"deliver bob\n", ":1: 2 words must follow \"deliver\""},
        {"remove bob 1.lab 2.lab\n", ":1: 2 words must follow \"remove\""},
        {"delivers bob note.eml\n", ":1: a step begins with S or C"},
        {"S tls best\n", ":1: \"best\" cannot stand behind \"tls\": known are mail, mx, relay, "},
        {"S\n", ":1: a step begins with S or C"},
        {"S fills 3\n", ":1: a step begins with S or C"},
        {"\n\nS close now\n", ":3: nothing can follow \"close\""},
        {"S|\n", ":1: bytes are missing"},
        {"S| \\q\n", ":1: \\q is no escape"},
        {"S fill many\n", ":1: \"many\" is not a whole number"},
        {"S fill 3 x\n", ":1: only a number can follow"},
        {"S fill 99999999\n", ":1: 99999999 is more than 16777216"},
        {"S repeat 16777216 ab\n", ":1: more than 16777216 bytes"},
        {"S fill 16777216\nS fill 16777216\nS fill 16777216\nS fill 16777216\nC: a\n",
         ":5: more than 67108864 bytes in all"},
        {"...\n", ":1: a line must follow \"...\""},
        {"...\nS close\n", ":2: only a line (S: or C:) can follow"},
        {"S: a\nC0: b\n", ":2: connections are counted from 1 to 8"},
        {"S: a\nC9: b\n", ":2: connections are counted from 1 to 8"},
        {"S: a\nC10: b\n", ":2: connections are counted from 1 to 8"},
        {"S2: a\n", ":1: connection 2 begins before connection 1"},
        {"S: a\n\nC3: b\n", ":3: connection 3 begins before connection 2"},
        {"S: a\nC2 rest\n", ":2: a step begins with S or C"},
        {"S: a\nC2\n", ":2: a step begins with S or C"},
        {"S: a\nC 2: b\n", ":2: a step begins with S or C"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        struct failure why;
        assert_int_equal(read_text(cases[i].text, &session, &why), -1);
        assert_non_null(strstr(why.text, cases[i].words));
        assert_int_equal(session.count, 0);
    }
    struct session session;
    assert_int_equal(session_read("/nonexistent/x.session", &session, NULL), -1);
}

static void steps_are_for_one_or_the_other(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool visitor, others;
    } cases[] = {
        {"C: a", true, true},      {"S| a", true, true},      {"C close", true, true},
        {"S close", true, true},   {"C reset", true, false},  {"C cut", true, false},
        {"C drip a", true, false}, {"C tls", true, false},    {"stop", true, false},
        {"kill", true, false},     {"restart", true, false},  {"S reset", false, true},
        {"S cut", false, true},    {"S drip a", false, true}, {"S tls", false, true},
        {"C end", false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        struct failure why = {""};
        char text[40], words[60];
        snprintf(text, sizeof text, "S: 1\n%s\n", cases[i].text);
        assert_int_equal(read_text(text, &session, NULL), 0);
        assert_int_equal(session_fits(&session, true, &why) == 0, cases[i].visitor);
        assert_int_equal(session_fits(&session, false, &why) == 0, cases[i].others);
        snprintf(words, sizeof words, "line 2: \"%s\" is nothing that", cases[i].text);
        if (!cases[i].visitor || !cases[i].others)
            assert_non_null(strstr(why.text, words));
        session_free(&session);
    }
}

static void steps_know_their_connection(void **state) {
    (void)state;
    static const struct {
        const char *step, *bytes;
        enum session_kind kind;
        bool server;
        size_t connection;
    } cases[] = {
        {"S: 220", "220", SESSION_LINE, true, 1},
        {"C1: a", "a", SESSION_LINE, false, 1},
        {"C2: b", "b", SESSION_LINE, false, 2},
        {"S2: 250 2: *", "250 2: ", SESSION_LINE, true, 2},
        {"S2| x", "x", SESSION_BYTES, true, 2},
        {"C2 fill 2", "ab", SESSION_LINE, false, 2},
        {"S3 close", "", SESSION_CLOSE, true, 3},
        {"S2 reset", "", SESSION_RESET, true, 2},
        {"C: back", "back", SESSION_LINE, false, 1},
    };
    enum {
        CASES = sizeof cases / sizeof *cases
    };
    char text[400] = "";
    struct session session;
    for (size_t i = 0; i < CASES; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n", cases[i].step);
    assert_int_equal(read_text(text, &session, NULL), 0);
    assert_int_equal(session.count, CASES);
    for (size_t i = 0; i < CASES; i++) {
        const struct session_step *step = &session.steps[i];
        assert_int_equal(step->kind, cases[i].kind);
        assert_int_equal(step->connection, cases[i].connection);
        assert_int_equal(step->server, cases[i].server);
        assert_true(buf_equals(&step->bytes, cases[i].bytes));
    }
    assert_int_equal(session_connections(&session), 3);
    session_free(&session);
    assert_int_equal(session_connections(&session), 0);
}

static void lines_match_as_a_whole_or_up_to_the_star(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *line;
        bool matches;
    } cases[] = {
        {"S: 220 ok", "220 ok", true},
        {"S: 220 ok", "220 ok ", false},
        {"S: 220 ok", "220 o", false},
        {"S: 220*", "220", true},
        {"S: 220*", "220-x", true},
        {"S: 220*", "22", false},
        {"S: *", "", true},
        {"S:", "", true},
        {"S:", "x", false},
        {"S: 2*0", "2*0", true},
        {"S: 2*0", "220", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        assert_int_equal(read_text(cases[i].pattern, &session, NULL), 0);
        assert_int_equal(session_line_matches(session.steps, cases[i].line, strlen(cases[i].line)),
                         cases[i].matches);
        session_free(&session);
    }
}

static void dots_let_lines_pass(void **state) {
    (void)state;
    struct session session;
    assert_int_equal(read_text("S: 250-x\n...\nS: 250 *\n", &session, NULL), 0);
    assert_int_equal(session.count, 2);
    assert_false(session.steps[0].skip);
    assert_true(session.steps[1].skip);
    session_free(&session);
}

static void whether_the_client_has_anything_to_say(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool speaks;
    } cases[] = {{"S: 220\nC: QUIT\n", true},
                 {"S: 220\nC close\nS close\n", false},
                 {"C| x\n", true},
                 {"S: 220\nC end\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        assert_int_equal(read_text(cases[i].text, &session, NULL), 0);
        assert_int_equal(session_client_speaks(&session), cases[i].speaks);
        session_free(&session);
    }
}

static void a_step_can_be_put_into_words(void **state) {
    (void)state;
    static const struct {
        const char *step, *words;
    } cases[] = {
        {"S: 220 *", "S: 220 *"},
        {"S| a\\r", "S| a\\r"},
        {"C close", "C close"},
        {"S drip x\\n", "S drip x\\n"},
        {"C end", "C end"},
        {"S reset", "S reset"},
        {"C1: a", "C: a"},
        {"S fill 100", "S| abcdefghijklmnopqrstuvwabcdefghijklmnopqrstuvwabcdefghijklmn..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct session session;
        char words[100];
        assert_int_equal(read_text(cases[i].step, &session, NULL), 0);
        session_describe(session.steps, words, sizeof words);
        assert_string_equal(words, cases[i].words);
        session_free(&session);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_step),
        cmocka_unit_test(what_is_no_step_is_named_with_its_line),
        cmocka_unit_test(steps_are_for_one_or_the_other),
        cmocka_unit_test(steps_know_their_connection),
        cmocka_unit_test(lines_match_as_a_whole_or_up_to_the_star),
        cmocka_unit_test(dots_let_lines_pass),
        cmocka_unit_test(whether_the_client_has_anything_to_say),
        cmocka_unit_test(a_step_can_be_put_into_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
