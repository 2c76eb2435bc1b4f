/* Judges the recordings, before anything in them is judged: a bad recording must not read as bad
   code. Each judgement is a row of the table at the end. */
#include "comparing.h"
#include "wording.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char how_to_record[] =
    "record again, and start the recording before the program and end it after: ./kit capture N "
    "does that for lab N, `wire record -o FILE -- COMMAND` for any command";

void add_problem(struct comparing *comparing, const struct comparison_problem *problem,
                 const char *remedy, const char *format, ...) {
    struct comparison *comparison = comparing->comparison;
    void *list = reallocarray(comparison->problems, comparison->problem_count + 1,
                              sizeof *comparison->problems);
    struct comparison_problem added = *problem;
    va_list arguments;

    if (list == NULL) {
        comparing->failed = true;
        return;
    }
    comparison->problems = list;
    va_start(arguments, format);
    if (vasprintf(&added.sentence, format, arguments) < 0)
        added.sentence = NULL;
    va_end(arguments);
    if (remedy != NULL && added.side == COMPARISON_REFERENCE)
        remedy = "the references come with the kit: get this file anew";
    added.remedy = remedy != NULL ? strdup(remedy) : NULL;
    comparing->failed |= added.sentence == NULL || (remedy != NULL && added.remedy == NULL);
    comparison->problems[comparison->problem_count++] = added;
}

/* The conversations of this side that have a partner; calls `judge` for each until one is true. */
typedef bool judge_dialogue(struct comparing *comparing, enum comparison_side side,
                            const struct dialogue *dialogue);

static void each_paired(struct comparing *comparing, enum comparison_side side,
                        judge_dialogue *judge) {
    const struct comparison *comparison = comparing->comparison;

    for (size_t i = 0; i < comparison->pair_count; i++) {
        const struct comparison_pair *pair = &comparison->pairs[i];
        if (pair->dialogue[0] != NULL && pair->dialogue[1] != NULL &&
            judge(comparing, side, pair->dialogue[side]))
            return;
    }
}

static const char *name_of(const struct comparing *comparing, enum comparison_side side) {
    return comparing->capture[side]->name;
}

static bool is_late(struct comparing *comparing, enum comparison_side side,
                    const struct dialogue *dialogue) {
    if (!dialogue->late)
        return false;
    struct buf words;
    buf_init(&words, 1000);
    if (dialogue->step_count > 0)
        wording_step(&dialogue->steps[0], &words);
    add_problem(comparing,
                &(struct comparison_problem){.side = side, .rule = "late", .fatal = true},
                how_to_record,
                "%s begins in the middle of the conversation: the connect is missing, and the "
                "first that was recorded is %s.",
                name_of(comparing, side), words.length > 0 ? words.bytes : "an empty segment");
    buf_free(&words);
    return true;
}

static size_t count_cut(const struct dissect_capture *capture) {
    size_t cut = 0;

    for (size_t i = 0; i < capture->frame_count; i++)
        cut += capture->frames[i].cut ? 1 : 0;
    return cut;
}

static bool has_gaps(struct comparing *comparing, enum comparison_side side,
                     const struct dialogue *dialogue) {
    struct comparison_problem problem = {.side = side, .rule = "gaps", .fatal = true};
    size_t missing = 0;
    unsigned frame = 0;

    for (size_t i = 0; i < dialogue->step_count; i++) {
        if (dialogue->steps[i].kind != DIALOGUE_GAP)
            continue;
        missing += dialogue->steps[i].length;
        frame = frame == 0 ? dialogue->steps[i].last_frame : frame;
    }
    if (!dialogue->gaps && missing == 0)
        return false;
    size_t cut = count_cut(comparing->capture[side]->capture);
    if (cut > 0)
        add_problem(comparing, &problem,
                    "record whole packets: tcpdump -s 0; in Wireshark no \"Limit each packet to\"",
                    "%s holds only the beginning of %zu packets: %zu octets of the conversation "
                    "are missing, the first of them before frame %u.",
                    name_of(comparing, side), cut, missing, frame);
    else
        add_problem(comparing, &problem,
                    "record again, with nothing else running; the capture program lost packets "
                    "(\"dropped by kernel\"). ./kit capture N loses none",
                    "%s has a hole: %zu octets of the conversation were not recorded, the first "
                    "of them before frame %u.",
                    name_of(comparing, side), missing, frame);
    return true;
}

