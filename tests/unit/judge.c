#include "judge.h"
#include "evidence.h"
#include "files.h"
#include "finding.h"

#include "files_for_tests.h"

enum {
    CLIENT_PORT = 40000,
    SERVER_PORT = 25,
    FRAMES = 32
};

/* A made-up run: a connection with what both sides said, and how the program ended. */
struct scene {
    struct dissect_frame frames[FRAMES];
    size_t count;
    uint32_t next[2]; /* sequence numbers */
    struct dissect_matches matches[4];
    struct lab lab;
    struct lab_run run;
    struct evidence evidence;
    char directory[64];
};

static void add_frame(struct scene *scene, enum dialogue_side side, unsigned flags,
                      const char *bytes, size_t length) {
    bool client = side == DIALOGUE_CLIENT;
    struct dissect_frame *frame = &scene->frames[scene->count++];
    *frame = (struct dissect_frame){
        .number = (unsigned)scene->count,
        .time = (int64_t)scene->count * 1000000,
        .source = client ? "127.0.0.1" : "127.0.0.2",
        .destination = client ? "127.0.0.2" : "127.0.0.1",
        .source_port = client ? CLIENT_PORT : SERVER_PORT,
        .destination_port = client ? SERVER_PORT : CLIENT_PORT,
        .flags = flags,
        .sequence = scene->next[side],
        .acknowledgment = scene->next[!side],
        .payload = {(const unsigned char *)bytes, length},
    };
    scene->next[side] += (uint32_t)length + ((flags & (TCP_SYN | TCP_FIN)) != 0 ? 1 : 0);
}

static void connect_both(struct scene *scene) {
    add_frame(scene, DIALOGUE_CLIENT, TCP_SYN, "", 0);
    add_frame(scene, DIALOGUE_SERVER, TCP_SYN | TCP_ACK, "", 0);
    add_frame(scene, DIALOGUE_CLIENT, TCP_ACK, "", 0);
}

static void say(struct scene *scene, enum dialogue_side side, const char *bytes) {
    add_frame(scene, side, TCP_ACK | TCP_PSH, bytes, strlen(bytes));
}

static void scene_begin(struct scene *scene) {
    *scene = (struct scene){.next = {1000, 2000}};
    test_directory(scene->directory);
    scene->lab.directory = scene->directory;
    static char *servers[] = {(char *)"smtpd", NULL};
    scene->run =
        (struct lab_run){.name = (char *)"main", .servers = {.words = servers, .count = 1}};
    buf_init(&scene->evidence.output, 100000);
    buf_init(&scene->evidence.error, 100000);
    buf_init(&scene->evidence.stream[DIALOGUE_CLIENT], 100000);
    buf_init(&scene->evidence.stream[DIALOGUE_SERVER], 100000);
}

/* To be called when all frames are there. */
static void scene_ready(struct scene *scene) {
    struct evidence *evidence = &scene->evidence;
    evidence->lab = &scene->lab;
    evidence->run = &scene->run;
    evidence->directory = scene->directory;
    evidence->frames = scene->frames;
    evidence->frame_count = scene->count;
    evidence->matches = scene->matches;
    assert_int_equal(dialogues_make(scene->frames, scene->count, &evidence->dialogues, NULL), 0);
    for (size_t i = 0; i < evidence->dialogues.count; i++)
        for (int side = 0; side < 2; side++) {
            const struct dialogue_bytes *bytes = &evidence->dialogues.list[i].side[side];
            if (bytes->length > 0)
                buf_append(&evidence->stream[side], bytes->bytes, bytes->length);
        }
}

static void scene_end(struct scene *scene) {
    struct evidence *evidence = &scene->evidence;
    dialogues_free(&evidence->dialogues);
    buf_free(&evidence->output);
    buf_free(&evidence->error);
    buf_free(&evidence->stream[DIALOGUE_CLIENT]);
    buf_free(&evidence->stream[DIALOGUE_SERVER]);
    files_remove(scene->directory, NULL);
}

/* An ordinary session: greeting, two commands, a good end. */
static void ordinary(struct scene *scene) {
    scene_begin(scene);
    connect_both(scene);
    say(scene, DIALOGUE_SERVER, "220 ready\r\n"); /* 4 */
    say(scene, DIALOGUE_CLIENT, "EHLO me\r\n");   /* 5 */
    say(scene, DIALOGUE_SERVER, "250 hello\r\n"); /* 6 */
    say(scene, DIALOGUE_CLIENT, "QUIT\n");        /* 7: a bare LF */
    say(scene, DIALOGUE_SERVER, "221 bye\r\n");   /* 8 */
    scene_ready(scene);
}

struct verdict {
    bool held;
    char expected[2000], got[2000];
    unsigned frame;
};

