#include "dialogue.h"
#include "conversation.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* So many lines of a capture are told apart; what is behind them is given in blocks. It bounds the
   memory that a capture full of line ends can take. */
#define LINE_BUDGET 1000000

static int compare_frames(const void *left, const void *right) {
    const struct dissect_frame *const *one = left, *const *other = right;

    if ((*one)->stream != (*other)->stream)
        return (*one)->stream < (*other)->stream ? -1 : 1;
    return ((*one)->number > (*other)->number) - ((*one)->number < (*other)->number);
}

/* The frames of TCP, stream by stream. */
static const struct dissect_frame **sort_frames(const struct dissect_frame *frames, size_t count,
                                                size_t *sorted_count) {
    const struct dissect_frame **sorted = calloc(count + 1, sizeof(*sorted));

    *sorted_count = 0;
    for (size_t i = 0; sorted != NULL && i < count; i++) {
        if (frames[i].stream >= 0)
            sorted[(*sorted_count)++] = &frames[i];
    }
    if (sorted != NULL)
        qsort(sorted, *sorted_count, sizeof(*sorted), compare_frames);
    return sorted;
}

static size_t count_streams(const struct dissect_frame **sorted, size_t count) {
    size_t streams = 0;

    for (size_t i = 0; i < count; i++)
        streams += i == 0 || sorted[i]->stream != sorted[i - 1]->stream;
    return streams;
}

int dialogues_make(const struct dissect_frame *frames, size_t count, struct dialogues *dialogues,
                   struct failure *why) {
    size_t sorted_count, budget = LINE_BUDGET;
    const struct dissect_frame **sorted = sort_frames(frames, count, &sorted_count);

    *dialogues = (struct dialogues){.start = count > 0 ? frames[0].time : 0};
    if (sorted != NULL)
        dialogues->list = calloc(count_streams(sorted, sorted_count) + 1, sizeof *dialogues->list);
    if (sorted == NULL || dialogues->list == NULL)
        goto no_memory;
    for (size_t i = 0, next; i < sorted_count; i = next) {
        for (next = i + 1; next < sorted_count && sorted[next]->stream == sorted[i]->stream;)
            next++;
        struct conversation conversation = {
            .frames = sorted + i,
            .count = next - i,
            .all = frames,
            .start = dialogues->start,
            .budget = &budget,
        };
        if (conversation_read(&conversation, &dialogues->list[dialogues->count++]) < 0)
            goto no_memory;
    }
    free(sorted);
    return 0;

no_memory:
    free(sorted);
    dialogues_free(dialogues);
    return failure_system(why, ENOMEM, "the capture's conversations");
}

void dialogues_free(struct dialogues *dialogues) {
    for (size_t i = 0; i < dialogues->count; i++) {
        struct dialogue *dialogue = &dialogues->list[i];
        free(dialogue->steps);
        for (int side = 0; side < 2; side++) {
            free(dialogue->side[side].memory);
            free(dialogue->side[side].spans);
        }
    }
    free(dialogues->list);
    *dialogues = (struct dialogues){.list = NULL};
}

unsigned dialogue_frame_of(const struct dialogue *dialogue, enum dialogue_side side,
                           size_t offset) {
    const struct dialogue_bytes *bytes = &dialogue->side[side];
    const struct dialogue_span *span =
        span_at(bytes->spans, bytes->span_count, bytes->length, offset);

    return span == NULL ? 0 : span->frame;
}

const char *dialogue_handshake_name(int type, char spare[20]) {
    static const struct {
        int type;
        const char *name;
    } names[] = {
        /* RFC 8446 §4, RFC 5246 §7.4 */
        {0, "HelloRequest"},     {1, "ClientHello"},        {2, "ServerHello"},
        {4, "NewSessionTicket"}, {5, "EndOfEarlyData"},     {8, "EncryptedExtensions"},
        {11, "Certificate"},     {12, "ServerKeyExchange"}, {13, "CertificateRequest"},
        {14, "ServerHelloDone"}, {15, "CertificateVerify"}, {16, "ClientKeyExchange"},
        {20, "Finished"},        {22, "CertificateStatus"}, {24, "KeyUpdate"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].type == type)
            return names[i].name;
    }
    snprintf(spare, 20, "message %d", type);
    return spare;
}
