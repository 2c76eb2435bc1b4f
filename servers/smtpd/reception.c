#include "reception.h"
#include "data.h"
#include "date.h"
#include "deliver.h"
#include "header.h"
#include "report.h"
#include "trace.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK           8192 /* bytes of the message in hand at a time */
#define RECEIVED_LIMIT  100  /* Received fields; with more it goes in a circle (RFC 5321 §6.3) */
#define ID_SIZE         20
#define PROTOCOL_SIZE   16
#define DATE_SIZE       64
#define MESSAGE_ID_SIZE (HEADER_ADDED - DATE_SIZE)

struct reception {
    struct data data;
    struct header header;
    struct deliver *deliver;
    char id[ID_SIZE];
    char date[DATE_SIZE]; /* fields to add to what is submitted without them */
    char message_id[MESSAGE_ID_SIZE];
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
    visit_log(&session->visit, LOG_ERROR, "message %s not stored: %s", reception->id, why->text);
}

/* SMTP, ESMTP or UTF8SMTP, and how the client came (RFC 3848, RFC 6531 §4.3). HELO knows neither
   TLS nor AUTH. */
static void write_protocol(const struct session *session, char protocol[PROTOCOL_SIZE]) {
    if (session->esmtp || session->envelope.utf8)
        snprintf(protocol, PROTOCOL_SIZE, "%s%s%s", session->envelope.utf8 ? "UTF8SMTP" : "ESMTP",
                 stream_is_tls(session->visit.stream) ? "S" : "",
                 session->account != NULL ? "A" : "");
    else
        snprintf(protocol, PROTOCOL_SIZE, "SMTP");
}

