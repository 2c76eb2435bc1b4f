/* A made-up run of a lab, and what judges say to it. */
#ifndef TESTS_JUDGE_SCENE_H
#define TESTS_JUDGE_SCENE_H

#include "evidence.h"
#include "files.h"
#include "finding.h"
#include "judge.h"

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

static inline void add_frame(struct scene *scene, enum dialogue_side side, unsigned flags,
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

static inline void connect_both(struct scene *scene) {
    add_frame(scene, DIALOGUE_CLIENT, TCP_SYN, "", 0);
    add_frame(scene, DIALOGUE_SERVER, TCP_SYN | TCP_ACK, "", 0);
    add_frame(scene, DIALOGUE_CLIENT, TCP_ACK, "", 0);
}

static inline void say(struct scene *scene, enum dialogue_side side, const char *bytes) {
    add_frame(scene, side, TCP_ACK | TCP_PSH, bytes, strlen(bytes));
}

static inline void scene_begin(struct scene *scene) {
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
static inline void scene_ready(struct scene *scene) {
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

static inline void scene_end(struct scene *scene) {
    struct evidence *evidence = &scene->evidence;
    dialogues_free(&evidence->dialogues);
    buf_free(&evidence->output);
    buf_free(&evidence->error);
    buf_free(&evidence->stream[DIALOGUE_CLIENT]);
    buf_free(&evidence->stream[DIALOGUE_SERVER]);
    files_remove(scene->directory, NULL);
}

/* An ordinary session: greeting, two commands, a good end. */
static inline void ordinary(struct scene *scene) {
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
static inline struct verdict judge_lines(const struct scene *scene, const char *const *lines,
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
        judges[i].match = i;          /* the filter of line i has its matches there, */
        judges[i].near_match = count; /* and the first one's beginnings behind all of them */
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

static inline struct verdict judge_line(const struct scene *scene, const char *line) {
    return judge_lines(scene, &line, 1);
}

/* Each line alone; got NULL: it holds. */
struct expectation {
    const char *line;
    const char *got;
    unsigned frame;
};

static inline void try_all(const struct scene *scene, const struct expectation *cases,
                           size_t count) {
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

#endif
