#include "conversation.h"
#include "flow.h"
#include "framing.h"
#include <stdlib.h>
#include <string.h>

/* What is taken from a conversation, in this order. */
struct reading {
    const struct conversation *conversation;
    struct dialogue *dialogue;
    struct flow flow[2]; /* by enum dialogue_side */
    size_t tls[2];       /* where encryption starts in the assembled bytes */
};

bool frame_has(const struct dissect_frame *frame, unsigned wanted, unsigned unwanted) {
    return (frame->flags & wanted) == wanted && (frame->flags & unwanted) == 0;
}

/* The first frame with these flags, or NULL. */
static const struct dissect_frame *find_frame(const struct conversation *conversation,
                                              unsigned wanted, unsigned unwanted) {
    for (size_t i = 0; i < conversation->count; i++) {
        if (frame_has(conversation->frames[i], wanted, unwanted))
            return conversation->frames[i];
    }
    return NULL;
}

enum dialogue_side conversation_side(const struct dialogue *dialogue,
                                     const struct dissect_frame *frame) {
    bool client = frame->source_port == dialogue->port[DIALOGUE_CLIENT] &&
                  strcmp(frame->source, dialogue->host[DIALOGUE_CLIENT]) == 0;

    return client ? DIALOGUE_CLIENT : DIALOGUE_SERVER;
}

/* Who is the client: the sender of the SYN, the receiver of the SYN ACK, or the higher port. */
static void find_ends(const struct conversation *conversation, struct dialogue *dialogue) {
    const struct dissect_frame *first = conversation->frames[0];
    const struct dissect_frame *syn = find_frame(conversation, TCP_SYN, TCP_ACK);
    const struct dissect_frame *answer = find_frame(conversation, TCP_SYN | TCP_ACK, 0);
    bool by_source = true; /* whether `known` was sent by the client */
    const struct dissect_frame *known = first;

    if (syn != NULL) {
        known = syn;
    } else if (answer != NULL) {
        known = answer;
        by_source = false;
    } else {
        by_source = first->source_port >= first->destination_port;
    }
    int source = by_source ? DIALOGUE_CLIENT : DIALOGUE_SERVER;
    dialogue->stream = first->stream;
    dialogue->late = syn == NULL;
    dialogue->host[source] = known->source;
    dialogue->port[source] = known->source_port;
    dialogue->host[1 - source] = known->destination;
    dialogue->port[1 - source] = known->destination_port;
}

/* What the flows say about the conversation as a whole. */
static void take_flows(struct reading *reading) {
    for (int side = 0; side < 2; side++) {
        const struct assembly *assembly = &reading->flow[side].assembly;
        reading->dialogue->side[side].sent = assembly->length;
        reading->dialogue->gaps |= assembly->gap_count > 0;
        reading->dialogue->unclear |= assembly->unclear;
        reading->tls[side] = tls_start(reading->conversation, assembly);
    }
}

/* The frame carries decrypted bytes of this side, behind the start of TLS. */
static bool is_decrypted(const struct reading *reading, const struct dissect_frame *frame,
                         int side) {
    return frame->application.length > 0 &&
           reading->tls[side] < reading->flow[side].assembly.length &&
           (int)conversation_side(reading->dialogue, frame) == side;
}

/* Adds what keys could decrypt behind the bytes in clear. There is room. */
static void add_decrypted(struct reading *reading, int side) {
    struct dialogue_bytes *bytes = &reading->dialogue->side[side];

    for (size_t i = 0; i < reading->conversation->count; i++) {
        const struct dissect_frame *frame = reading->conversation->frames[i];
        if (!is_decrypted(reading, frame, side))
            continue;
        bytes->spans[bytes->span_count++] =
            (struct dialogue_span){bytes->length, frame->number, frame->number};
        memcpy(bytes->memory + bytes->length, frame->application.bytes, frame->application.length);
        bytes->length += frame->application.length;
    }
}

/* The bytes of one side that can be read. */
static int compose(struct reading *reading, int side) {
    const struct assembly *assembly = &reading->flow[side].assembly;
    struct dialogue_bytes *bytes = &reading->dialogue->side[side];
    size_t clear = reading->tls[side], room = clear, spans = assembly->span_count;

    for (size_t i = 0; i < reading->conversation->count; i++) {
        const struct dissect_frame *frame = reading->conversation->frames[i];
        if (is_decrypted(reading, frame, side)) {
            room += frame->application.length;
            spans++;
        }
    }
    bytes->memory = malloc(room + 1);
    bytes->spans = calloc(spans + 1, sizeof *bytes->spans);
    if (bytes->memory == NULL || bytes->spans == NULL)
        return -1;
    memcpy(bytes->memory, assembly->bytes, clear);
    for (size_t i = 0; i < assembly->span_count && assembly->spans[i].offset < clear; i++)
        bytes->spans[bytes->span_count++] = assembly->spans[i];
    bytes->bytes = bytes->memory;
    bytes->length = bytes->clear = clear;
    add_decrypted(reading, side);
    return 0;
}

int conversation_add(const struct conversation *conversation, struct dialogue *dialogue,
                     const struct dialogue_step *step) {
    if (dialogue->step_count == dialogue->step_capacity) {
        size_t capacity = dialogue->step_capacity > 0 ? 2 * dialogue->step_capacity : 64;
        void *steps = reallocarray(dialogue->steps, capacity, sizeof *dialogue->steps);
        if (steps == NULL)
            return -1;
        dialogue->steps = steps;
        dialogue->step_capacity = capacity;
    }
    struct dialogue_step *added = &dialogue->steps[dialogue->step_count++];
    *added = *step;
    added->time = conversation->all[step->last_frame - 1].time - conversation->start;
    added->order = dialogue->step_count;
    return 0;
}

