/* Judges of the dialogue, by its lines. */
#include "judge_scene.h"

/* A session in which the client is careless: a blank too many, a bare LF, a second QUIT. */
static void careless(struct scene *scene) {
    scene_begin(scene);
    connect_both(scene);
    say(scene, DIALOGUE_SERVER, "220 ready\r\n");                      /* 4 */
    say(scene, DIALOGUE_CLIENT, "EHLO me\r\n");                        /* 5 */
    say(scene, DIALOGUE_SERVER, "250-hello\r\n250 HELP\r\n");          /* 6 */
    say(scene, DIALOGUE_CLIENT, "MAIL FROM: <a@b>\r\n");               /* 7 */
    say(scene, DIALOGUE_SERVER, "250 ok\r\n");                         /* 8 */
    say(scene, DIALOGUE_CLIENT, "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"); /* 9 */
    say(scene, DIALOGUE_SERVER, "250 ok\r\n550 no\r\n");               /* 10 */
    say(scene, DIALOGUE_CLIENT, "QUIT\n");                             /* 11 */
    say(scene, DIALOGUE_SERVER, "221 bye\r\n");                        /* 12 */
    add_frame(scene, DIALOGUE_SERVER, TCP_FIN | TCP_ACK, "", 0);       /* 13 */
    add_frame(scene, DIALOGUE_CLIENT, TCP_FIN | TCP_ACK, "", 0);       /* 14 */
    scene_ready(scene);
}

static void steps_in_their_order(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"dialogue = C: EHLO me", NULL, 0},
        {"dialogue = C: EHLO *", NULL, 0},
        {"dialogue = C: *", NULL, 0},
        {"dialogue = S: 220 ready C: EHLO me S: 250-hello S: 250 HELP", NULL, 0},
        /* Directly behind one another: each side for itself. */
        {"dialogue = S: 220* C: EHLO* C: MAIL*", NULL, 0},
        {"dialogue = S: 220* C: MAIL*",
         "frame 5, C→S:  \"EHLO me\\r\\n\"\n"
         "                ^ here should be M",
         5},
        {"dialogue = S: 220* ... C: MAIL*", NULL, 0},
        {"dialogue = C: RCPT TO:<c@d> C: RCPT TO:<e@f> S: 250 ok S: 550*", NULL, 0},
        /* Both were sent before the reply to the first. */
        {"dialogue = C: RCPT TO:<c@d> S: 250* C: RCPT TO:<e@f>",
         "frame 9 has it, but not in this place", 9},
        {"dialogue = C: EHLO* ... S: 221* S close C close", NULL, 0},
        {"dialogue = C close S close", "frame 13 has it, but not in this place", 13},
        {"dialogue = ... C: MAIL* ... C: EHLO*", "frame 5 has it, but not in this place", 5},
        {"dialogue = C: MAIL FROM:<*",
         "frame 7, C→S:  \"MAIL FROM: <a@b>\\r\\n\"\n"
         "                          ^ here should be <",
         7},
        /* The client's lines end in CR LF, whatever the rest. */
        {"dialogue = C: QUIT",
         "frame 11, C→S:  \"QUIT\\n\"\n"
         "                     ^ bare LF",
         11},
        {"dialogue = C: QUIT*", "^ bare LF", 11},
        {"dialogue = C: EHLO",
         "frame 5, C→S:  \"EHLO me\\r\\n\"\n"
         "                    ^ here the line should end",
         5},
        {"dialogue = C: EHLO me.example", "^ the line ends; here . should follow", 5},
        {"dialogue = C reset", "it is not there; the last words on the wire:\nframe 12", 0},
        {"dialogue = C: EHLO* ... C: DATA*", "another dialogue; the last words", 0},
        {"dialogue = C2: EHLO*", "it is not there; ", 0},
        {"dialogue = C1: EHLO* S1: 250*", NULL, 0},
        {"lines = 2 C: RCPT TO:*", NULL, 0},
        {"lines = >= 2 C: RCPT TO:*", NULL, 0},
        {"lines = <= 1 C: RCPT TO:*", "2; frame 9 has the first that is too many", 9},
        {"lines = 0 C: DATA", NULL, 0},
        {"lines = 3 S: 250 ok", "2; this one is nearly another:\nframe 6, S→C:  \"250 HELP", 6},
        {"lines = 1 C: VRFY*", "0; the last words on the wire:\nframe 12", 0},
    };
    struct scene scene;
    careless(&scene);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    struct verdict verdict = judge_line(&scene, "dialogue = C: EHLO you ... C: DATA S: 354*");
    assert_string_equal(verdict.expected, "C: EHLO you\n...\nC: DATA\nS: 354*");
    scene_end(&scene);
}

static void a_letters_lines_are_lines(void **state) {
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    connect_both(&scene);
    say(&scene, DIALOGUE_SERVER, "220 ready\r\n");
    say(&scene, DIALOGUE_CLIENT, "DATA\r\n");
    say(&scene, DIALOGUE_SERVER, "354 go\r\n");
    say(&scene, DIALOGUE_CLIENT, "Subject: x\r\n\r\nC: not a step\r\n.\r\n");
    say(&scene, DIALOGUE_SERVER, "250 ok\r\n");
    scene_ready(&scene);
    assert_true(judge_line(&scene, "dialogue = S: 354* C: Subject: x ... C: . S: 250*").held);
    assert_true(judge_line(&scene, "lines = 1 C: .").held);
    scene_end(&scene);
}

static void what_is_no_step_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *words;
    } cases[] = {
        {"dialogue", "", "\"\" is no step"},
        {"dialogue", "EHLO x", "\"EHLO x\" is no step such as C: QUIT"},
        {"dialogue", "C:EHLO x", "is no step"},
        {"dialogue", "C: EHLO x ...", "\"\" is no step"},
        {"dialogue", "C close now", "only another step can follow"},
        {"dialogue", "C: EHLO x S2: 250*", "all steps are of one conversation"},
        {"lines", "C: EHLO x", "\"C:\" is not a whole number"},
        {"lines", "2 C: EHLO x S: 250*", "one line is counted, and no more"},
        {"lines", "1 C close", "one line is counted, and no more"},
        {"lines", "2", "\"\" is no step"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judge judge = {0};
        struct failure why = {""};
        assert_int_equal(judge_parse(cases[i].key, cases[i].value, &judge, &why), -1);
        judge_free(&judge);
        if (strstr(why.text, cases[i].words) == NULL)
            fail_msg("%s = %s: %s", cases[i].key, cases[i].value, why.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_in_their_order),
        cmocka_unit_test(a_letters_lines_are_lines),
        cmocka_unit_test(what_is_no_step_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
