#include "answer.h"
#include "answers.h"
#include "files.h"

#include "files_for_tests.h"

struct sample {
    const char *answer;
    bool right;
};

static void try_all(const struct sample *samples, size_t count, const char *const *values,
                    size_t value_count) {
    for (size_t i = 0; i < count; i++)
        if (answer_is_right(samples[i].answer, values, value_count) != samples[i].right)
            fail_msg("\"%s\" should be %s", samples[i].answer,
                     samples[i].right ? "right" : "wrong");
}

static void a_number_is_a_number(void **state) {
    (void)state;
    static const char *const values[] = {"354"};
    static const struct sample samples[] = {
        {"354", true},         {" 354 ", true},
        {"code 354.", true},   {"354, start mail", true},
        {"0354", true},        {"(354)", true},
        {"\"354\"", true},     {"port:354", true},
        {"", false},           {"35", false},
        {"3540", false},       {"354 250", false},
        {"250 or 354", false}, {"354 354", false},
        {"three", false},      {"354x", false},
        {"-354", false},       {"99999999999999999999999999999999", false},
    };
    try_all(samples, sizeof samples / sizeof *samples, values, 1);
}

/* As Wireshark shows many numbers of TLS: "TLS_AES_256_GCM_SHA384 (0x1302)". */
static void a_number_may_be_hexadecimal(void **state) {
    (void)state;
    static const char *const values[] = {"4866"};
    static const struct sample samples[] = {
        {"0x1302", true},         {"0X1302", true},
        {"0x00001302", true},     {"4866", true},
        {"0x130", false},         {"TLS_AES_256_GCM_SHA384 (0x1302)", true},
        {"1302", false},          {"0x", false},
        {"0x1302g", false},       {"x1302", false},
        {"0x1302 0x1302", false}, {"0x100000000000000001302", false},
    };
    try_all(samples, sizeof samples / sizeof *samples, values, 1);
}

static void an_address_may_be_written_in_all_its_ways(void **state) {
    (void)state;
    static const char *const four[] = {"127.0.0.2"}, *const six[] = {"::1"};
    static const struct sample of_four[] = {
        {"127.0.0.2", true},
        {"the server, 127.0.0.2.", true},
        {"mail.example.org (127.0.0.2)", true},
        {"127.0.0.2:25", false},
        {"127.0.0.1", false},
        {"mail.example.org", false},
        {"127.0.0.22", false},
        {"127.0.0", false},
        {"::1", false},
        {"127.0.0.2 and 127.0.0.1", false},
    };
    static const struct sample of_six[] = {
        {"::1", true}, {"[::1]", true}, {"0:0:0:0:0:0:0:1", true}, {"::2", false}, {"1", false},
    };
    try_all(of_four, sizeof of_four / sizeof *of_four, four, 1);
    try_all(of_six, sizeof of_six / sizeof *of_six, six, 1);
}

static void several_come_in_any_order(void **state) {
    (void)state;
    static const char *const values[] = {"127.0.0.2", "25"}, *const six[] = {"::1", "25"},
                             *const same[] = {"7", "7"};
    static const struct sample samples[] = {
        {"127.0.0.2 25", true},
        {"127.0.0.2:25", true},
        {"mail.example.org:25 is 127.0.0.2", true},
        {"port 25 of 127.0.0.2", true},
        {"address = 127.0.0.2, port = 25/tcp", true},
        {"127.0.0.2", false},
        {"25", false},
        {"127.0.0.2 587", false},
        {"127.0.0.2 25 587", false},
        {"127.0.0.2 25, 127.0.0.1 40112", false},
    };
    static const struct sample of_six[] = {{"[::1]:25", true}, {"::1, 25", true}, {"::1", false}};
    static const struct sample of_same[] = {{"7 7", true}, {"7", false}, {"7 7 7", false}};
    try_all(samples, sizeof samples / sizeof *samples, values, 2);
    try_all(of_six, sizeof of_six / sizeof *of_six, six, 2);
    try_all(of_same, sizeof of_same / sizeof *of_same, same, 2);
}

static void text_is_compared_without_its_surroundings(void **state) {
    (void)state;
    static const char *const plain[] = {"Selam, ı ç"}, *const path[] = {"FROM:<alice@example.org>"};
    static const struct sample of_plain[] = {
        {"Selam, ı ç", true},      {"\"selam,  ı ç\"", true}, {"Selam, ı ç.", true},
        {"Selam", false},          {"Selam, ı", false},       {"", false},
        {"Re: Selam, ı ç", false},
    };
    static const struct sample of_path[] = {
        {"FROM:<alice@example.org>", true},
        {"from:<Alice@Example.org>", true},
        {"<alice@example.org>", true},
        {"alice@example.org", true},
        {"alice", false},
        {"FROM:", false},
        {"bob@example.org", false},
        {"", false},
    };
    try_all(of_plain, sizeof of_plain / sizeof *of_plain, plain, 1);
    try_all(of_path, sizeof of_path / sizeof *of_path, path, 1);
}

