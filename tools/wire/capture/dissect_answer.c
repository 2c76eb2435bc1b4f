#include "dissect_answer.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is still to be read. Every taking function says false when it finds something else. */
struct cursor {
    char *at;
    char *end;
};

/* A word up to a blank or a newline, which becomes NUL. */
static bool take_word(struct cursor *cursor, const char **word) {
    char *start = cursor->at;

    while (cursor->at < cursor->end && *cursor->at != ' ' && *cursor->at != '\n')
        cursor->at++;
    if (cursor->at == cursor->end || cursor->at == start)
        return false;
    *cursor->at++ = '\0';
    *word = start;
    return true;
}

static bool take_number(struct cursor *cursor, uint64_t largest, uint64_t *number) {
    const char *word;

    *number = 0;
    if (!take_word(cursor, &word))
        return false;
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9' || *number > (UINT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + (uint64_t)(*word - '0');
    }
    return *number <= largest;
}

static bool take_bytes(struct cursor *cursor, size_t count, struct dissect_bytes *bytes) {
    if ((size_t)(cursor->end - cursor->at) < count)
        return false;
    *bytes = (struct dissect_bytes){(const unsigned char *)cursor->at, count};
    cursor->at += count;
    return true;
}

/* The newline behind bytes. It becomes NUL, so that a text ends there. */
static bool take_newline(struct cursor *cursor) {
    if (cursor->at == cursor->end || *cursor->at != '\n')
        return false;
    *cursor->at++ = '\0';
    return true;
}

/* "LENGTH\n" and so many bytes. */
static bool take_text(struct cursor *cursor, const char **text) {
    struct dissect_bytes bytes;
    uint64_t length;

    if (!take_number(cursor, SIZE_MAX, &length) || !take_bytes(cursor, (size_t)length, &bytes) ||
        !take_newline(cursor))
        return false;
    *text = (const char *)bytes.bytes;
    return true;
}

/* Room for one more item of `size` bytes, zeroed. NULL without memory. */
static void *list_add(struct answer_list *list, size_t size) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
        void *items = reallocarray(list->items, capacity, size);
        if (items == NULL)
            return NULL;
        list->items = items;
        list->capacity = capacity;
    }
    void *item = (char *)list->items + list->count * size;
    list->count++;
    memset(item, 0, size);
    return item;
}

/* "NUMBER SECONDS NANOSECONDS": what every frame has. Frames come in order, without a gap. */
static struct dissect_frame *add_frame(struct answer *answer, struct cursor *cursor) {
    uint64_t number, seconds, nanoseconds;

    if (!take_number(cursor, DISSECT_FRAME_LIMIT + 1, &number) ||
        !take_number(cursor, INT64_MAX / 1000000000 - 1, &seconds) ||
        !take_number(cursor, 999999999, &nanoseconds) || number != answer->frames.count + 1)
        return NULL;
    struct dissect_frame *frame = list_add(&answer->frames, sizeof *frame);
    if (frame == NULL)
        return NULL;
    frame->number = (unsigned)number;
    frame->stream = -1;
    frame->time = (int64_t)seconds * 1000000000 + (int64_t)nanoseconds;
    return frame;
}

static bool read_other(struct answer *answer, struct cursor *cursor) {
    return add_frame(answer, cursor) != NULL;
}

static bool read_frame(struct answer *answer, struct cursor *cursor) {
    struct dissect_frame *frame = add_frame(answer, cursor);
    uint64_t stream, source_port, destination_port, flags, sequence, acknowledgment, cut;
    uint64_t length, payload_length, payload, application, records, record_lengths, handshakes,
        alerts;

    if (frame == NULL || !take_number(cursor, INT32_MAX, &stream) ||
        !take_word(cursor, &frame->source) || !take_word(cursor, &frame->destination) ||
        !take_number(cursor, UINT16_MAX, &source_port) ||
        !take_number(cursor, UINT16_MAX, &destination_port) ||
        !take_number(cursor, UINT32_MAX, &flags) || !take_number(cursor, UINT32_MAX, &sequence) ||
        !take_number(cursor, UINT32_MAX, &acknowledgment) || !take_number(cursor, 1, &cut) ||
        !take_number(cursor, UINT32_MAX, &length) ||
        !take_number(cursor, UINT32_MAX, &payload_length) ||
        !take_number(cursor, SIZE_MAX, &payload) || !take_number(cursor, SIZE_MAX, &application) ||
        !take_number(cursor, SIZE_MAX, &records) ||
        !take_number(cursor, SIZE_MAX, &record_lengths) ||
        !take_number(cursor, SIZE_MAX, &handshakes) || !take_number(cursor, SIZE_MAX, &alerts))
        return false;
    frame->stream = (int)stream;
    frame->source_port = (unsigned)source_port;
    frame->destination_port = (unsigned)destination_port;
    frame->flags = (unsigned)flags;
    frame->sequence = (uint32_t)sequence;
    frame->acknowledgment = (uint32_t)acknowledgment;
    frame->cut = cut == 1;
    frame->length = (uint32_t)length;
    frame->payload_length = (uint32_t)payload_length;
    return take_bytes(cursor, (size_t)payload, &frame->payload) &&
           take_bytes(cursor, (size_t)application, &frame->application) &&
           take_bytes(cursor, (size_t)records, &frame->records) &&
           take_bytes(cursor, (size_t)record_lengths, &frame->record_lengths) &&
           take_bytes(cursor, (size_t)handshakes, &frame->handshakes) &&
           take_bytes(cursor, (size_t)alerts, &frame->alerts) && take_newline(cursor);
}

