#include "receive.h"
#include "data.h"
#include "deliver.h"
#include "header.h"
#include "trace.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CHUNK          8192 /* bytes of the message in hand at a time */
#define RECEIVED_LIMIT 100  /* Received fields; with more it goes in a circle (RFC 5321 §6.3) */
#define ID_SIZE        20

struct reception {
    struct data data;
    struct header header;
    struct deliver *deliver;
    char id[ID_SIZE];
    bool failed; /* the store could not take it */
    bool full;   /* because no room is left */
};

/*
 * The message's name in Received, in the reply and in the log: microseconds since 1970, in
 * hexadecimal, pushed on where two messages arrive in the same one.
 */
static void make_id(char id[ID_SIZE]) {
    static atomic_ullong last;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long long mine =
        (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
    unsigned long long before = atomic_load(&last);
    do {
        if (mine <= before)
            mine = before + 1;
    } while (!atomic_compare_exchange_weak(&last, &before, mine));
    snprintf(id, ID_SIZE, "%llX", mine);
}

/* The store has failed: notes it for the reply, tells the operator. */
static void store_failed(struct session *session, struct reception *reception,
                         const struct failure *why) {
    reception->failed = true;
    reception->full = deliver_store_is_full(session->settings);
    session_log(session, LOG_ERROR, "message %s not stored: %s", reception->id, why->text);
}

/* SMTP, ESMTP, UTF8SMTP and the same with S (RFC 3848, RFC 6531 §4.3). */
static const char *protocol(const struct session *session) {
    bool tls = stream_is_tls(session->stream);
    if (session->envelope.utf8)
        return tls ? "UTF8SMTPS" : "UTF8SMTP";
    if (session->esmtp)
        return tls ? "ESMTPS" : "ESMTP";
    return "SMTP";
}

static int write_trace(struct session *session, struct reception *reception, struct failure *why) {
    const struct envelope *envelope = &session->envelope;
    char sender[ADDRESS_TEXT_SIZE];
    char recipient[ADDRESS_TEXT_SIZE];
    address_format(&envelope->sender, sender);
    address_format(&envelope->written, recipient);
    struct trace trace = {
        .sender = sender,
        .name = session->name,
        .address = stream_peer(session->stream)->host,
        .hostname = session->settings->hostname,
        .protocol = protocol(session),
        .id = reception->id,
        .recipient = envelope->accepted == 1 ? recipient : NULL,
        .time = time(NULL),
    };
    struct buf text;
    buf_init(&text, CHUNK);
    int status = trace_write(&trace, &text);
    if (status < 0)
        failure_set(why, "no memory for its Received field");
    else
        status = deliver_write(reception->deliver, text.bytes, text.length, why);
    buf_free(&text);
    return status;
}

/* Begins the message in the store. Answers 45x and returns -1 when that cannot be. */
static int begin(struct session *session, struct reception *reception) {
    const struct envelope *envelope = &session->envelope;
    struct failure why;
    data_begin(&reception->data);
    header_begin(&reception->header);
    make_id(reception->id);
    reception->deliver =
        deliver_begin(session->settings, envelope->recipients, envelope->count, &why);
    if (reception->deliver != NULL && write_trace(session, reception, &why) == 0)
        return 0;
    store_failed(session, reception, &why);
    deliver_end(reception->deliver);
    return -1;
}

/* Whether nothing that still comes can change that the message is refused. */
static bool is_lost(const struct session *session, const struct reception *reception) {
    return reception->failed || reception->data.bare ||
           reception->data.size > session->settings->message_size ||
           reception->header.received > RECEIVED_LIMIT;
}

/* Takes some bytes from the peer. Returns how many belonged to the message. */
static size_t take(struct session *session, struct reception *reception, const char *bytes,
                   size_t count) {
    char text[CHUNK];
    char kept[CHUNK + HEADER_HELD];
    size_t length;
    struct failure why;
    size_t taken = data_take(&reception->data, bytes, count < CHUNK ? count : CHUNK, text, &length);
    if (is_lost(session, reception))
        return taken;
    length = header_take(&reception->header, text, length, kept);
    if (deliver_write(reception->deliver, kept, length, &why) < 0)
        store_failed(session, reception, &why);
    return taken;
}

/* Reads to the end of the message. false: the session is over before it. */
static bool take_all(struct session *session, struct reception *reception) {
    while (reception->data.state != DATA_END) {
        const char *bytes;
        size_t count;
        session_wait(session);
        enum stream_result result = stream_look(session->stream, &bytes, &count);
        if (result != STREAM_OK) {
            session_lost(session, result);
            return false;
        }
        stream_consume(session->stream, take(session, reception, bytes, count));
    }
    return true;
}

static void refuse_for_storage(struct session *session, const struct reception *reception) {
    if (reception->full)
        session_reply(session, "452 4.3.1", "The store is full; try again later");
    else
        session_reply(session, "451 4.3.0", "The message cannot be stored; try again later");
}

/* The reply behind the final dot. */
static void conclude(struct session *session, struct reception *reception) {
    const struct settings *settings = session->settings;
    const struct envelope *envelope = &session->envelope;
    struct failure why;
    if (!is_lost(session, reception) && deliver_finish(reception->deliver, &why) < 0)
        store_failed(session, reception, &why);

    if (reception->data.bare)
        session_reply(session, "550 5.6.11", "Bare CR or LF in the message: lines end in CR LF");
    else if (reception->data.size > settings->message_size)
        session_reply(session, "552 5.3.4", "Message too large: the limit is %llu octets",
                      settings->message_size);
    else if (reception->header.received > RECEIVED_LIMIT)
        session_reply(session, "554 5.4.6", "More than %d Received fields: it goes in a circle",
                      RECEIVED_LIMIT);
    else if (reception->failed)
        refuse_for_storage(session, reception);
    else {
        char sender[ADDRESS_TEXT_SIZE];
        address_format(&envelope->sender, sender);
        session->messages++;
        session_log(session, LOG_INFO, "message id=%s from=<%s> recipients=%zu size=%llu",
                    reception->id, sender, envelope->count, reception->data.size);
        session_reply(session, "250 2.0.0", "Stored as %s", reception->id);
    }
}

void receive_data(struct session *session, const char *argument) {
    struct reception reception = {.failed = false};
    if (*argument != '\0') {
        session_reply(session, "501 5.5.4", "DATA takes no argument");
        return;
    }
    if (session->envelope.count == 0) {
        session_reply(session, "554 5.5.1", "No valid recipients");
        return;
    }
    if (begin(session, &reception) < 0) {
        refuse_for_storage(session, &reception);
        return;
    }
    session_reply(session, "354", "Send the message; a dot on a line of its own ends it");
    if (session->over == NULL && take_all(session, &reception))
        conclude(session, &reception);
    deliver_end(reception.deliver);
    session_reset(session);
}