static bool lacks_keys(struct comparing *comparing, enum comparison_side side,
                       const struct dialogue *dialogue) {
    static const char remedy[] =
        "set SSLKEYLOGFILE=keys.log for the program or the server, and put the keys in: wire "
        "record --keys keys.log …, or editcap --inject-secrets tls,keys.log FILE NEW-FILE";
    enum dialogue_keys keys = dialogue_keys(dialogue);

    if (keys == DIALOGUE_NEEDS_NONE || keys == DIALOGUE_HAS_KEYS)
        return false;
    if (keys == DIALOGUE_LACKS_KEYS)
        add_problem(comparing,
                    &(struct comparison_problem){.side = side, .rule = "no-keys", .fatal = true},
                    remedy,
                    "%s is encrypted (TLS), and its keys are not in the file: nobody can read "
                    "what was said.",
                    name_of(comparing, side));
    else
        add_problem(comparing,
                    &(struct comparison_problem){.side = side, .rule = "some-keys", .fatal = true},
                    remedy,
                    "%s is encrypted (TLS), and the keys in the file open only a part of it.",
                    name_of(comparing, side));
    return true;
}

bool recording_lost_tail(const struct dialogue *dialogue) {
    for (size_t i = 0; i < dialogue->step_count; i++) {
        enum dialogue_kind kind = dialogue->steps[i].kind;
        if (kind == DIALOGUE_CLOSE || kind == DIALOGUE_RESET || kind == DIALOGUE_REFUSED ||
            kind == DIALOGUE_NO_ANSWER)
            return false;
    }
    return true;
}

/* Whether it is fatal shows when all that is there was compared: compare.c. */
static bool lost_its_tail(struct comparing *comparing, enum comparison_side side,
                          const struct dialogue *dialogue) {
    const struct comparison_capture *capture = comparing->capture[side];
    struct buf words;

    if (!recording_lost_tail(dialogue) || dialogue->late || capture->capture->damage != NULL)
        return false;
    buf_init(&words, 1000);
    if (dialogue->step_count > 0)
        wording_step(&dialogue->steps[dialogue->step_count - 1], &words);
    add_problem(
        comparing, &(struct comparison_problem){.side = side, .rule = "lost-tail"},
        "let the program end before the recording does: a capture program that is stopped at once "
        "loses the last packets; ./kit capture N waits for them. If your program hangs there, that "
        "is the thing to look at",
        "%s ends before the conversation does: the last that was recorded is %s, and nobody has "
        "closed the connection yet.",
        capture->name, words.length > 0 ? words.bytes : "an empty segment");
    buf_free(&words);
    return true;
}

static void find_damage(struct comparing *comparing, enum comparison_side side) {
    const struct comparison_capture *capture = comparing->capture[side];

    if (capture->capture->damage == NULL)
        return;
    add_problem(comparing, &(struct comparison_problem){.side = side, .rule = "truncated"},
                "copy the file again, or record again and stop the capture program with Ctrl-C, "
                "so that it can write its file to the end",
                "%s breaks off: %s.", capture->name, capture->capture->damage);
}

void judge_recordings(struct comparing *comparing) {
    for (int i = 0; i < 2; i++) {
        enum comparison_side side = (enum comparison_side)i;
        judge_empty(comparing, side);
        find_damage(comparing, side);
        judge_other(comparing, side);
        each_paired(comparing, side, is_late);
        each_paired(comparing, side, has_gaps);
        each_paired(comparing, side, lacks_keys);
        each_paired(comparing, side, lost_its_tail);
        judge_port(comparing, side);
        judge_foreign(comparing, side);
    }
}
