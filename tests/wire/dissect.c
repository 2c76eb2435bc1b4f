/* What dissect makes of real captures, of files that are none, and of a tshark that fails. */
#include "dissect.h"
#include "recording.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct utterance letter[] = {
    {1, "220 mail.example.org\r\n"},
    {0, "EHLO client.example.org\r\n"},
    {1, "250 mail.example.org\r\n"},
    {0, "NOOP \"a\\b\"\r\n"},
    {1, "250 ok\r\n"},
    {0, "QUIT\r\n"},
    {1, "221 bye\r\n"},
    {0, NULL},
};

static const char one[] = "dissect/one.pcapng", other[] = "dissect/other.pcapng";

static struct dissection *dissect(const struct dissect_plan *plan) {
    struct failure why;
    struct dissection *dissection = dissect_run(plan, &why);

    if (dissection == NULL)
        fail_msg("%s", why.text);
    return dissection;
}

/* That it fails, with these words somewhere. */
static void expect_failure(const char *path, const char *words) {
    struct failure why = {""};
    struct dissect_plan plan = {.captures = &path, .capture_count = 1};
    struct dissection *dissection = dissect_run(&plan, &why);

    assert_null(dissection);
    if (strstr(why.text, words) == NULL || strchr(why.text, '\n') != NULL)
        fail_msg("\"%s\" instead of \"%s\"", why.text, words);
}