static int write_trace(struct session *session, struct reception *reception, struct failure *why) {
    const struct envelope *envelope = &session->envelope;
    char sender[ADDRESS_TEXT_SIZE];
    char recipient[ADDRESS_TEXT_SIZE];
    address_format(&envelope->sender, sender);
    address_format(&envelope->written, recipient);
    char with[PROTOCOL_SIZE];
    write_protocol(session, with);
    struct trace trace = {
        .sender = sender,
        .name = session->name,
        .address = stream_peer(session->visit.stream)->host,
        .hostname = session->settings->site.hostname,
        .protocol = with,
        .tls = stream_tls_description(session->visit.stream),
        .id = reception->id,
        .recipient = envelope->accepted == 1 ? recipient : NULL,
        .original = envelope->accepted == 1 ? envelope->wishes[0].original : NULL,
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

/* "Date: …" and "Message-ID: …", for a message that is submitted without (RFC 6409 §8.2, §8.3). */
static int write_missing(const struct session *session, struct reception *reception) {
    struct buf date;
    buf_init(&date, DATE_SIZE);
    int status = date_append(&date, time(NULL), false);
    if (status == 0)
        snprintf(reception->date, DATE_SIZE, "Date: %s\n", date.bytes);
    buf_free(&date);
    snprintf(reception->message_id, MESSAGE_ID_SIZE, "Message-ID: <%s@%s>\n", reception->id,
             session->settings->site.hostname);
    return status;
}

static int begin(struct session *session, struct reception *reception, struct failure *why) {
    const struct envelope *envelope = &session->envelope;
    make_id(reception->id);
    if (session->account == NULL)
        header_begin(&reception->header, NULL, NULL);
    else if (write_missing(session, reception) == 0)
        header_begin(&reception->header, reception->date, reception->message_id);
    else
        return failure_set(why, "no memory for its Date field");
    reception->deliver =
        deliver_begin(session->settings, envelope->recipients, envelope->count, why);
    return reception->deliver == NULL ? -1 : write_trace(session, reception, why);
}

bool reception_is_lost(const struct session *session, const struct reception *reception) {
    return reception->failed || reception->data.bare ||
           reception->data.size > session->settings->message_size ||
           reception->header.received > RECEIVED_LIMIT;
}

static void keep(struct session *session, struct reception *reception, const char *bytes,
                 size_t count) {
    struct failure why;
    if (deliver_write(reception->deliver, bytes, count, &why) < 0)
        store_failed(session, reception, &why);
}

size_t reception_take(struct session *session, struct reception *reception, const char *bytes,
                      size_t count) {
    char text[CHUNK];
    char kept[CHUNK + HEADER_HELD + HEADER_ADDED];
    size_t taken = 0;
    while (taken < count && !reception_is_whole(reception)) {
        size_t some = count - taken < CHUNK ? count - taken : CHUNK, length;
        taken += data_take(&reception->data, bytes + taken, some, text, &length);
        if (reception_is_lost(session, reception))
            continue;
        length = header_take(&reception->header, text, length, kept);
        keep(session, reception, kept, length);
    }
    return taken;
}

bool reception_is_whole(const struct reception *reception) {
    return reception->data.state == DATA_END;
}

unsigned long long reception_size(const struct reception *reception) {
    return reception->data.size;
}

/* What is still to be written behind the message's last byte, and then the store's part. */
static void finish(struct session *session, struct reception *reception) {
    char text[HEADER_HELD + HEADER_ADDED + 1];
    struct failure why;
    if (reception->data.chunked && data_end_chunks(&reception->data))
        keep(session, reception, text, header_take(&reception->header, "\n", 1, text));
    if (!reception_is_lost(session, reception))
        keep(session, reception, text, header_end(&reception->header, text));
    if (!reception_is_lost(session, reception) && deliver_finish(reception->deliver, &why) < 0)
        store_failed(session, reception, &why);
}

static void refuse_for_storage(struct session *session, const struct reception *reception) {
    if (reception->full)
        session_reply(session, "452 4.3.1", "The store is full; try again later");
    else
        session_reply(session, "451 4.3.0", "The message cannot be stored; try again later");
}

/* What the sender asked to be told, for the log. */
static void log_wishes(const struct session *session, const struct reception *reception) {
    static const char *const contents[] = {"-", "FULL", "HDRS"};
    const struct envelope *envelope = &session->envelope;
    if (*envelope->id != '\0' || envelope->content != NOTIFY_RETURN_UNSAID)
        visit_log(&session->visit, LOG_INFO, "message id=%s envid=\"%s\" ret=%s", reception->id,
                  envelope->id, contents[envelope->content]);
    for (size_t i = 0; i < envelope->count; i++) {
        const struct envelope_wish *wish = &envelope->wishes[i];
        char when[32];
        if (wish->notify != NOTIFY_UNSAID || wish->original != NULL)
            visit_log(&session->visit, LOG_INFO, "message id=%s to=<%s> notify=%s orcpt=\"%s\"",
                      reception->id, envelope->recipients[i]->address,
                      notify_words(wish->notify, when),
                      wish->original == NULL ? "" : wish->original);
    }
}

static void confirm(struct session *session, const struct reception *reception) {
    char sender[ADDRESS_TEXT_SIZE];
    address_format(&session->envelope.sender, sender);
    session->messages++;
    visit_log(&session->visit, LOG_INFO, "message id=%s from=<%s> recipients=%zu size=%llu",
              reception->id, sender, session->envelope.count, reception->data.size);
    log_wishes(session, reception);
    report_success(session, reception->id);
    session_reply(session, "250 2.0.0", "Stored as %s", reception->id);
}

void reception_conclude(struct session *session, struct reception *reception) {
    const struct settings *settings = session->settings;
    if (!reception_is_lost(session, reception))
        finish(session, reception);
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
    else
        confirm(session, reception);
}

struct reception *reception_begin(struct session *session, bool chunked) {
    struct failure why;
    struct reception *reception = calloc(1, sizeof *reception);
    if (reception == NULL) {
        session_reply(session, "451 4.3.0", "No memory for a message; try again later");
        return NULL;
    }
    if (chunked)
        data_begin_chunks(&reception->data);
    else
        data_begin(&reception->data);
    if (begin(session, reception, &why) == 0)
        return reception;
    store_failed(session, reception, &why);
    refuse_for_storage(session, reception);
    reception_end(reception);
    return NULL;
}

void reception_end(struct reception *reception) {
    if (reception == NULL)
        return;
    deliver_end(reception->deliver);
    free(reception);
}
