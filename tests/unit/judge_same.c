/* The judge that holds a run against a reference. */
#include "judge_scene.h"
#include "references.h"

static const char name[] = "captures/07-x.pcapng";

/* A session whose client ends its last line as `quit` says. */
static void session(struct scene *scene, const char *quit) {
    scene_begin(scene);
    connect_both(scene);
    say(scene, DIALOGUE_SERVER, "220 mail.example.org ESMTP\r\n");
    say(scene, DIALOGUE_CLIENT, "EHLO client.example.org\r\n");
    say(scene, DIALOGUE_SERVER, "250 mail.example.org greets client.example.org\r\n");
    say(scene, DIALOGUE_CLIENT, quit); /* 7 */
    say(scene, DIALOGUE_SERVER, "221 bye\r\n");
    add_frame(scene, DIALOGUE_SERVER, TCP_FIN | TCP_ACK, "", 0);
    add_frame(scene, DIALOGUE_CLIENT, TCP_FIN | TCP_ACK, "", 0);
    scene_ready(scene);
    scene->lab.name = (char *)"07-x";
}

static struct verdict hold_against(struct scene *mine, const struct scene *reference,
                                   const char *wanted) {
    char line[100];
    const struct dissect_capture capture = {.frames = (struct dissect_frame *)reference->frames,
                                            .frame_count = reference->count};
    struct reference_capture list[] = {
        {.name = name, .capture = &capture, .dialogues = reference->evidence.dialogues}};
    const struct references references = {.list = list, .count = 1};
    mine->evidence.references = &references;
    snprintf(line, sizeof line, "same = %s", wanted);
    struct verdict verdict = judge_line(mine, line);
    mine->evidence.references = NULL;
    return verdict;
}

static void the_same_and_another(void **state) {
    (void)state;
    struct scene reference, same, bare;
    session(&reference, "QUIT\r\n");
    session(&same, "QUIT\r\n");
    session(&bare, "QUIT\n");
    assert_true(hold_against(&same, &reference, name).held);

    struct verdict verdict = hold_against(&bare, &reference, name);
    assert_false(verdict.held);
    assert_string_equal(verdict.expected, "the same dialogue as in captures/07-x.pcapng");
    assert_int_equal(verdict.frame, 7);
    assert_non_null(strstr(verdict.got, "bare LF"));
    assert_non_null(strstr(verdict.got, "RFC 5321 §2.3.8"));
    assert_non_null(strstr(verdict.got, "frame 7, C→S:  \"QUIT\\n\"\n"
                                        "                    ^ here"));
    assert_non_null(strstr(verdict.got, "side by side: ./kit diff 7"));
    scene_end(&reference);
    scene_end(&same);
    scene_end(&bare);
}

static void where_nothing_can_be_compared(void **state) {
    (void)state;
    struct scene reference, empty;
    session(&reference, "QUIT\r\n");
    scene_begin(&empty);
    scene_ready(&empty);
    empty.lab.name = (char *)"07-x";
    struct verdict verdict = hold_against(&empty, &reference, name);
    assert_false(verdict.held);
    assert_non_null(strstr(verdict.got, "empty"));
    verdict = hold_against(&reference, &reference, "captures/missing.pcapng");
    assert_false(verdict.held);
    assert_non_null(strstr(verdict.got, "that file is not there"));
    scene_end(&reference);
    scene_end(&empty);
}

static void a_path_stays_in_the_kit(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "/etc/passwd", "../x.pcapng", "captures/../../x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct judge judge = {0};
        assert_int_equal(judge_parse("same", wrong[i], &judge, NULL), -1);
        judge_free(&judge);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_and_another),
        cmocka_unit_test(where_nothing_can_be_compared),
        cmocka_unit_test(a_path_stays_in_the_kit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
