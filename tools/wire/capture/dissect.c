#include "dissect.h"
#include "buf.h"
#include "dissect_answer.h"
#include "dissect_join.h"
#include "tshark.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLAN_LIMIT (16 << 20)

struct dissect_memory {
    struct answer *answers; /* one for each run of tshark; all that is given out lies in them */
    size_t answer_count;
};

/* What tap.lua reads. */
static int write_plan(const struct dissect_plan *plan, struct buf *out, struct failure *why) {
    int status = 0;

    for (size_t i = 0; status == 0 && i < plan->filter_count; i++)
        status = buf_printf(out, "filter %zu\n%s\n", strlen(plan->filters[i]), plan->filters[i]);
    for (size_t i = 0; status == 0 && i < plan->question_count; i++) {
        const struct dissect_question *question = &plan->questions[i];
        status = buf_printf(out, "question %zu %zu\n%s%s\n", strlen(question->fields),
                            strlen(question->where), question->fields, question->where);
    }
    if (status < 0)
        return failure_set(why, "too many filters for one run of tshark");
    return 0;
}

/* One run of tshark. `name` is what the failure is about. 0 with `answer` (maybe not complete: then
   the capture is damaged), or -1; answer_free in both cases. */
static int ask(int capture, const char *name, const struct dissect_plan *plan,
               struct answer *answer, struct failure *why) {
    struct tshark_run run = {.output = NULL};
    struct buf text;

    buf_init(&text, PLAN_LIMIT);
    int status = write_plan(plan, &text, why);
    if (status == 0)
        status = tshark_read(capture, text.bytes, text.length, DISSECT_FRAME_LIMIT + 1, &run, why);
    buf_free(&text);
    if (status == 0)
        status = answer_read(answer, &run, plan, why);
    tshark_end(&run);
    if (status < 0)
        return -1;
    if (answer->run.status > 128)
        return failure_set(why, "%s: %s", name, answer->run.words);
    if (answer->frames.count > DISSECT_FRAME_LIMIT)
        return failure_set(why, "%s: more than %d frames are too many to take apart", name,
                           DISSECT_FRAME_LIMIT);
    /* It may have read a part, unless there was nothing to be had at all. */
    if (!answer->complete || (answer->run.status != 0 && answer->frames.count == 0))
        return failure_set(why, "%s: %s", name,
                           answer->run.words[0] != '\0' ? answer->run.words
                                                        : "tshark's answer breaks off");
    return 0;
}

/* Gives out the items of a list of unsigned, or of struct dissect_value, that are about the frames
   up to number `last`, which began behind frame `before`. Their numbers become those of the capture
   alone. */
static struct dissect_matches give_matches(struct answer_list *list, unsigned before,
                                           unsigned last) {
    unsigned *frames = (unsigned *)list->items + list->given;
    size_t count = 0;

    for (; list->given < list->count && frames[count] <= last; list->given++)
        frames[count++] -= before;
    return (struct dissect_matches){frames, count};
}

static struct dissect_values give_values(struct answer_list *list, unsigned before, unsigned last) {
    struct dissect_value *values = (struct dissect_value *)list->items + list->given;
    size_t count = 0;

    for (; list->given < list->count && values[count].frame <= last; list->given++)
        values[count++].frame -= before;
    return (struct dissect_values){values, count};
}

/*
 * Gives the next `count` frames of an answer to `capture`. `streams` is the number of connections
 * in the captures before. -1: no memory. 1: one of those goes on here: tshark took two for one.
 */
static int give(struct answer *answer, size_t count, int streams, struct dissect_capture *capture,
                struct failure *why) {
    unsigned before = (unsigned)answer->frames.given;
    unsigned last = before + (unsigned)count;

    capture->frames = (struct dissect_frame *)answer->frames.items + before;
    capture->frame_count = count;
    for (size_t i = 0; i < count; i++) {
        struct dissect_frame *frame = &capture->frames[i];
        frame->number -= before;
        if (frame->stream >= 0 && frame->stream < streams)
            return 1;
        if (frame->stream >= 0)
            frame->stream -= streams;
    }
    answer->frames.given += count;
    capture->matches = calloc(answer->filter_count + 1, sizeof *capture->matches);
    capture->answers = calloc(answer->question_count + 1, sizeof *capture->answers);
    if (capture->matches == NULL || capture->answers == NULL)
        return failure_system(why, errno, "no memory for what tshark found");
    for (size_t i = 0; i < answer->filter_count; i++)
        capture->matches[i] = give_matches(&answer->matches[i], before, last);
    for (size_t i = 0; i < answer->question_count; i++)
        capture->answers[i] = give_values(&answer->values[i], before, last);
    return 0;
}

