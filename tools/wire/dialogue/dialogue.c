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

enum dialogue_keys dialogue_keys(const struct dialogue *dialogue) {
    size_t readable = 0, hidden = 0;

    for (size_t i = 0; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->kind != DIALOGUE_TLS)
            readable += step->encrypted;
        else
            hidden += step->tls == TLS_APPLICATION_DATA;
    }
    if (hidden > 0)
        return readable > 0 ? DIALOGUE_SOME_KEYS : DIALOGUE_LACKS_KEYS;
    return readable > 0 ? DIALOGUE_HAS_KEYS : DIALOGUE_NEEDS_NONE;
}

struct name {
    int type;
    const char *name;
};

/* The name of a type in a table that ends without a name, or NULL. */
static const char *find_name(const struct name *names, int type) {
    while (names->name != NULL && names->type != type)
        names++;
    return names->name;
}

static const struct name handshake_names[] = {
    /* RFC 8446 §4, RFC 5246 §7.4 */
    {0, "HelloRequest"},        {1, "ClientHello"},
    {2, "ServerHello"},         {4, "NewSessionTicket"},
    {5, "EndOfEarlyData"},      {8, "EncryptedExtensions"},
    {11, "Certificate"},        {12, "ServerKeyExchange"},
    {13, "CertificateRequest"}, {14, "ServerHelloDone"},
    {15, "CertificateVerify"},  {16, "ClientKeyExchange"},
    {20, "Finished"},           {22, "CertificateStatus"},
    {24, "KeyUpdate"},          {0, NULL},
};

static const struct name alert_names[] = {
    /* RFC 8446 §6, RFC 5246 §7.2 */
    {0, "close_notify"},
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {22, "record_overflow"},
    {40, "handshake_failure"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {100, "no_renegotiation"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {115, "unknown_psk_identity"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
    {0, NULL},
};

static const char *name_handshake(int type, char spare[DIALOGUE_NAME_SIZE]) {
    const char *name = find_name(handshake_names, type);

    if (type < 0)
        return "handshake, encrypted";
    snprintf(spare, DIALOGUE_NAME_SIZE, "message %d", type);
    return name != NULL ? name : spare;
}

static const char *name_alert(int description, char spare[DIALOGUE_NAME_SIZE]) {
    const char *name = find_name(alert_names, description);

    if (description < 0)
        return "alert";
    if (name != NULL)
        snprintf(spare, DIALOGUE_NAME_SIZE, "alert %s", name);
    else
        snprintf(spare, DIALOGUE_NAME_SIZE, "alert %d", description);
    return spare;
}

const char *dialogue_tls_name(const struct dialogue_step *step, char spare[DIALOGUE_NAME_SIZE]) {
    switch (step->tls) {
    case TLS_CHANGE_CIPHER_SPEC:
        return "ChangeCipherSpec";
    case TLS_ALERT:
        return name_alert(step->alert, spare);
    case TLS_APPLICATION_DATA:
        return "data";
    default:
        return name_handshake(step->handshake, spare);
    }
}