static int take_step(void *context, const struct dialogue_step *step) {
    struct reading *reading = context;

    return conversation_add(reading->conversation, reading->dialogue, step);
}

static int read_bytes(struct reading *reading) {
    struct dialogue *dialogue = reading->dialogue;
    struct framing framing = {
        .greeted = dialogue->late,
        .budget = reading->conversation->budget,
        .take = take_step,
        .context = reading,
    };

    for (int side = 0; side < 2; side++) {
        if (compose(reading, side) < 0)
            return -1;
        const struct dialogue_bytes *bytes = &dialogue->side[side];
        const struct assembly *assembly = &reading->flow[side].assembly;
        size_t gaps = 0;
        while (gaps < assembly->gap_count && assembly->gaps[gaps].offset <= bytes->clear)
            gaps++;
        framing.side[side] = (struct framing_side){
            bytes->bytes,      bytes->length,  bytes->clear, bytes->spans,
            bytes->span_count, assembly->gaps, gaps,
        };
    }
    dialogue->protocol = protocol_find(dialogue);
    framing.manner = protocol_manner_of(dialogue);
    return framing_run(&framing);
}

/* The handshake, or what came instead. */
static int add_connect(struct reading *reading) {
    const struct conversation *conversation = reading->conversation;
    const struct dissect_frame *syn = find_frame(conversation, TCP_SYN, TCP_ACK);
    const struct dissect_frame *answer = find_frame(conversation, TCP_SYN | TCP_ACK, 0);
    const struct dissect_frame *reset = find_frame(conversation, TCP_RST, 0);
    struct dialogue_step step = {.side = DIALOGUE_CLIENT, .ending = DIALOGUE_NONE, .handshake = -1};

    if (syn == NULL)
        return 0;
    step.first_frame = step.last_frame = syn->number;
    if (answer != NULL) {
        step.kind = DIALOGUE_CONNECT;
        step.last_frame = answer->number;
        for (size_t i = 0; i < conversation->count; i++) {
            const struct dissect_frame *frame = conversation->frames[i];
            if (frame->number > answer->number && frame_has(frame, TCP_ACK, TCP_SYN | TCP_RST) &&
                conversation_side(reading->dialogue, frame) == DIALOGUE_CLIENT) {
                step.last_frame = frame->number;
                break;
            }
        }
    } else if (reset != NULL) {
        step.kind = DIALOGUE_REFUSED;
        step.side = DIALOGUE_SERVER;
        step.last_frame = reset->number;
    } else {
        step.kind = DIALOGUE_NO_ANSWER;
    }
    return conversation_add(conversation, reading->dialogue, &step);
}

/* The first FIN, or RST, of each side. */
static int add_ends(struct reading *reading, unsigned flag, enum dialogue_kind kind) {
    const struct conversation *conversation = reading->conversation;
    bool seen[2] = {false, false};

    for (size_t i = 0; i < conversation->count; i++) {
        const struct dissect_frame *frame = conversation->frames[i];
        enum dialogue_side side = conversation_side(reading->dialogue, frame);
        struct dialogue_step step = {
            .kind = kind,
            .side = side,
            .ending = DIALOGUE_NONE,
            .first_frame = frame->number,
            .last_frame = frame->number,
            .offset = reading->dialogue->side[side].length,
            .handshake = -1,
        };
        if (!frame_has(frame, flag, 0) || seen[side])
            continue;
        seen[side] = true;
        if (conversation_add(conversation, reading->dialogue, &step) < 0)
            return -1;
    }
    return 0;
}

/* Of what came in the same frame: TLS's handshake is before what it protects, its alerts behind. */
static int rank(const struct dialogue_step *step) {
    switch (step->kind) {
    case DIALOGUE_CONNECT:
    case DIALOGUE_REFUSED:
    case DIALOGUE_NO_ANSWER:
        return 0;
    case DIALOGUE_TLS:
        return step->tls == TLS_ALERT ? 3 : 1;
    case DIALOGUE_CLOSE:
        return 4;
    case DIALOGUE_RESET:
        return 5;
    default:
        return 2;
    }
}

static int compare_steps(const void *left, const void *right) {
    const struct dialogue_step *one = left, *other = right;

    if (one->last_frame != other->last_frame)
        return one->last_frame < other->last_frame ? -1 : 1;
    if (rank(one) != rank(other))
        return rank(one) - rank(other);
    return (one->order > other->order) - (one->order < other->order);
}

int conversation_read(const struct conversation *conversation, struct dialogue *dialogue) {
    struct reading reading = {.conversation = conversation, .dialogue = dialogue};
    int status = -1;

    find_ends(conversation, dialogue);
    if (flows_read(conversation, dialogue, reading.flow) < 0)
        goto out;
    take_flows(&reading);
    if (add_connect(&reading) < 0 || read_bytes(&reading) < 0 ||
        tls_steps(conversation, dialogue) < 0 || add_ends(&reading, TCP_FIN, DIALOGUE_CLOSE) < 0)
        goto out;
    /* A refusal is an RST already told. */
    if (find_frame(conversation, TCP_SYN | TCP_ACK, 0) != NULL || dialogue->late) {
        if (add_ends(&reading, TCP_RST, DIALOGUE_RESET) < 0)
            goto out;
    }
    if (dialogue->step_count > 0)
        qsort(dialogue->steps, dialogue->step_count, sizeof *dialogue->steps, compare_steps);
    status = 0;
out:
    flows_free(reading.flow);
    return status;
}