/* How many connections a capture has: tshark numbers them in the order of their first frames. */
static int count_streams(const struct dissect_capture *capture) {
    int streams = 0;

    for (size_t i = 0; i < capture->frame_count; i++) {
        if (capture->frames[i].stream >= streams)
            streams = capture->frames[i].stream + 1;
    }
    return streams;
}

static void forget_captures(struct dissection *dissection) {
    for (size_t i = 0; i < dissection->capture_count; i++) {
        free(dissection->captures[i].matches);
        free(dissection->captures[i].answers);
        dissection->captures[i] = (struct dissect_capture){.frames = NULL};
    }
}

/* All captures in one run. 0, -1, or 1: they must be taken one by one. */
static int ask_joined(struct dissection *dissection, const struct dissect_plan *plan,
                      const struct capture_file *files, struct failure *why) {
    struct answer *answer = &dissection->memory->answers[0];
    size_t frames = 0;
    int streams = 0, status = 0;
    int joined = captures_join(files, plan->capture_count, why);

    if (joined < 0)
        return -1;
    for (size_t i = 0; i < plan->capture_count; i++)
        frames += files[i].contents.packets;
    if (ask(joined, "the captures", plan, answer, why) < 0 || answer->run.status != 0 ||
        answer->frames.count != frames)
        status = 1; /* one by one it will turn out which of them is to blame */
    close(joined);
    for (size_t i = 0; status == 0 && i < plan->capture_count; i++) {
        status = give(answer, files[i].contents.packets, streams, &dissection->captures[i], why);
        streams += count_streams(&dissection->captures[i]);
    }
    if (status != 0) {
        forget_captures(dissection);
        answer_free(answer);
    }
    return status;
}

static int ask_one_by_one(struct dissection *dissection, const struct dissect_plan *plan,
                          const struct capture_file *files, struct failure *why) {
    for (size_t i = 0; i < plan->capture_count; i++) {
        struct answer *answer = &dissection->memory->answers[i];
        struct dissect_capture *capture = &dissection->captures[i];
        if (ask(files[i].file, files[i].path, plan, answer, why) < 0 ||
            give(answer, answer->frames.count, 0, capture, why) < 0)
            return -1;
        if (answer->run.status != 0)
            capture->damage = answer->run.words;
    }
    return 0;
}

/* Without a capture: for what tshark says about filters and questions. */
static int ask_nothing(struct dissection *dissection, const struct dissect_plan *plan,
                       struct failure *why) {
    int nothing = capture_of_nothing(why);

    if (nothing < 0)
        return -1;
    int status = ask(nothing, "a capture of nothing", plan, &dissection->memory->answers[0], why);
    close(nothing);
    return status;
}

/* Whether a filter or the name of a field is about the capture as a whole, and would mean something
   else once captures are joined. (What tcp.analysis says of one connection stays as it was; only
   that a port is used again can be new.) */
static bool is_about_the_whole(const char *text) {
    static const char *const words[] = {"frame.", "tcp.stream", "tcp.analysis.flags",
                                        "tcp.analysis.reused_ports", "_ws."};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(text, words[i]) != NULL)
            return true;
    }
    return false;
}

/* The number of a frame is told apart with the rest: struct dissect_value has it. */
static bool fields_are_about_the_whole(const char *fields) {
    static const char number[] = "frame.number";
    const char *rest = fields;

    while (*(rest += strspn(rest, " ")) != '\0') {
        size_t length = strcspn(rest, " ");
        char field[100];
        if (length >= sizeof field)
            return true;
        memcpy(field, rest, length);
        field[length] = '\0';
        if (strcmp(field, number) != 0 && is_about_the_whole(field))
            return true;
        rest += length;
    }
    return false;
}

