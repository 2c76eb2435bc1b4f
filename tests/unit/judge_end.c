/* Judges of how the program ended. */
#include "judge_scene.h"

static void how_the_program_ended(void **state) {
    (void)state;
    static const struct {
        struct run_result result;
        const char *line, *got; /* got NULL: it holds */
    } cases[] = {
        {{.ending = RUN_ENDED, .status = 0}, "exit = 0", NULL},
        {{.ending = RUN_ENDED, .status = 1}, "exit = 0", "it ended with status 1"},
        {{.ending = RUN_ENDED, .status = 1}, "exit = nonzero", NULL},
        {{.ending = RUN_ENDED, .status = 3}, "exit = 3", NULL},
        {{.ending = RUN_ENDED, .status = 0}, "exit = nonzero", "it ended with status 0"},
        {{.ending = RUN_CRASHED, .signal = 11, .status = 139},
         "exit = nonzero",
         "it crashed: Segmentation fault"},
        {{.ending = RUN_TIME, .status = 137, .milliseconds = 10000},
         "exit = nonzero",
         "did not end by itself and was stopped after 10 s"},
        {{.ending = RUN_OUTPUT}, "exit = 0", "it wrote more than 16 MiB"},
        {{.ending = RUN_PROCESSES}, "exit = 0", "it started more than 64 processes"},
        {{.ending = RUN_ENDED, .milliseconds = 1999}, "within = 2s", NULL},
        {{.ending = RUN_ENDED, .milliseconds = 2001}, "within = 2s", "after 2.0 s"},
        {{.ending = RUN_TIME, .milliseconds = 1000}, "within = 2s", "was stopped"},
    };
    struct scene scene;
    ordinary(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene.evidence.result = cases[i].result;
        struct verdict verdict = judge_line(&scene, cases[i].line);
        if (verdict.held != (cases[i].got == NULL) ||
            (!verdict.held && strstr(verdict.got, cases[i].got) == NULL))
            fail_msg("case %zu: %s", i, verdict.got);
    }
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_the_program_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
