#include "reference.h"
#include "canon.h"
#include "dialogue.h"
#include "dissect.h"
#include "files.h"
#include "run.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_LIMIT = 16 << 20
};

/* Performs one run; the path of its capture is in `capture`. */
static int record_run(const struct reference_setup *setup, size_t number, char capture[PATH_MAX],
                      struct failure *why) {
    const struct run_setup run = {
        .lab = setup->lab, .programs = setup->programs, .directory = setup->directory};
    bool *wanted = calloc(setup->lab->run_count, sizeof *wanted);
    if (wanted == NULL)
        return failure_set(why, "not enough memory");
    wanted[number] = true;
    int result = files_make_directory(setup->directory, why);
    if (result == 0)
        result = run_all(&run, wanted, why);
    free(wanted);
    struct run_result ended;
    const char *name = setup->lab->runs[number].name;
    if (result < 0 || run_result_read(setup->directory, name, &ended, why) < 0)
        return -1;
    char words[200];
    run_result_describe(&ended, words, sizeof words);
    if (ended.ending != RUN_ENDED || ended.status != 0)
        return failure_set(why, "the program %s: no reference can be made of that", words);
    if (setup->lab->server != NULL && ended.keyboard[0] != '\0')
        return failure_set(why, "%s: no reference can be made of that", ended.keyboard);
    return files_path(capture, why, "%s/%s/capture.pcapng", setup->directory, name);
}

/* The canonical text of each of `count` captures, by one run of tshark. */
static int write_canonical(const char *const *captures, size_t count, struct buf *texts,
                           struct failure *why) {
    struct dissect_plan plan = {.captures = captures, .capture_count = count};
    struct dissection *dissection = dissect_run(&plan, why);
    int result = dissection == NULL ? -1 : 0;
    for (size_t i = 0; result == 0 && i < count; i++) {
        const struct dissect_capture *capture = &dissection->captures[i];
        struct dialogues dialogues;
        if (capture->damage != NULL)
            result = failure_set(why, "%s: %s", captures[i], capture->damage);
        else
            result = dialogues_make(capture->frames, capture->frame_count, &dialogues, why);
        if (result < 0)
            break;
        if (canon_dialogues(&dialogues, &texts[i]) < 0)
            result = failure_set(why, "%s: not enough memory", captures[i]);
        dialogues_free(&dialogues);
    }
    dissection_free(dissection);
    return result;
}

static int reference_path(const struct reference_setup *setup, size_t number, const char *kind,
                          char path[PATH_MAX], struct failure *why) {
    return number == 0 ? files_path(path, why, "%s/%s.%s", setup->captures, setup->lab->name, kind)
                       : files_path(path, why, "%s/%s-%s.%s", setup->captures, setup->lab->name,
                                    setup->lab->runs[number].name, kind);
}

/* The main run, and those that questions are about. */
static bool has_reference(const struct lab *lab, size_t number) {
    bool asked = number == 0;
    for (size_t i = 0; i < lab->question_count; i++)
        asked |= lab->questions[i].run == number;
    return asked;
}

typedef int for_run(const struct reference_setup *setup, size_t number, struct failure *why);

static int for_each_run(const struct reference_setup *setup, for_run *what, struct failure *why) {
    int result = 0;
    for (size_t i = 0; result == 0 && i < setup->lab->run_count; i++)
        if (has_reference(setup->lab, i))
            result = what(setup, i, why);
    return result;
}

static int copy(const char *from, const char *to, struct failure *why) {
    struct buf bytes;
    buf_init(&bytes, DISSECT_BYTE_LIMIT);
    int result = files_read(from, &bytes, why);
    if (result == 0)
        result = files_write(to, bytes.bytes, bytes.length, why);
    buf_free(&bytes);
    return result;
}

static int make(const struct reference_setup *setup, size_t number, struct failure *why) {
    char capture[PATH_MAX], reference[PATH_MAX], text_path[PATH_MAX];
    if (record_run(setup, number, capture, why) < 0 ||
        reference_path(setup, number, "pcapng", reference, why) < 0 ||
        reference_path(setup, number, "txt", text_path, why) < 0)
        return -1;
    struct buf text;
    const char *captures[] = {capture};
    buf_init(&text, TEXT_LIMIT);
    int result = write_canonical(captures, 1, &text, why);
    if (result == 0)
        result = files_write(text_path, text.bytes, text.length, why);
    if (result == 0)
        result = copy(capture, reference, why);
    buf_free(&text);
    return result;
}

/* Both end in NUL (buf.h), or are empty. */
static int compare(const char *name, const struct buf *one, const char *other_name,
                   const struct buf *other, struct failure *why) {
    const char *left = one->length == 0 ? "" : one->bytes;
    const char *right = other->length == 0 ? "" : other->bytes;
    for (unsigned line = 1; *left != '\0' || *right != '\0'; line++) {
        size_t left_length = strcspn(left, "\n"), right_length = strcspn(right, "\n");
        if (left_length != right_length || memcmp(left, right, left_length) != 0)
            return failure_set(why, "line %u differs: %s has \"%.*s\", %s has \"%.*s\"", line, name,
                               (int)(left_length < 80 ? left_length : 80), left, other_name,
                               (int)(right_length < 80 ? right_length : 80), right);
        left += left_length + (left[left_length] == '\n' ? 1 : 0);
        right += right_length + (right[right_length] == '\n' ? 1 : 0);
    }
    return 0;
}

static int verify(const struct reference_setup *setup, size_t number, struct failure *why) {
    char capture[PATH_MAX], reference[PATH_MAX], text_path[PATH_MAX];
    if (reference_path(setup, number, "pcapng", reference, why) < 0 ||
        reference_path(setup, number, "txt", text_path, why) < 0 ||
        record_run(setup, number, capture, why) < 0)
        return -1;
    struct buf committed, texts[2];
    const char *captures[] = {capture, reference};
    buf_init(&committed, TEXT_LIMIT);
    buf_init(&texts[0], TEXT_LIMIT);
    buf_init(&texts[1], TEXT_LIMIT);
    int result = files_read(text_path, &committed, why);
    if (result == 0)
        result = write_canonical(captures, 2, texts, why);
    if (result == 0)
        result = compare("the new recording", &texts[0], text_path, &committed, why);
    if (result == 0)
        result = compare(reference, &texts[1], text_path, &committed, why);
    buf_free(&committed);
    buf_free(&texts[0]);
    buf_free(&texts[1]);
    return result;
}

int reference_make(const struct reference_setup *setup, struct failure *why) {
    return for_each_run(setup, make, why);
}

int reference_verify(const struct reference_setup *setup, struct failure *why) {
    return for_each_run(setup, verify, why);
}
