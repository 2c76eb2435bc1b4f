/* The recorder keeps every packet to the last one, though it is stopped at once: a hundred times.
 */
#include "canon.h"
#include "dialogue.h"
#include "dissect.h"
#include "recording.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define RECORDINGS 100

static const char expected[] = "stream 0: 127.0.0.1 to 127.0.0.2 port 25\n"
                               "-> connects\n"
                               "<- 220 hi\n"
                               "-> QUIT\n"
                               "<- 221 bye\n"
                               "<- closes\n"
                               "-> closes\n";

struct recording {
    char path[64];
    unsigned long frames;
};

static void record_all(struct recording *recordings) {
    assert_true(mkdir("record_tail", 0755) == 0 || access("record_tail", W_OK) == 0);
    for (int i = 0; i < RECORDINGS; i++) {
        snprintf(recordings[i].path, sizeof recordings[i].path, "record_tail/%d.pcapng", i);
        recordings[i].frames = record_conversation(recordings[i].path, 0, 25, small_talk);
    }
}

static void expect_dialogue(const struct dissect_capture *capture) {
    struct dialogues dialogues;
    struct failure why;
    struct buf text;

    buf_init(&text, 10000);
    assert_int_equal(dialogues_make(capture->frames, capture->frame_count, &dialogues, &why), 0);
    assert_int_equal(canon_dialogues(&dialogues, &text), 0);
    assert_string_equal(text.bytes, expected);
    buf_free(&text);
    dialogues_free(&dialogues);
}

/* The last packet of all is the server's ACK of the client's FIN. */
static void expect_last_packet(const struct dissect_capture *capture) {
    const struct dissect_frame *last = &capture->frames[capture->frame_count - 1];
    const struct dissect_frame *before = last - 1;

    assert_int_equal(last->flags, TCP_ACK);
    assert_string_equal(last->source, "127.0.0.2");
    assert_true((before->flags & TCP_FIN) != 0);
    assert_int_equal(last->acknowledgment, before->sequence + 1);
}

static void nothing_is_lost(void **state) {
    (void)state;
    static struct recording recordings[RECORDINGS];
    const char *paths[RECORDINGS];
    struct failure why;

    record_all(recordings);
    for (int i = 0; i < RECORDINGS; i++)
        paths[i] = recordings[i].path;
    struct dissect_plan plan = {.captures = paths, .capture_count = RECORDINGS};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        fail_msg("%s", why.text);
    for (int i = 0; i < RECORDINGS; i++) {
        const struct dissect_capture *capture = &dissection->captures[i];
        assert_int_equal(capture->frame_count, recordings[i].frames);
        expect_dialogue(capture);
        expect_last_packet(capture);
    }
    dissection_free(dissection);
}

int main(void) {
    skip_without_tshark();
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
