/* Judges of a run whose program is a server. */
#include "judge_scene.h"

static void serving(struct scene *scene) {
    ordinary(scene);
    scene->run.serves = true;
    scene->run.servers.count = 0;
    buf_init(&scene->evidence.visit, 1000);
    buf_init(&scene->evidence.visit_error, 1000);
}

static void end(struct scene *scene) {
    buf_free(&scene->evidence.visit);
    buf_free(&scene->evidence.visit_error);
    scene_end(scene);
}

static struct verdict judge_one(const struct scene *scene, const char *line) {
    return judge_lines(scene, (const char *const[]){line}, 1);
}

static void sent_is_what_the_server_sent(void **state) {
    (void)state;
    struct scene scene;
    serving(&scene);
    assert_true(judge_one(&scene, "sent = contains \"250 hello\\r\\n221\"").held);
    assert_true(judge_one(&scene, "sent = lacks \"EHLO\"").held);
    struct verdict verdict = judge_one(&scene, "sent = contains \"221 by!\"");
    assert_false(verdict.held);
    assert_int_equal(verdict.frame, 8);
    assert_non_null(strstr(verdict.expected, "S→C:  \"221 by!\""));
    assert_non_null(strstr(verdict.got, "frame 8, S→C:  "));
    verdict = judge_one(&scene, "sent = lacks \"250\"");
    assert_non_null(strstr(verdict.got, "frame 6, S→C:  "));
    scene.run.serves = false;
    assert_true(judge_one(&scene, "sent = lacks \"250\"").held);
    end(&scene);
}

static void of_a_server_that_does_not_listen_nothing_holds(void **state) {
    (void)state;
    static const char *const lines[] = {"sent = contains \"220\"", "exit = 0", "stderr = empty",
                                        "session = to its end", "store = bob empty"};
    struct scene scene;
    serving(&scene);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(judge_one(&scene, lines[i]).held);
    snprintf(scene.evidence.result.start, sizeof scene.evidence.result.start, "it is not there");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct verdict verdict = judge_one(&scene, lines[i]);
        assert_false(verdict.held);
        assert_string_equal(verdict.got, "it is not there");
    }
    end(&scene);
}

static void a_visit_ends_and_shows(void **state) {
    (void)state;
    static char *words[] = {(char *)"curl", NULL};
    struct scene scene;
    serving(&scene);
    scene.run.visit = (struct arguments){.words = words, .count = 1};
    scene.evidence.result.visit_status = 67;
    snprintf(scene.evidence.result.visit, 300, "ended with status 67");
    buf_append(&scene.evidence.visit, "a letter\n", 9);
    buf_append(&scene.evidence.visit_error, "curl: denied\n", 13);
    assert_true(judge_one(&scene, "visit = 67").held);
    assert_true(judge_one(&scene, "visit = nonzero").held);
    assert_true(judge_one(&scene, "visit = contains \"letter\"").held);
    assert_true(judge_one(&scene, "visit = exactly \"a letter\\n\"").held);
    assert_false(judge_one(&scene, "visit = contains \"denied\"").held);
    struct verdict verdict = judge_one(&scene, "visit = 0");
    assert_false(verdict.held);
    assert_string_equal(verdict.expected, "curl ends with status 0");
    assert_string_equal(verdict.got, "it ended with status 67\nit said:  \"curl: denied\\n\"");
    /* One that was stopped has no status, which is neither 0 nor another. */
    scene.evidence.result.visit_status = -1;
    assert_false(judge_one(&scene, "visit = 0").held);
    assert_false(judge_one(&scene, "visit = nonzero").held);
    end(&scene);
}

static void what_a_server_logs_is_no_complaint(void **state) {
    (void)state;
    static const struct {
        const char *error, *complaint;
    } cases[] = {
        {"", ""},
        {"2026-11-21T21:31:57.949Z server[15] info listening on 127.0.0.2:25\n", ""},
        {"2026-11-21T21:31:57.949Z server[15] info a\n2026-11-21T21:31:57.950Z server[15] error b: "
         "c\nnext\n",
         "error b: c"},
        {"2026-11-21T21:31:57.949Z server[15] debug a\n\n==15==ERROR: AddressSanitizer\nx\n",
         "==15==ERROR: AddressSanitizer"},
        {"smtp: mail.example.org: refused", "smtp: mail.example.org: refused"},
        {"Z ] info no log", "Z ] info no log"},
    };
    struct scene scene;
    serving(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *line = "";
        char words[200];
        buf_clear(&scene.evidence.error);
        if (*cases[i].error != '\0')
            buf_append(&scene.evidence.error, cases[i].error, strlen(cases[i].error));
        size_t length = evidence_complaint(&scene.evidence, &line);
        snprintf(words, sizeof words, "%.*s", (int)length, line);
        assert_string_equal(words, cases[i].complaint);
    }
    end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sent_is_what_the_server_sent),
        cmocka_unit_test(of_a_server_that_does_not_listen_nothing_holds),
        cmocka_unit_test(a_visit_ends_and_shows),
        cmocka_unit_test(what_a_server_logs_is_no_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
