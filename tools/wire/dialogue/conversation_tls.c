/* The part of a conversation that TLS speaks itself. */
#include "conversation.h"
#include <string.h>

/* RFC 8446 §5.1: type, version 3.x, length. */
#define RECORD_HEADER 5

/* The handshake message after which a server's are encrypted in TLS 1.3 (RFC 8446 §2). */
#define ENCRYPTED_EXTENSIONS 8

/* One side on its way through the frames. */
struct progress {
    bool started;      /* a record was seen */
    bool encrypted;    /* its records are encrypted from here on */
    bool keys;         /* what it sends can be decrypted */
    size_t unfinished; /* octets of a record that ends in a later frame */
};

struct telling {
    const struct conversation *conversation;
    struct dialogue *dialogue;
    struct progress progress[2];
    /* Encrypted data without keys: all that one side sends before the other does is one step. */
    struct dialogue_step run;
    bool in_run;
};

static bool has_tls(const struct conversation *conversation) {
    for (size_t i = 0; i < conversation->count; i++) {
        if (conversation->frames[i]->records.length > 0)
            return true;
    }
    return false;
}

/* What a TLS conversation may begin with: a handshake record, or an alert that refuses it. */
static bool is_first_record(const unsigned char *bytes, size_t length) {
    if (length < RECORD_HEADER || bytes[1] != 3 || bytes[2] > 4)
        return false;
    return bytes[0] == TLS_HANDSHAKE || (bytes[0] == TLS_ALERT && bytes[3] == 0 && bytes[4] == 2);
}

size_t tls_start(const struct conversation *conversation, const struct assembly *assembly) {
    size_t line = 0;

    if (!has_tls(conversation))
        return assembly->length;
    while (line < assembly->length) {
        const unsigned char *bytes = assembly->bytes + line;
        size_t left = assembly->length - line;
        if (is_first_record(bytes, left))
            return line;
        const unsigned char *newline = memchr(bytes, '\n', left);
        if (newline == NULL)
            break;
        line += (size_t)(newline - bytes) + 1;
    }
    return assembly->length;
}

static int end_run(struct telling *telling) {
    if (!telling->in_run)
        return 0;
    telling->in_run = false;
    return conversation_add(telling->conversation, telling->dialogue, &telling->run);
}

static int add_data(struct telling *telling, const struct dissect_frame *frame, size_t length) {
    enum dialogue_side side = conversation_side(telling->dialogue, frame);

    if (telling->run.side != side && end_run(telling) < 0)
        return -1;
    if (!telling->in_run) {
        telling->in_run = true;
        telling->run = (struct dialogue_step){
            .kind = DIALOGUE_TLS,
            .side = side,
            .ending = DIALOGUE_NONE,
            .first_frame = frame->number,
            .encrypted = true,
            .tls = TLS_APPLICATION_DATA,
            .handshake = -1,
        };
    }
    telling->run.last_frame = frame->number;
    telling->run.length += length;
    return 0;
}

/* A handshake message, a ChangeCipherSpec, an alert. `what` is the type of the first, the
   description of the last; -1: it is not known. */
static int add_message(struct telling *telling, const struct dissect_frame *frame, int tls,
                       int what) {
    int handshake = tls == TLS_HANDSHAKE ? what : -1;
    enum dialogue_side side = conversation_side(telling->dialogue, frame);
    struct progress *progress = &telling->progress[side];

    if (handshake == ENCRYPTED_EXTENSIONS)
        telling->progress[0].encrypted = telling->progress[1].encrypted = true;
    struct dialogue_step step = {
        .kind = DIALOGUE_TLS,
        .side = side,
        .ending = DIALOGUE_NONE,
        .first_frame = frame->number,
        .last_frame = frame->number,
        .encrypted = progress->encrypted && tls != TLS_CHANGE_CIPHER_SPEC,
        .tls = tls,
        .handshake = handshake,
        .alert = tls == TLS_ALERT ? what : -1,
    };
    if (tls == TLS_CHANGE_CIPHER_SPEC)
        progress->encrypted = true;
    return conversation_add(telling->conversation, telling->dialogue, &step);
}

static size_t count_type(const struct dissect_bytes *types, int type) {
    size_t count = 0;

    for (size_t i = 0; i < types->length; i++)
        count += types->bytes[i] == type;
    return count;
}

/*
 * The handshake messages of one record. A record may hold several and tshark does not say which are
 * whose; the last handshake record of a frame takes all that are left. *next is the first of them.
 */
static int add_handshakes(struct telling *telling, const struct dissect_frame *frame, bool last,
                          size_t *next) {
    size_t end = last ? frame->handshakes.length : *next + 1;

    if (*next >= frame->handshakes.length) /* encrypted, or it ends in a later frame */
        return add_message(telling, frame, TLS_HANDSHAKE, -1);
    for (; *next < end; (*next)++) {
        if (add_message(telling, frame, TLS_HANDSHAKE, frame->handshakes.bytes[*next]) < 0)
            return -1;
    }
    return 0;
}

static int add_records(struct telling *telling, const struct dissect_frame *frame) {
    struct progress *progress = &telling->progress[conversation_side(telling->dialogue, frame)];
    size_t handshakes = count_type(&frame->records, TLS_HANDSHAKE), next = 0;
    size_t alerts = count_type(&frame->records, TLS_ALERT), alert = 0;
    bool readable = frame->alerts.length == alerts; /* else nobody knows which are which */
    bool data_told = progress->keys;                /* then its lines are steps of their own */

    for (size_t i = 0; i < frame->records.length; i++) {
        int type = frame->records.bytes[i], status = 0;
        if (type == TLS_HANDSHAKE) {
            handshakes--;
            status = add_handshakes(telling, frame, handshakes == 0, &next);
        } else if (type == TLS_ALERT) {
            status =
                add_message(telling, frame, type, readable ? frame->alerts.bytes[alert++] : -1);
        } else if (type != TLS_APPLICATION_DATA) {
            status = add_message(telling, frame, type, -1);
        } else if (!data_told) {
            status = add_data(telling, frame, progress->unfinished + frame->payload.length);
            data_told = true;
        }
        if (status < 0)
            return -1;
    }
    return 0;
}

int tls_steps(const struct conversation *conversation, struct dialogue *dialogue) {
    struct telling telling = {.conversation = conversation, .dialogue = dialogue};

    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        telling.progress[conversation_side(dialogue, frame)].keys |= frame->application.length > 0;
    }
    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        struct progress *side = &telling.progress[conversation_side(dialogue, frame)];
        side->started |= frame->records.length > 0;
        if (!side->started || frame->payload.length == 0)
            continue;
        if (frame->records.length == 0) {
            side->unfinished += frame->payload.length;
            continue;
        }
        if (add_records(&telling, frame) < 0)
            return -1;
        side->unfinished = 0;
    }
    return end_run(&telling);
}
