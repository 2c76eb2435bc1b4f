/* Judges of the wire, by display filters. */
#include "judge_scene.h"

static void frames_that_match(void **state) {
    (void)state;
    static const unsigned some[] = {5, 7}, one[] = {6};
    struct scene scene;
    ordinary(&scene);
    static const struct {
        const char *lines[2];
        size_t count;
        struct dissect_matches matches[2];
        const char *got;
        unsigned frame;
    } cases[] = {
        {{"frames = x"}, 1, {{some, 2}}, NULL, 0},
        {{"frames = x"},
         1,
         {{NULL, 0}},
         "none of 8 frames; the last words on the wire:\nframe 8",
         0},
        {{"never = x"}, 1, {{NULL, 0}}, NULL, 0},
        {{"never = x"}, 1, {{some, 2}}, "frame 5, C→S:  \"EHLO me\\r\\n\"", 5},
        {{"count = 2 x"}, 1, {{some, 2}}, NULL, 0},
        {{"count = 1 x"},
         1,
         {{some, 2}},
         "frame 7, C→S:  \"QUIT\\n\"\nis one too many: 2 match",
         7},
        {{"count = 3 x"}, 1, {{some, 2}}, "2; the last words", 0},
        {{"count = <= 2 x"}, 1, {{some, 2}}, NULL, 0},
        {{"count = <= 1 x"}, 1, {{some, 2}}, "is one too many", 7},
        {{"count = >= 2 x"}, 1, {{some, 2}}, NULL, 0},
        {{"count = >= 3 x"}, 1, {{some, 2}}, "2; ", 0},
        {{"count = 0 x"}, 1, {{NULL, 0}}, NULL, 0},
        {{"frames = x", "after = y"}, 2, {{one, 1}, {some, 2}}, NULL, 0},
        {{"frames = x", "after = y"}, 2, {{some, 2}, {one, 1}}, "frame 5, C→S:", 5},
        {{"frames = x", "before = y"}, 2, {{some, 2}, {one, 1}}, NULL, 0},
        {{"frames = x", "before = y"}, 2, {{one, 1}, {some, 2}}, "frame 5, C→S:", 5},
        {{"frames = x", "after = y"}, 2, {{one, 1}, {NULL, 0}}, "no frame matches  y", 0},
        {{"frames = x", "before = y"}, 2, {{one, 1}, {one, 1}}, "frame 6", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(scene.matches, cases[i].matches, sizeof cases[i].matches);
        struct verdict verdict = judge_lines(&scene, cases[i].lines, cases[i].count);
        if (verdict.held != (cases[i].got == NULL) ||
            (!verdict.held &&
             (strstr(verdict.got, cases[i].got) == NULL || verdict.frame != cases[i].frame)))
            fail_msg("case %zu, frame %u: %s", i, verdict.frame, verdict.got);
    }
    scene_end(&scene);
}

static void what_nearly_matches(void **state) {
    (void)state;
    static const unsigned one[] = {7};
    static const struct {
        const char *line, *got;
        size_t place; /* of the matches: 1 is the longest beginning of the filter */
        unsigned frame;
    } cases[] = {
        {"frames = a && b",
         "none of 8 frames; the nearest:\nframe 7, C→S:  \"QUIT\\n\"\n"
         "matches  a\nbut not  b",
         1, 7},
        {"frames = a && b && (c && d)", "matches  a && b\nbut not  (c && d)", 1, 7},
        {"frames = a && b && (c && d)", "matches  a\nbut not  b", 2, 7},
        {"frames = a contains \" && \" && b", "matches  a contains \" && \"\nbut not  b", 1, 7},
        {"count = 2 a && b", "0; the nearest:\nframe 7", 1, 7},
        {"frames = a || b && c", "none of 8 frames; the last words", 1, 0},
        {"frames = (a && b)", "none of 8 frames; the last words", 1, 0},
    };
    struct scene scene;
    ordinary(&scene);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(scene.matches, 0, sizeof scene.matches);
        scene.matches[cases[i].place] = (struct dissect_matches){one, 1};
        struct verdict verdict = judge_line(&scene, cases[i].line);
        if (verdict.held || strstr(verdict.got, cases[i].got) == NULL ||
            verdict.frame != cases[i].frame)
            fail_msg("case %zu, frame %u: %s", i, verdict.frame, verdict.got);
    }
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_that_match),
        cmocka_unit_test(what_nearly_matches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
