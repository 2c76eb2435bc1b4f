/* Judges of streams of bytes. */
#include "judge_scene.h"

static void what_the_client_sent(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"sent = exactly \"EHLO me\\r\\nQUIT\\n\"", NULL, 0},
        {"sent = exactly \"EHLO me\\r\\n\" \"QUIT\\n\"", NULL, 0},
        /* The culprit, and a caret under it. */
        {"sent = exactly \"EHLO me\\r\\nQUIT\\r\\n\"",
         "frame 7, C→S:  \"EHLO me\\r\\nQUIT\\n\"\n"
         "                               ^ bare LF",
         7},
        {"sent = exactly \"EHLO me\\r\\n\"", "here should be the end", 7},
        {"sent = exactly \"EHLO me\\r\\nQUIT\\nmore\"", "the end; here m should follow", 7},
        {"sent = exactly \"HELO\"",
         "frame 5, C→S:  \"EHLO me\\r\\nQUIT\\n\"\n"
         "                ^ here should be H",
         5},
        {"sent = contains \"EHLO \"", NULL, 0},
        {"sent = contains \"me\\r\\nQUIT\"", NULL, 0},
        {"sent = contains \"QUIT\\r\\n\"", "bare LF: CR is missing before it", 7},
        {"sent = contains \"EHLO you\"",
         "frame 5, C→S:  \"EHLO me\\r\\nQUIT\\n\"\n"
         "                     ^ here should be y",
         5},
        {"sent = contains \"xyz\"", "nothing like it in \"EHLO me\\r\\nQUIT\\n\"", 0},
        {"sent = lacks \"RSET\"", NULL, 0},
        {"sent = lacks \"QUIT\"",
         "frame 7, C→S:  \"EHLO me\\r\\nQUIT\\n\"\n"
         "                           ^ this",
         7},
    };
    struct scene scene;
    ordinary(&scene);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

static void what_the_program_showed(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"screen = contains \"250 hello\"", NULL, 0},
        {"screen = lacks \"QUIT\"", NULL, 0},
        {"screen = exactly \"220 ready\\n250 hello\\n221 bye\\n\"", NULL, 0},
        {"screen = same lines as server", NULL, 0},
        {"screen = same as server",
         "\"220 ready\\n250 hello\\n221 bye\\n\"\n"
         "          ^ bare LF: CR is missing before it\n"
         "the server sent 31 bytes, 28 were shown",
         0},
        {"stderr = empty", "\"trouble\\n\"\n ^ here should be the end", 0},
        {"stderr = contains \"trouble\"", NULL, 0},
        {"stderr = lacks \"trouble\"", "^ this", 0},
        {"stderr = contains \"xyz\"", "nothing like it in \"trouble\\n\"", 0},
    };
    struct scene scene;
    ordinary(&scene);
    buf_printf(&scene.evidence.output, "220 ready\n250 hello\n221 bye\n");
    buf_printf(&scene.evidence.error, "trouble\n");
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

static void a_screen_is_not_proved_by_a_silent_server(void **state) {
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    connect_both(&scene);
    say(&scene, DIALOGUE_CLIENT, "hello\r\n");
    scene_ready(&scene);
    struct verdict verdict = judge_line(&scene, "screen = same as server");
    assert_false(verdict.held);
    assert_non_null(strstr(verdict.got, "the server had nothing to send"));
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_client_sent),
        cmocka_unit_test(what_the_program_showed),
        cmocka_unit_test(a_screen_is_not_proved_by_a_silent_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
