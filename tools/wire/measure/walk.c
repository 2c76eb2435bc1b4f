#include "walk.h"
#include "conversation.h"
#include <string.h>

/* RFC 8446 §5.1 */
#define RECORD_HEADER      5
/* Handshake messages: RFC 8446 §4.6.1, §4.4.4 */
#define NEW_SESSION_TICKET 4
#define FINISHED           20

/* Clocks go back, or a capture lies: no time is less than none. */
static int64_t since(int64_t earlier, int64_t later) {
    return later > earlier ? later - earlier : 0;
}

/* Where the frame's payload begins in its side's stream. Sequence numbers wrap; what is meant is
   the offset nearest to where the stream was last. */
static int64_t offset_of(struct walker *walker, const struct dissect_frame *frame) {
    bool syn = frame_has(frame, TCP_SYN, 0);
    uint32_t sequence = frame->sequence + (syn ? 1 : 0);

    if (!walker->started || (syn && !walker->has_syn)) {
        walker->base = sequence;
        walker->started = true;
        walker->has_syn = syn;
    }
    int64_t distance = (int32_t)(sequence - (walker->base + (uint32_t)walker->furthest));
    int64_t offset = walker->furthest + distance;
    return walker->has_syn && offset < 0 ? 0 : offset; /* what probes for life comes before 0 */
}

static void count_packet(struct measure_side *side, const struct dissect_frame *frame) {
    side->packets++;
    side->octets += frame->length;
    side->payload += frame->payload_length;
    if (frame->payload_length == 0 && frame_has(frame, TCP_ACK, TCP_SYN | TCP_FIN | TCP_RST))
        side->acknowledgments++;
}

/* How much of the frame's payload is new; *offset is where it begins. What stands behind RST is for
   people (RFC 9293 §3.5.3). */
static uint64_t take_payload(struct walk *walk, const struct dissect_frame *frame,
                             enum dialogue_side who, int64_t *offset) {
    struct walker *walker = &walk->side[who];
    struct measure_side *side = &walk->measure->side[who];

    if (frame_has(frame, TCP_RST, 0))
        return 0;
    *offset = offset_of(walker, frame);
    int64_t end = *offset + frame->payload_length;
    uint64_t fresh = coverage_add(&walker->seen, *offset, end);
    if (end > walker->furthest)
        walker->furthest = end;
    side->repeated += frame->payload_length > 0 && fresh == 0;
    side->repeated_octets += frame->payload_length - fresh;
    return fresh;
}

/* The length of record `i` that ends in this frame, its header included. */
static unsigned record_length(const struct dissect_frame *frame, size_t i) {
    const unsigned char *lengths = frame->record_lengths.bytes;

    if (2 * i + 1 >= frame->record_lengths.length)
        return 0;
    return RECORD_HEADER + ((unsigned)lengths[2 * i] << 8 | lengths[2 * i + 1]);
}

static bool holds(const struct dissect_bytes *types, int type) {
    return types->length > 0 && memchr(types->bytes, type, types->length) != NULL;
}

static void count_records(struct walk *walk, const struct dissect_frame *frame,
                          enum dialogue_side who) {
    bool shakes_hands = false;

    if (frame->records.length == 0)
        return;
    if (!walk->measure->tls)
        walk->tls_first = frame->time;
    walk->measure->tls = true;
    for (size_t i = 0; i < frame->records.length; i++) {
        int type = frame->records.bytes[i];
        if (type != TLS_HANDSHAKE && type != TLS_CHANGE_CIPHER_SPEC)
            continue;
        shakes_hands = true;
        walk->measure->side[who].handshake += record_length(frame, i);
    }
    if (shakes_hands && !walk->tls_data)
        walk->tls_last = frame->time;
    if (holds(&frame->handshakes, FINISHED))
        walk->tls_finished = frame->time;
    walk->tls_data |= holds(&frame->records, TLS_APPLICATION_DATA);
}

/* Whether it carries words of the dialogue, and not of TLS's handshake. */
static bool is_dialogue(const struct walk *walk, const struct dissect_frame *frame,
                        enum dialogue_side who, int64_t offset) {
    if (offset < (int64_t)walk->dialogue->side[who].clear)
        return true;
    if (walk->side[who].has_keys)
        return frame->application.length > 0;
    /* Behind the clear part of a dialogue without TLS there is nothing but what was not recorded.
     */
    return walk->measure->tls ? holds(&frame->records, TLS_APPLICATION_DATA) : true;
}

static void hear(struct walk *walk, const struct dissect_frame *frame, enum dialogue_side who) {
    bool answers = who == DIALOGUE_SERVER && walk->speaker == DIALOGUE_CLIENT;

    if (answers)
        walk->latencies[walk->latency_count++] = since(walk->said, frame->time);
    walk->speaker = (int)who;
    walk->said = frame->time;
}

static void take_turn(struct walk *walk, enum dialogue_side who) {
    if (who == DIALOGUE_SERVER && walk->turn == DIALOGUE_CLIENT)
        walk->measure->round_trips++;
    walk->turn = (int)who;
}

/* The handshake of TCP, and its times. Whether this frame is a turn in it. */
static bool shake_hands(struct walk *walk, const struct dissect_frame *frame,
                        enum dialogue_side who) {
    bool syn = frame_has(frame, TCP_SYN, 0);

    if (syn) {
        bool again = walk->side[who].has_syn;
        if (who == DIALOGUE_CLIENT && !again)
            walk->syn = frame->time;
        return !again;
    }
    if (who == DIALOGUE_SERVER || walk->connected || !walk->side[DIALOGUE_SERVER].has_syn ||
        !frame_has(frame, TCP_ACK, TCP_RST))
        return false;
    walk->connected = true;
    if (walk->syn != MEASURE_UNKNOWN)
        walk->measure->connect = since(walk->syn, frame->time);
    return true;
}

/* TLS's farewell, close_notify (RFC 8446 §6.1), is like a FIN. */
static bool is_alert(const struct dissect_frame *frame) {
    for (size_t i = 0; i < frame->records.length; i++) {
        if (frame->records.bytes[i] != TLS_ALERT)
            return false;
    }
    return frame->records.length > 0;
}

/* Tickets for a later session, which the client does not wait for (RFC 8446 §4.6.1). */
static bool is_tickets(const struct dissect_frame *frame) {
    for (size_t i = 0; i < frame->handshakes.length; i++) {
        if (frame->handshakes.bytes[i] != NEW_SESSION_TICKET)
            return false;
    }
    return frame->handshakes.length > 0 && frame->application.length == 0;
}

void walk_take(struct walk *walk, const struct dissect_frame *frame) {
    enum dialogue_side who = conversation_side(walk->dialogue, frame);
    bool turn = shake_hands(walk, frame, who);
    int64_t offset = 0;

    if (walk->first == MEASURE_UNKNOWN)
        walk->first = frame->time;
    if (frame->time > walk->last)
        walk->last = frame->time;
    count_packet(&walk->measure->side[who], frame);
    uint64_t fresh = take_payload(walk, frame, who, &offset);
    count_records(walk, frame, who);
    if (turn || (fresh > 0 && !is_alert(frame) && !is_tickets(frame)))
        take_turn(walk, who);
    if (fresh == 0)
        return;
    if (is_dialogue(walk, frame, who, offset))
        hear(walk, frame, who);
    if (who == DIALOGUE_SERVER && walk->measure->first_byte == MEASURE_UNKNOWN &&
        walk->syn != MEASURE_UNKNOWN)
        walk->measure->first_byte = since(walk->syn, frame->time);
}
