#include "question.h"
#include "answer.h"
#include "arguments.h"
#include "buf.h"
#include "dialogue.h"
#include "files.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

enum {
    WORDS_LIMIT = 4096,
};

bool question_finds_word(const struct dissect_capture *capture, const char *word) {
    struct dialogues dialogues;
    bool found = false;
    if (dialogues_make(capture->frames, capture->frame_count, &dialogues, NULL) < 0)
        return false;
    for (size_t i = 0; i < dialogues.count; i++)
        for (int side = DIALOGUE_CLIENT; side <= DIALOGUE_SERVER; side++) {
            const struct dialogue_bytes *bytes = &dialogues.list[i].side[side];
            found = found || (bytes->length > 0 &&
                              memmem(bytes->bytes, bytes->length, word, strlen(word)) != NULL);
        }
    dialogues_free(&dialogues);
    return found;
}

/* The right answer, as values and as one line. */
struct right {
    struct arguments fields; /* their names */
    char numbers[ANSWER_VALUES_LIMIT][12];
    const char *values[ANSWER_VALUES_LIMIT]; /* one for each field */
    size_t count;                            /* 0: no frame has them all */
};

/* The first value of field `field` in frame `frame`, or NULL. */
static const struct dissect_value *find_value(const struct dissect_values *values, unsigned frame,
                                              unsigned field) {
    for (size_t i = 0; i < values->count; i++)
        if (values->values[i].frame == frame && values->values[i].field == field)
            return &values->values[i];
    return NULL;
}

/* Takes the values out of this frame. Whether it has one for each field. */
static bool take_frame(struct right *right, const struct dissect_values *values, unsigned frame) {
    for (size_t i = 0; i < right->fields.count; i++) {
        const struct dissect_value *value = find_value(values, frame, (unsigned)i);
        if (value == NULL)
            return false;
        right->values[i] = value->text;
        if (strcmp(right->fields.words[i], "frame.number") != 0)
            continue;
        /* Captures may have been joined for tshark: the text counts through all of them. */
        snprintf(right->numbers[i], sizeof right->numbers[i], "%u", frame);
        right->values[i] = right->numbers[i];
    }
    right->count = right->fields.count;
    return true;
}

/* 0, or -1 without memory. */
static int find_right(const struct lab_question *question, const struct dissect_values *values,
                      struct right *right) {
    *right = (struct right){0};
    if (text_words(question->field, &right->fields, NULL) < 0)
        return -1;
    if (right->fields.count > ANSWER_VALUES_LIMIT)
        return 0;
    for (size_t i = 0; i < values->count; i++)
        if (take_frame(right, values, values->values[i].frame))
            break;
    return 0;
}

/* What the verdict says beside the outcome. */
struct words {
    struct buf expected, got, right;
    bool points_out; /* the filter that leads to the frame is shown */
};

static void join_values(const struct right *right, struct buf *line) {
    for (size_t i = 0; i < right->count; i++)
        buf_printf(line, "%s%s", i == 0 ? "" : ", ", right->values[i]);
}

static void describe_wrong(const struct right *right, const char *answer, struct words *words) {
    char kinds[60];
    answer_describe(right->values, right->count, kinds, sizeof kinds);
    buf_printf(&words->expected, "%s: ", kinds);
    for (size_t i = 0; i < right->fields.count; i++)
        buf_printf(&words->expected, "%s%s", i == 0 ? "" : " and ", right->fields.words[i]);
    buf_printf(&words->expected, " of the first frame that the filter below shows");
    text_printable(answer, strlen(answer), &words->got, NULL);
    words->points_out = true;
}

/* Why an answer cannot be looked at; NULL when it can. `spare` has room for it. */
static const char *find_obstacle(const struct lab *lab, const struct question_case *given,
                                 const char *answer, struct failure *spare) {
    const char *problem = given->answers->problem.text;
    bool answered = answer != NULL && *answer != '\0';
    if (!answered && *problem == '\0')
        failure_set(spare, "not answered yet: %s", given->answer_file);
    else if (!answered)
        return problem;
    else if (given->capture == NULL)
        return given->why.text;
    else if (given->foreign)
        failure_set(spare,
                    "this capture is not yours: it does not hold your nonce word. "
                    "./kit capture %d makes one that does",
                    lab_number(lab));
    else
        return NULL;
    return spare->text;
}

/* Whether the answer is right; if not, `words` say why. */
static bool decide(const struct lab *lab, size_t number, const struct question_case *given,
                   const struct right *right, struct words *words) {
    const char *answer = given->answers->list[number];
    struct failure spare;
    const char *obstacle = find_obstacle(lab, given, answer, &spare);
    if (obstacle != NULL) {
        buf_printf(&words->got, "%s", obstacle);
        return false;
    }
    if (answer_is_right(answer, right->values, right->count))
        return true;
    if (right->count > 0) {
        describe_wrong(right, answer, words);
        return false;
    }
    buf_printf(&words->expected, "a frame that the filter below shows");
    buf_printf(&words->got,
               "none: your capture does not hold this part of the dialogue. Record "
               "another one: ./kit %s %d",
               given->recorder, lab_number(lab));
    words->points_out = true;
    return false;
}

static int add_verdict(const struct lab *lab, size_t number, const struct question_case *given,
                       bool held, const struct words *words, struct fields *verdict) {
    const struct lab_question *question = &lab->questions[number];
    int added = fields_add(verdict, "number", "%d", lab_number(lab)) |
                fields_add(verdict, "check", LAB_QUESTION_PREFIX "%s", question->name) |
                fields_add(verdict, "says", "%s", question->text) |
                fields_add(verdict, "points", "%lu", question->points) |
                fields_add(verdict, "earned", "%lu", held ? question->points : 0) |
                fields_add(verdict, "outcome", "%s", held ? "held" : "failed");
    if (words->right.length > 0)
        added |= fields_add(verdict, "right", "%s", words->right.bytes);
    if (held)
        return added;
    if (words->expected.length > 0)
        added |= fields_add(verdict, "expected", "%s", words->expected.bytes);
    added |= fields_add(verdict, "got", "%s", words->got.length > 0 ? words->got.bytes : "");
    if (given->capture != NULL)
        added |= fields_add(verdict, "capture", "%s", given->capture_file);
    if (words->points_out)
        added |= fields_add(verdict, "filter", "%s", question->where);
    if (question->hints.count > 0)
        added |= fields_add(verdict, "hint", "%s", question->hints.text[0]);
    return added;
}

int question_judge(const struct lab *lab, size_t number, const struct question_case *given,
                   struct fields *verdict) {
    static const struct dissect_values nothing = {0};
    struct right right;
    struct words words = {0};
    if (find_right(&lab->questions[number],
                   given->capture != NULL ? &given->capture->answers[number] : &nothing,
                   &right) < 0)
        return -1;
    buf_init(&words.expected, WORDS_LIMIT);
    buf_init(&words.got, WORDS_LIMIT);
    buf_init(&words.right, WORDS_LIMIT);
    join_values(&right, &words.right);
    bool held = decide(lab, number, given, &right, &words);
    int added = add_verdict(lab, number, given, held, &words, verdict);
    arguments_free(&right.fields);
    buf_free(&words.expected);
    buf_free(&words.got);
    buf_free(&words.right);
    return added < 0 ? -1 : 0;
}
