#include "compare_json.h"
#include "canon.h"

/* Of a line that is longer only the beginning is given. */
#define FORM_LIMIT (8U * DIALOGUE_LINE_LIMIT)

static const char *side_name(enum comparison_side side) {
    return side == COMPARISON_MINE ? "mine" : "reference";
}

static void add_problems(struct json *json, const struct comparison *comparison) {
    json_open(json, "problems", '[');
    for (size_t i = 0; i < comparison->problem_count; i++) {
        const struct comparison_problem *problem = &comparison->problems[i];
        json_open(json, NULL, '{');
        json_text(json, "side", side_name(problem->side));
        json_text(json, "rule", problem->rule);
        json_truth(json, "fatal", problem->fatal);
        json_text(json, "sentence", problem->sentence);
        json_text(json, "remedy", problem->remedy);
        json_close(json);
    }
    json_close(json);
}

static void add_differences(struct json *json, const struct comparison *comparison) {
    json_open(json, "differences", '[');
    for (size_t i = 0; i < comparison->difference_count; i++) {
        const struct comparison_difference *difference = &comparison->differences[i];
        json_open(json, NULL, '{');
        json_text(json, "class", comparison_class_name(difference->class));
        json_text(json, "rule", difference->rule);
        json_text(json, "sentence", difference->sentence);
        json_text(json, "clause", difference->clause);
        json_number(json, "pair", (long long)difference->pair);
        json_number(json, "row", (long long)difference->row);
        json_number(json, "rows", (long long)difference->rows);
        json_number(json, "frame", difference->frame[COMPARISON_MINE]);
        json_number(json, "reference_frame", difference->frame[COMPARISON_REFERENCE]);
        if (difference->has_byte)
            json_number(json, "at", (long long)difference->at);
        else
            json_text(json, "at", NULL);
        json_close(json);
    }
    json_close(json);
}

static void add_two(struct json *json, const char *name, unsigned long long mine,
                    unsigned long long reference) {
    json_open(json, name, '[');
    json_number(json, NULL, (long long)mine);
    json_number(json, NULL, (long long)reference);
    json_close(json);
}

static void add_cost(struct json *json, const struct comparison_cost *cost) {
    if (!cost->present) {
        json_text(json, "cost", NULL);
        return;
    }
    json_open(json, "cost", '{');
    json_text(json, "encrypted", side_name(cost->encrypted));
    add_two(json, "octets", cost->octets[0], cost->octets[1]);
    add_two(json, "packets", cost->packets[0], cost->packets[1]);
    add_two(json, "round_trips", cost->round_trips[0], cost->round_trips[1]);
    json_number(json, "hidden", (long long)cost->hidden);
    json_close(json);
}

static void add_step(struct json *json, const char *name, const char *frame_name,
                     const struct dialogue_step *step) {
    struct buf form;

    if (step == NULL) {
        json_text(json, name, NULL);
        json_number(json, frame_name, 0);
        return;
    }
    buf_init(&form, FORM_LIMIT);
    canon_step(step, NULL, &form);
    json_bytes(json, name, form.bytes != NULL ? form.bytes : "", form.length);
    json_number(json, frame_name, step->last_frame);
    buf_free(&form);
}

static void add_pair(struct json *json, const struct comparison_pair *pair) {
    static const char *const streams[] = {"stream", "reference_stream"};

    json_open(json, NULL, '{');
    for (int side = 0; side < 2; side++) {
        if (pair->dialogue[side] != NULL)
            json_number(json, streams[side], pair->dialogue[side]->stream);
        else
            json_text(json, streams[side], NULL);
    }
    json_open(json, "rows", '[');
    for (size_t i = 0; i < pair->row_count; i++) {
        const struct comparison_row *row = &pair->rows[i];
        json_open(json, NULL, '{');
        json_text(json, "class", comparison_class_name(row->class));
        add_step(json, "mine", "frame", row->step[COMPARISON_MINE]);
        add_step(json, "reference", "reference_frame", row->step[COMPARISON_REFERENCE]);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

static void add_first(struct json *json, const struct comparison *comparison) {
    const struct comparison_difference *first = comparison_first_wrong(comparison);

    if (first != NULL)
        json_number(json, "first", first - comparison->differences);
    else
        json_text(json, "first", NULL);
}

void comparison_json(struct json *json, const char *name, const struct comparison *comparison,
                     const char *const names[2]) {
    json_open(json, name, '{');
    json_text(json, "mine", names[COMPARISON_MINE]);
    json_text(json, "reference", names[COMPARISON_REFERENCE]);
    json_text(json, "outcome", comparison_outcome_name(comparison->outcome));
    json_open(json, "counts", '{');
    json_number(json, "alike", (long long)comparison->alike);
    for (int weight = COMPARISON_ENVIRONMENT; weight < COMPARISON_CLASSES; weight++)
        json_number(json, comparison_class_name((enum comparison_class)weight),
                    (long long)comparison->total[weight]);
    json_close(json);
    add_problems(json, comparison);
    add_first(json, comparison);
    add_differences(json, comparison);
    add_cost(json, &comparison->cost);
    json_open(json, "pairs", '[');
    for (size_t i = 0; i < comparison->pair_count; i++)
        add_pair(json, &comparison->pairs[i]);
    json_close(json);
    json_close(json);
}
