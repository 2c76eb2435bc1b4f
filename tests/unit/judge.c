/* Nothing is proved by something not happening in a run in which nothing happened. */
#include "judge_scene.h"

/* What would also hold if the program had done nothing. */
static const char *const negative[] = {"never = x",          "count = 0 x",
                                       "count = <= 3 x",     "sent = lacks \"RSET\"",
                                       "store = bob empty",  "store = bob lacks \"x\"",
                                       "store = bob holds 0"};
static const char *const negative_anywhere[] = {"exit = nonzero", "stderr = lacks \"x\"",
                                                "screen = lacks \"x\"", "within = 10s"};

static void nothing_is_proved_by_an_unwritten_program(void **state) {
    (void)state;
    struct scene scene;
    ordinary(&scene);
    scene.evidence.result.status = 1;
    snprintf(scene.evidence.result.todo, sizeof scene.evidence.result.todo,
             "TODO 2: f is not written yet");
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        struct verdict verdict = judge_line(&scene, negative[i]);
        assert_false(verdict.held);
        assert_string_equal(verdict.got, "TODO 2: f is not written yet");
    }
    for (size_t i = 0; i < sizeof negative_anywhere / sizeof *negative_anywhere; i++)
        assert_false(judge_line(&scene, negative_anywhere[i]).held);
    /* Something that the program did do makes up for it. */
    static const char *const both[] = {"never = x", "sent = contains \"EHLO\""};
    assert_true(judge_lines(&scene, both, 2).held);
    scene_end(&scene);
}

static void nothing_is_proved_by_a_program_that_was_stopped(void **state) {
    (void)state;
    struct scene scene;
    ordinary(&scene);
    scene.evidence.result = (struct run_result){.ending = RUN_TIME, .milliseconds = 10000};
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        struct verdict verdict = judge_line(&scene, negative[i]);
        assert_false(verdict.held);
        assert_non_null(strstr(verdict.got, "was stopped after 10 s"));
    }
    scene_end(&scene);
}

static void nothing_is_proved_by_silence(void **state) {
    (void)state;
    struct scene silent, absent;
    scene_begin(&absent);
    scene_ready(&absent);
    scene_begin(&silent);
    connect_both(&silent);
    say(&silent, DIALOGUE_SERVER, "220 ready\r\n");
    scene_ready(&silent);
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        struct verdict verdict = judge_line(&absent, negative[i]);
        assert_false(verdict.held);
        assert_non_null(strstr(verdict.got, "never connected"));
        verdict = judge_line(&silent, negative[i]);
        assert_false(verdict.held);
        assert_non_null(strstr(verdict.got, "sent not one byte"));
    }
    /* These are about the program alone: perhaps it was to do nothing. */
    absent.evidence.result.status = 1;
    for (size_t i = 0; i < sizeof negative_anywhere / sizeof *negative_anywhere; i++)
        assert_true(judge_line(&absent, negative_anywhere[i]).held);
    scene_end(&absent);
    scene_end(&silent);
}

static void silence_is_right_where_the_script_has_nothing_to_say(void **state) {
    (void)state;
    struct session_step steps[] = {{.kind = SESSION_LINE, .server = true},
                                   {.kind = SESSION_CLOSE, .server = true}};
    struct scene scene;
    scene_begin(&scene);
    connect_both(&scene);
    scene_ready(&scene);
    scene.run.scripted = true;
    scene.run.servers = (struct arguments){0};
    scene.run.script = (struct session){.steps = steps, .count = 2};
    assert_true(judge_line(&scene, "never = x").held);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_proved_by_an_unwritten_program),
        cmocka_unit_test(nothing_is_proved_by_a_program_that_was_stopped),
        cmocka_unit_test(nothing_is_proved_by_silence),
        cmocka_unit_test(silence_is_right_where_the_script_has_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