static bool can_be_joined(const struct dissect_plan *plan, const struct capture_file *files) {
    size_t frames = 0;

    if (plan->capture_count < 2)
        return false;
    for (size_t i = 0; i < plan->capture_count; i++) {
        frames += files[i].contents.packets;
        if (!files[i].whole)
            return false;
    }
    for (size_t i = 0; i < plan->filter_count; i++) {
        if (is_about_the_whole(plan->filters[i]))
            return false;
    }
    for (size_t i = 0; i < plan->question_count; i++) {
        if (fields_are_about_the_whole(plan->questions[i].fields) ||
            is_about_the_whole(plan->questions[i].where))
            return false;
    }
    return frames <= DISSECT_FRAME_LIMIT;
}

static int ask_for_all(struct dissection *dissection, const struct dissect_plan *plan,
                       struct capture_file *files, struct failure *why) {
    for (size_t i = 0; i < plan->capture_count; i++) {
        if (capture_open(&files[i], plan->captures[i], why) < 0)
            return -1;
    }
    if (plan->capture_count == 0)
        return ask_nothing(dissection, plan, why);
    if (can_be_joined(plan, files)) {
        int status = ask_joined(dissection, plan, files, why);
        if (status <= 0)
            return status;
    }
    return ask_one_by_one(dissection, plan, files, why);
}

/* An empty dissection with room for what the plan asks for. */
static struct dissection *dissection_new(const struct dissect_plan *plan) {
    struct dissection *dissection = calloc(1, sizeof *dissection);
    size_t count = plan->capture_count + 1;

    if (dissection == NULL)
        return NULL;
    dissection->capture_count = plan->capture_count;
    dissection->captures = calloc(count, sizeof *dissection->captures);
    dissection->memory = calloc(1, sizeof *dissection->memory);
    if (dissection->memory != NULL) {
        dissection->memory->answer_count = count;
        dissection->memory->answers = calloc(count, sizeof *dissection->memory->answers);
    }
    if (dissection->captures == NULL || dissection->memory == NULL ||
        dissection->memory->answers == NULL) {
        dissection_free(dissection);
        return NULL;
    }
    return dissection;
}

struct dissection *dissect_run(const struct dissect_plan *plan, struct failure *why) {
    struct dissection *dissection = dissection_new(plan);
    struct capture_file *files = calloc(plan->capture_count + 1, sizeof *files);
    int status = -1;

    for (size_t i = 0; files != NULL && i < plan->capture_count; i++)
        files[i].file = -1;
    if (dissection == NULL || files == NULL)
        failure_system(why, errno, "no memory for tshark");
    else
        status = ask_for_all(dissection, plan, files, why);
    for (size_t i = 0; files != NULL && i < plan->capture_count; i++) {
        if (dissection != NULL)
            dissection->captures[i].bad_keys = files[i].contents.bad_keys;
        if (files[i].file >= 0)
            close(files[i].file);
    }
    free(files);
    if (status < 0) {
        dissection_free(dissection);
        return NULL;
    }
    /* The same in every run of tshark. */
    const struct answer *answer = &dissection->memory->answers[0];
    dissection->filter_errors = answer->filter_errors;
    dissection->question_errors = answer->question_errors;
    dissection->filter_count = plan->filter_count;
    dissection->question_count = plan->question_count;
    return dissection;
}

const char *dissect_complaint(const struct dissect_capture *capture) {
    if (capture->damage != NULL)
        return capture->damage;
    return capture->bad_keys ? "the TLS keys in it cannot be read: they are no lines of a key log"
                             : NULL;
}

void dissection_free(struct dissection *dissection) {
    if (dissection == NULL)
        return;
    if (dissection->captures != NULL)
        forget_captures(dissection);
    for (size_t i = 0; dissection->memory != NULL && i < dissection->memory->answer_count; i++)
        answer_free(&dissection->memory->answers[i]);
    if (dissection->memory != NULL)
        free(dissection->memory->answers);
    free(dissection->memory);
    free(dissection->captures);
    free(dissection);
}