static void texts_have_commas_between(void **state) {
    (void)state;
    static const char *const values[] = {"MAIL", "25"};
    static const struct sample samples[] = {
        {"MAIL, 25", true}, {"25, mail", true},    {"MAIL 25", false},
        {"MAIL", false},    {"MAIL, MAIL", false}, {"MAIL, 25, RCPT", false},
    };
    try_all(samples, sizeof samples / sizeof *samples, values, 2);
}

static void nothing_fits_no_value_and_too_much(void **state) {
    (void)state;
    static const char *const values[] = {"x"};
    char *long_answer = calloc(1, ANSWER_LIMIT + 2);
    assert_non_null(long_answer);
    memset(long_answer, ' ', ANSWER_LIMIT + 1);
    long_answer[0] = 'x';
    assert_false(answer_is_right("", values, 0));
    assert_false(answer_is_right(long_answer, values, 1));
    long_answer[ANSWER_LIMIT] = '\0';
    assert_true(answer_is_right(long_answer, values, 1));
    free(long_answer);
}

static void what_is_asked_for_is_said(void **state) {
    (void)state;
    static const char *const values[] = {"127.0.0.2", "25", "x"};
    char words[60];
    answer_describe(values, 1, words, sizeof words);
    assert_string_equal(words, "an address");
    answer_describe(values, 2, words, sizeof words);
    assert_string_equal(words, "an address and a number");
    answer_describe(values, 3, words, sizeof words);
    assert_string_equal(words, "3 values");
}

/* Reads an answers.ini of a lab that asks for `who` and `what`. */
static void read_answers(const char *text, struct answers *answers) {
    static struct lab_question questions[] = {{.name = (char *)"who"}, {.name = (char *)"what"}};
    static const struct lab lab = {.questions = questions, .question_count = 2};
    char directory[64], path[256];
    test_directory(directory);
    snprintf(path, sizeof path, "%s/answers.ini", directory);
    if (text != NULL)
        test_file(directory, "answers.ini", text, NULL);
    assert_int_equal(answers_read(path, &lab, answers, NULL), 0);
    files_remove(directory, NULL);
}

static void answers_are_read(void **state) {
    (void)state;
    struct answers answers;
    read_answers("; comment\n[question who]\n; Who?\nanswer = 127.0.0.2, port 25 ; sure\n"
                 "[question what]\nanswer =\n",
                 &answers);
    assert_string_equal(answers.list[0], "127.0.0.2, port 25");
    assert_string_equal(answers.list[1], "");
    assert_string_equal(answers.problem.text, "");
    answers_free(&answers);
}

static void a_mistake_spoils_only_what_it_is_in(void **state) {
    (void)state;
    static const struct {
        const char *text, *problem, *who;
    } cases[] = {
        {"[question wo]\nanswer = 1\n[question who]\nanswer = 2\n", ":1: the lab asks no such",
         "2"},
        {"answer = 1\n[question who]\nanswer = 2\n", ":1: the lab asks no such", "2"},
        {"[question who]\nanswre = 1\n", ":2: a question has no other key", NULL},
        {"[question who]\nanswer = 1\nanswer = 2\n", ":3: this question is answered", "1"},
        {"[question who]\nanswer =\nanswer = 2\n", "", "2"},
        {"[question who\n", "neither [section] nor", NULL},
        {"\xff\xfe\n", "neither [section] nor", NULL},
        {NULL, "no such file", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answers answers;
        read_answers(cases[i].text, &answers);
        if (strstr(answers.problem.text, cases[i].problem) == NULL)
            fail_msg("case %zu: \"%s\"", i, answers.problem.text);
        if (cases[i].who == NULL)
            assert_null(answers.list[0]);
        else
            assert_string_equal(answers.list[0], cases[i].who);
        answers_free(&answers);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_a_number),
        cmocka_unit_test(a_number_may_be_hexadecimal),
        cmocka_unit_test(an_address_may_be_written_in_all_its_ways),
        cmocka_unit_test(several_come_in_any_order),
        cmocka_unit_test(text_is_compared_without_its_surroundings),
        cmocka_unit_test(texts_have_commas_between),
        cmocka_unit_test(nothing_fits_no_value_and_too_much),
        cmocka_unit_test(what_is_asked_for_is_said),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(a_mistake_spoils_only_what_it_is_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