static void expect_matches(const struct dissect_capture *capture, size_t filter,
                           const unsigned *frames, size_t count) {
    assert_int_equal(capture->matches[filter].count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(capture->matches[filter].frames[i], frames[i]);
}

/* The number of the frame that holds exactly this; fails if there is none, or another one. */
static unsigned frame_with(const struct dissect_capture *capture, const char *payload) {
    unsigned found = 0;

    for (size_t i = 0; i < capture->frame_count; i++) {
        const struct dissect_bytes *bytes = &capture->frames[i].payload;
        if (bytes->length == strlen(payload) && memcmp(bytes->bytes, payload, bytes->length) == 0) {
            assert_int_equal(found, 0);
            found = capture->frames[i].number;
        }
    }
    assert_int_not_equal(found, 0);
    return found;
}

static int record_both(void **state) {
    (void)state;
    if (mkdir("dissect", 0755) < 0 && access("dissect", W_OK) < 0)
        return -1;
    /* The same ports, as it happens when a lab is run twice. */
    record_conversation(one, 40000, 25, letter);
    record_conversation(other, 40000, 25, letter);
    return 0;
}

static void tells_the_facts(void **state) {
    (void)state;
    const char *path = one;
    struct dissect_plan plan = {.captures = &path, .capture_count = 1};
    struct dissection *dissection = dissect(&plan);
    const struct dissect_capture *capture = &dissection->captures[0];
    const struct dissect_frame *syn = &capture->frames[0], *answer = &capture->frames[1];

    assert_null(capture->damage);
    assert_true(capture->frame_count > 10);
    assert_int_equal(syn->number, 1);
    assert_int_equal(syn->stream, 0);
    assert_string_equal(syn->source, "127.0.0.1");
    assert_string_equal(syn->destination, "127.0.0.2");
    assert_int_equal(syn->source_port, 40000);
    assert_int_equal(syn->destination_port, 25);
    assert_int_equal(syn->flags, TCP_SYN);
    assert_int_equal(answer->flags, TCP_SYN | TCP_ACK);
    assert_int_equal(answer->acknowledgment, syn->sequence + 1);
    assert_true(answer->time > syn->time);
    assert_true(frame_with(capture, "EHLO client.example.org\r\n") > 3);
    for (size_t i = 0; i < capture->frame_count; i++) {
        assert_int_equal(capture->frames[i].number, i + 1);
        assert_false(capture->frames[i].cut);
        assert_int_equal(capture->frames[i].application.length, 0);
        assert_int_equal(capture->frames[i].records.length, 0);
    }
    dissection_free(dissection);
}

/* Filters are passed as they are, whatever characters they hold. */
static void filters_need_no_quoting(void **state) {
    (void)state;
    const char *path = one;
    static const char *const filters[] = {
        "smtp.req.parameter == \"\\\"a\\\\b\\\"\"",
        "smtp.req.command == \"EHLO\"\n||\n\tsmtp.req.command == \"QUIT\"",
        "smtp.response.code == 250 && !(smtp contains \"it's $HOME `id` %s | ; # , ü\")",
        "tcp.flags.syn == 1",
    };
    struct dissect_plan plan = {
        .captures = &path, .capture_count = 1, .filters = filters, .filter_count = 4};
    struct dissection *dissection = dissect(&plan);
    const struct dissect_capture *capture = &dissection->captures[0];

    for (size_t i = 0; i < 4; i++)
        assert_null(dissection->filter_errors[i]);
    unsigned noop = frame_with(capture, "NOOP \"a\\b\"\r\n");
    expect_matches(capture, 0, &noop, 1);
    unsigned commands[] = {frame_with(capture, "EHLO client.example.org\r\n"),
                           frame_with(capture, "QUIT\r\n")};
    expect_matches(capture, 1, commands, 2);
    unsigned replies[] = {frame_with(capture, "250 mail.example.org\r\n"),
                          frame_with(capture, "250 ok\r\n")};
    expect_matches(capture, 2, replies, 2);
    expect_matches(capture, 3, (unsigned[]){1, 2}, 2);
    dissection_free(dissection);
}

static void says_what_is_wrong_with_a_filter(void **state) {
    (void)state;
    static const char *const filters[] = {"tcp", "smtp.nothing == 1", "tcp &&", "",
                                          "((",  "tcp = = 1"};
    static const struct dissect_question questions[] = {
        {"ip.dst tcp.dstport", "tcp"}, {"ip.dst no.such", "tcp"}, {"ip.dst", "tcp &&"}, {"", ""}};
    static const bool filter_fine[] = {true, false, false, true, false, false};
    static const bool question_fine[] = {true, false, false, true};
    struct dissect_plan plan = {
        .filters = filters, .filter_count = 6, .questions = questions, .question_count = 4};
    struct dissection *dissection = dissect(&plan); /* of no capture at all */

    assert_int_equal(dissection->capture_count, 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(dissection->filter_errors[i] == NULL, filter_fine[i]);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(dissection->question_errors[i] == NULL, question_fine[i]);
    assert_non_null(strstr(dissection->filter_errors[1], "smtp.nothing"));
    assert_non_null(strstr(dissection->question_errors[1], "no.such"));
    assert_null(strstr(dissection->filter_errors[1], "tap.lua"));
    dissection_free(dissection);
}

static void answers_questions(void **state) {
    (void)state;
    const char *path = one;
    static const struct dissect_question questions[] = {
        {"ip.dst tcp.dstport", "tcp.flags.syn == 1 && tcp.flags.ack == 0"},
        {"smtp.response.code", ""},
        {"smtp.response.code", "tcp.flags.syn == 1"},
    };
    struct dissect_plan plan = {
        .captures = &path, .capture_count = 1, .questions = questions, .question_count = 3};
    struct dissection *dissection = dissect(&plan);
    const struct dissect_values *answers = dissection->captures[0].answers;
    static const char *const codes[] = {"220", "250", "250", "221"};

    assert_int_equal(answers[0].count, 2);
    assert_int_equal(answers[0].values[0].frame, 1);
    assert_int_equal(answers[0].values[0].field, 0);
    assert_string_equal(answers[0].values[0].text, "127.0.0.2");
    assert_int_equal(answers[0].values[1].field, 1);
    assert_string_equal(answers[0].values[1].text, "25");
    assert_int_equal(answers[1].count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(answers[1].values[i].text, codes[i]);
    assert_int_equal(answers[2].count, 0);
    dissection_free(dissection);
}

/* However many captures are dissected at once, each is told as if it were alone. */
static void expect_alone(const char *const *paths, size_t count, const char *filter) {
    const char *const filters[] = {"smtp.req", filter};
    static const struct dissect_question question = {"smtp.response.code", "smtp.response"};
    struct dissect_plan plan = {.captures = paths,
                                .capture_count = count,
                                .filters = filters,
                                .filter_count = 2,
                                .questions = &question,
                                .question_count = 1};
    struct dissection *together = dissect(&plan);

    for (size_t i = 0; i < count; i++) {
        plan.captures = &paths[i];
        plan.capture_count = 1;
        struct dissection *single = dissect(&plan);
        const struct dissect_capture *alone = &single->captures[0];
        const struct dissect_capture *capture = &together->captures[i];
        assert_int_equal(capture->frame_count, alone->frame_count);
        for (size_t n = 0; n < alone->frame_count; n++) {
            assert_int_equal(capture->frames[n].number, alone->frames[n].number);
            assert_int_equal(capture->frames[n].stream, alone->frames[n].stream);
            assert_int_equal(capture->frames[n].time, alone->frames[n].time);
            assert_int_equal(capture->frames[n].sequence, alone->frames[n].sequence);
            assert_int_equal(capture->frames[n].payload.length, alone->frames[n].payload.length);
        }
        for (size_t f = 0; f < 2; f++)
            expect_matches(capture, f, alone->matches[f].frames, alone->matches[f].count);
        assert_int_equal(alone->matches[0].count, 3);
        assert_int_equal(capture->answers[0].count, alone->answers[0].count);
        for (size_t n = 0; n < alone->answers[0].count; n++) {
            assert_int_equal(capture->answers[0].values[n].frame,
                             alone->answers[0].values[n].frame);
            assert_string_equal(capture->answers[0].values[n].text,
                                alone->answers[0].values[n].text);
        }
        dissection_free(single);
    }
    dissection_free(together);
}

static void several_captures_are_as_if_alone(void **state) {
    (void)state;

    expect_alone((const char *const[]){one, other}, 2, "tcp.flags.fin == 1");
    /* The very same connection twice, which tshark takes for one. */
    expect_alone((const char *const[]){one, one}, 2, "tcp.flags.fin == 1");
    /* Filters that would be about the captures as a whole. */
    expect_alone((const char *const[]){one, other}, 2, "frame.number == 1");
    expect_alone((const char *const[]){one, other}, 2, "tcp.stream == 0 && tcp.flags.syn == 1");
}

/* Copies the first `length` bytes of a file, all with SIZE_MAX. Returns how many. */
static size_t copy(const char *from, const char *to, size_t length) {
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");

    assert_true(in != NULL && out != NULL);
    size_t count = fread(bytes, 1, length < sizeof bytes ? length : sizeof bytes, in);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    fclose(in);
    fclose(out);
    return count;
}

static void reads_a_damaged_capture_as_far_as_it_goes(void **state) {
    (void)state;
    const char *paths[] = {"dissect/cut.pcapng", other};
    size_t length = copy(one, paths[0], SIZE_MAX);
    copy(one, paths[0], length - 10);
    struct dissect_plan plan = {.captures = paths, .capture_count = 2};
    struct dissection *dissection = dissect(&plan);

    assert_non_null(dissection->captures[0].damage);
    assert_non_null(strstr(dissection->captures[0].damage, "cut short"));
    assert_true(dissection->captures[0].frame_count > 10);
    assert_null(dissection->captures[1].damage);
    assert_int_equal(dissection->captures[1].frame_count, dissection->captures[0].frame_count + 1);
    dissection_free(dissection);
}

static void write_file(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_not_equal(fputs(content, file), EOF);
    fclose(file);
}

static void refuses_what_is_no_capture(void **state) {
    (void)state;

    expect_failure("dissect/none.pcapng", "dissect/none.pcapng: no such file");
    expect_failure("dissect", "dissect: not a file");
    write_file("dissect/empty.pcapng", "");
    expect_failure("dissect/empty.pcapng", "empty");
    write_file("dissect/text.pcapng", "Subject: this is no capture, but a letter\n\nDear Bob,\n");
    expect_failure("dissect/text.pcapng", "isn't a capture file");
    copy(one, "dissect/head.pcapng", 100);
    expect_failure("dissect/head.pcapng", "cut short");
    unlink("dissect/pipe");
    assert_int_equal(mkfifo("dissect/pipe", 0600), 0);
    expect_failure("dissect/pipe", "not a file"); /* and does not wait for a writer */
    assert_int_equal(truncate("dissect/empty.pcapng", (off_t)DISSECT_BYTE_LIMIT + 1), 0);
    expect_failure("dissect/empty.pcapng", "too large");
    unlink("dissect/empty.pcapng");
}

/* Puts a program called tshark in front of the real one. */
static void pretend(const char *script) {
    char path[PATH_MAX];

    const char *search = getenv("PATH");

    assert_non_null(search);
    assert_true(mkdir("dissect/bin", 0755) == 0 || access("dissect/bin", W_OK) == 0);
    write_file("dissect/bin/tshark", script);
    assert_int_equal(chmod("dissect/bin/tshark", 0755), 0);
    assert_non_null(realpath("dissect/bin", path));
    size_t length = strlen(path);
    snprintf(path + length, sizeof path - length, ":%s", search);
    setenv("PATH", path, 1);
}

static void survives_any_tshark(void **state) {
    (void)state;
    static const struct {
        const char *script, *words;
    } cases[] = {
        {"#!/bin/sh\nkill -SEGV $$\n", "killed by signal 11"},
        {"#!/bin/sh\necho 'tshark: It hurts.' >&2; exit 1\n", "It hurts"},
        {"#!/bin/sh\n", "breaks off"},
        {"#!/bin/sh\nprintf 'mailwire\\nend 3\\n'\n", "breaks off"},
        {"#!/bin/sh\nprintf 'mailwire\\nframe 1 1 1 0 a b 1 1 1 1 1 0 99999999 0 0 0\\nx'\n",
         "breaks off"},
        {"#!/bin/sh\nprintf 'mailwire\\nmatch 0 1\\nend 0\\n'\n", "breaks off"},
        {"#!/bin/sh\nprintf 'mailwire\\nframe 1 1 1 0 a'\n", "breaks off"},
        {"#!/bin/sh\nprintf 'mailwire\\nframe -1 99999999999999999999999999 x\\nend 0\\n'\n",
         "breaks off"},
        {"#!/bin/sh\nhead -c 1000000 /dev/zero\n", "breaks off"},
        /* It has limits. */
        {"#!/bin/sh\nexec head -c 400000000 /dev/zero\n", "more than can be taken apart (320 MiB)"},
        {"#!/bin/sh\nkill -XCPU $$\n", "longer than 60 seconds"},
        {"#!/bin/sh\nkill -ABRT $$\n", "signal 6; perhaps it needed more than 2048 MiB"},
        {"#!/bin/sh\necho \"tshark: $(ulimit -v) KiB, $(ulimit -t) s.\" >&2; exit 1\n",
         "2097152 KiB, 60 s"},
    };
    const char *search = getenv("PATH");
    char before[PATH_MAX];

    assert_non_null(search);
    assert_in_range(snprintf(before, sizeof before, "%s", search), 1, sizeof before - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pretend(cases[i].script);
        expect_failure(one, cases[i].words);
        setenv("PATH", before, 1);
    }
    setenv("PATH", "/nonexistent", 1);
    expect_failure(one, "./kit setup");
    setenv("PATH", before, 1);
}

/* Preferences and plugins of whoever runs this must make no difference. */
static void the_users_wireshark_plays_no_part(void **state) {
    (void)state;
    const char *path = one, *filter = "smtp.req.command == \"EHLO\"";
    struct dissect_plan plan = {
        .captures = &path, .capture_count = 1, .filters = &filter, .filter_count = 1};
    static const char *const directories[] = {"dissect/home", "dissect/home/.config",
                                              "dissect/home/.config/wireshark"};
    char home[PATH_MAX];

    for (size_t i = 0; i < 3; i++)
        assert_true(mkdir(directories[i], 0755) == 0 || access(directories[i], W_OK) == 0);
    write_file("dissect/home/.config/wireshark/disabled_protos", "smtp\n");
    write_file("dissect/home/.config/wireshark/init.lua", "error('the user has plugins')\n");
    assert_non_null(realpath("dissect/home", home));
    setenv("HOME", home, 1);
    unsetenv("XDG_CONFIG_HOME");
    struct dissection *dissection = dissect(&plan);
    assert_int_equal(dissection->captures[0].matches[0].count, 1);
    dissection_free(dissection);
}

int main(void) {
    skip_without_tshark();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_facts),
        cmocka_unit_test(filters_need_no_quoting),
        cmocka_unit_test(says_what_is_wrong_with_a_filter),
        cmocka_unit_test(answers_questions),
        cmocka_unit_test(several_captures_are_as_if_alone),
        cmocka_unit_test(reads_a_damaged_capture_as_far_as_it_goes),
        cmocka_unit_test(refuses_what_is_no_capture),
        cmocka_unit_test(survives_any_tshark),
        cmocka_unit_test(the_users_wireshark_plays_no_part),
    };

    return cmocka_run_group_tests(tests, record_both, NULL);
}