/* Judges one or two lines of a check ("key = value" each). */
static struct verdict judge_lines(const struct scene *scene, const char *const *lines,
                                  size_t count) {
    struct judge judges[4] = {0};
    struct finding finding;
    struct verdict verdict;
    struct failure why;
    for (size_t i = 0; i < count; i++) {
        char key[40];
        const char *equals = strstr(lines[i], " = ");
        assert_non_null(equals);
        snprintf(key, sizeof key, "%.*s", (int)(equals - lines[i]), lines[i]);
        if (judge_parse(key, equals + 3, &judges[i], &why) != 0)
            fail_msg("%s: %s", lines[i], why.text);
        judges[i].match = i; /* the filter of line i has its matches there */
    }
    if (judge_bind(judges, count, &why) < 0)
        fail_msg("%s", why.text);
    finding_init(&finding);
    verdict.held = judge_all(judges, count, &scene->evidence, &finding);
    snprintf(verdict.expected, sizeof verdict.expected, "%s",
             finding.expected.length > 0 ? finding.expected.bytes : "");
    snprintf(verdict.got, sizeof verdict.got, "%s",
             finding.got.length > 0 ? finding.got.bytes : "");
    verdict.frame = finding.frame;
    finding_free(&finding);
    for (size_t i = 0; i < count; i++)
        judge_free(&judges[i]);
    return verdict;
}

static struct verdict judge_line(const struct scene *scene, const char *line) {
    return judge_lines(scene, &line, 1);
}

/* Each line alone; got NULL: it holds. */
struct expectation {
    const char *line;
    const char *got;
    unsigned frame;
};

static void try_all(const struct scene *scene, const struct expectation *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict = judge_line(scene, cases[i].line);
        bool right = verdict.held == (cases[i].got == NULL) &&
                     (verdict.held || (strstr(verdict.got, cases[i].got) != NULL &&
                                       verdict.frame == cases[i].frame));
        if (!right)
            fail_msg("%s: %s, frame %u:\n%s", cases[i].line, verdict.held ? "held" : "failed",
                     verdict.frame, verdict.got);
    }
}

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

static void what_is_in_the_mailboxes(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"store = bob holds 2", NULL, 0},
        {"store = bob holds 1", "2 messages", 0},
        {"store = bob empty", "2 messages", 0},
        {"store = bob contains \"Second\"", NULL, 0},
        {"store = bob contains \"Third\"", "2 messages; it is in none of them", 0},
        {"store = bob lacks \"Third\"", NULL, 0},
        {"store = bob lacks \"First\"", "2 messages; it is in one of them", 0},
        {"store = bob holds crlf.eml", NULL, 0},
        {"store = bob holds lf.eml", NULL, 0},
        {"store = bob holds no-end.eml", NULL, 0},
        {"store = bob holds other.eml",
         "another message; it differs at byte 6 of 12:\n"
         "\"First\\nline\\n\"\n"
         "        ^ from here",
         0},
        {"store = bob holds missing.eml", "missing.eml: no such file", 0},
        {"store = bob@example.org holds 2", NULL, 0},
        {"store = bob@example.com empty", NULL, 0},
        {"store = carol empty", NULL, 0},
        {"store = carol holds lf.eml", "no message", 0},
        {"store = erin@example.com holds empty.eml", NULL, 0},
    };
    static const char added[] = "Return-Path: <alice@example.org>\n"
                                "Received: from me\n\tby you; today\n";
    char message[400];
    struct scene scene;
    ordinary(&scene);
    char mailbox[100];
    for (int i = 0; i < 2; i++) {
        snprintf(mailbox, sizeof mailbox, "%s/store/%s/%s", scene.directory,
                 i == 0 ? "example.org" : "example.com", i == 0 ? "bob" : "erin");
        for (int j = 0; j < 3; j++) {
            static const char *const parts[] = {"new", "cur", "tmp"};
            char part[120];
            snprintf(part, sizeof part, "%s/%s", mailbox, parts[j]);
            assert_int_equal(files_make_directory(part, NULL), 0);
        }
    }
    snprintf(message, sizeof message, "%sFirst\nline\n", added);
    char path[200];
    snprintf(path, sizeof path, "%s/store/example.org/bob/new/1.x.y", scene.directory);
    assert_int_equal(files_write(path, message, strlen(message), NULL), 0);
    snprintf(message, sizeof message, "%sSecond\r\n", added);
    snprintf(path, sizeof path, "%s/store/example.org/bob/cur/2.x.y", scene.directory);
    assert_int_equal(files_write(path, message, strlen(message), NULL), 0);
    snprintf(path, sizeof path, "%s/store/example.com/erin/new/3.x.y", scene.directory);
    assert_int_equal(files_write(path, added, strlen(added), NULL), 0);
    test_file(scene.directory, "crlf.eml", "First\r\nline\r\n", NULL);
    test_file(scene.directory, "lf.eml", "First\nline\n", NULL);
    test_file(scene.directory, "no-end.eml", "First\rline", NULL);
    test_file(scene.directory, "other.eml", "First\nother\n", NULL);
    test_file(scene.directory, "empty.eml", "", NULL);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

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
        cmocka_unit_test(frames_that_match),
        cmocka_unit_test(what_the_client_sent),
        cmocka_unit_test(what_the_program_showed),
        cmocka_unit_test(a_screen_is_not_proved_by_a_silent_server),
        cmocka_unit_test(how_the_program_ended),
        cmocka_unit_test(what_is_in_the_mailboxes),
        cmocka_unit_test(nothing_is_proved_by_an_unwritten_program),
        cmocka_unit_test(nothing_is_proved_by_a_program_that_was_stopped),
        cmocka_unit_test(nothing_is_proved_by_silence),
        cmocka_unit_test(silence_is_right_where_the_script_has_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