/* An index into an array of `count`. */
static bool take_index(struct cursor *cursor, size_t count, size_t *index) {
    uint64_t number;

    if (count == 0 || !take_number(cursor, count - 1, &number))
        return false;
    *index = (size_t)number;
    return true;
}

static bool read_match(struct answer *answer, struct cursor *cursor) {
    uint64_t number;
    size_t index;

    if (!take_index(cursor, answer->filter_count, &index) ||
        !take_number(cursor, UINT32_MAX, &number))
        return false;
    unsigned *match = list_add(&answer->matches[index], sizeof *match);
    if (match == NULL)
        return false;
    *match = (unsigned)number;
    return true;
}

static bool read_value(struct answer *answer, struct cursor *cursor) {
    uint64_t field, number;
    size_t index;

    if (!take_index(cursor, answer->question_count, &index) ||
        !take_number(cursor, UINT32_MAX, &field) || !take_number(cursor, UINT32_MAX, &number))
        return false;
    struct dissect_value *value = list_add(&answer->values[index], sizeof *value);
    if (value == NULL)
        return false;
    value->field = (unsigned)field;
    value->frame = (unsigned)number;
    return take_text(cursor, &value->text);
}

static bool read_wrong_filter(struct answer *answer, struct cursor *cursor) {
    size_t index;

    return take_index(cursor, answer->filter_count, &index) &&
           take_text(cursor, &answer->filter_errors[index]);
}

static bool read_wrong_question(struct answer *answer, struct cursor *cursor) {
    size_t index;

    return take_index(cursor, answer->question_count, &index) &&
           take_text(cursor, &answer->question_errors[index]);
}

static bool read_end(struct answer *answer, struct cursor *cursor) {
    uint64_t frames;

    if (!take_number(cursor, UINT32_MAX, &frames) || frames != answer->frames.count)
        return false;
    answer->complete = true;
    return true;
}

static const struct {
    const char *word;
    bool (*read)(struct answer *answer, struct cursor *cursor);
} records[] = {
    {"frame", read_frame},
    {"other", read_other},
    {"match", read_match},
    {"value", read_value},
    {"end", read_end},
    {"wrong-filter", read_wrong_filter},
    {"wrong-question", read_wrong_question},
};

static bool read_record(struct answer *answer, struct cursor *cursor) {
    const char *word;

    if (!take_word(cursor, &word))
        return false;
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        if (strcmp(word, records[i].word) == 0)
            return records[i].read(answer, cursor);
    }
    return false;
}

static int allocate(struct answer *answer, const struct dissect_plan *plan, struct failure *why) {
    size_t filters = plan->filter_count + 1, questions = plan->question_count + 1;

    answer->filter_count = plan->filter_count;
    answer->question_count = plan->question_count;
    answer->matches = calloc(filters, sizeof *answer->matches);
    answer->filter_errors = calloc(filters, sizeof *answer->filter_errors);
    answer->values = calloc(questions, sizeof *answer->values);
    answer->question_errors = calloc(questions, sizeof *answer->question_errors);
    if (answer->matches == NULL || answer->filter_errors == NULL || answer->values == NULL ||
        answer->question_errors == NULL)
        return failure_system(why, errno, "no memory for what tshark found");
    return 0;
}

int answer_read(struct answer *answer, struct tshark_run *run, const struct dissect_plan *plan,
                struct failure *why) {
    static const char greeting[] = "mailwire\n";

    *answer = (struct answer){.run = *run};
    *run = (struct tshark_run){.output = NULL};
    if (allocate(answer, plan, why) < 0)
        return -1;
    char *output = answer->run.output;
    size_t length = answer->run.length;
    if (length < sizeof greeting - 1 || memcmp(output, greeting, sizeof greeting - 1) != 0)
        return 0; /* tshark stopped before tap.lua began: nothing is here, and not complete */
    struct cursor cursor = {output + sizeof greeting - 1, output + length};
    while (cursor.at < cursor.end && !answer->complete) {
        if (!read_record(answer, &cursor))
            break; /* the answer breaks off here: tshark did */
    }
    return 0;
}

void answer_free(struct answer *answer) {
    for (size_t i = 0; answer->matches != NULL && i < answer->filter_count; i++)
        free(answer->matches[i].items);
    for (size_t i = 0; answer->values != NULL && i < answer->question_count; i++)
        free(answer->values[i].items);
    free(answer->frames.items);
    free(answer->matches);
    free(answer->values);
    free(answer->filter_errors);
    free(answer->question_errors);
    tshark_end(&answer->run);
    *answer = (struct answer){.complete = false};
}
