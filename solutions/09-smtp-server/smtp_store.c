/*
 * Lab 09, finished: a message, from the wire to the disk. The contracts are in
 * shared/smtp_server.h.
 */
#include "log.h"
#include "smtp_server.h"
#include <stdio.h>

#define PIECE 8192 /* bytes of a message in hand at a time */

/* TODO 5: the text of a message. */

static enum smtp_server_place next_place(struct smtp_server_text *text, char byte) {
    bool dot = text->place == SMTP_SERVER_DOT || text->place == SMTP_SERVER_DOT_CR;
    bool after_cr = text->place == SMTP_SERVER_CR || text->place == SMTP_SERVER_DOT_CR;
    if (byte == '\n' && after_cr)
        return dot ? SMTP_SERVER_END : SMTP_SERVER_LINE_START;
    if (byte == '\n' || after_cr)
        text->bare = true;
    if (byte == '\r')
        return text->place == SMTP_SERVER_DOT ? SMTP_SERVER_DOT_CR : SMTP_SERVER_CR;
    if (byte == '.' && text->place == SMTP_SERVER_LINE_START)
        return SMTP_SERVER_DOT;
    return SMTP_SERVER_WITHIN;
}

size_t smtp_server_take(struct smtp_server_text *text, const char *bytes, size_t count, char *into,
                        size_t *length) {
    size_t taken = 0;
    *length = 0;
    while (taken < count && text->place != SMTP_SERVER_END) {
        char byte = bytes[taken++];
        text->place = next_place(text, byte);
        if (text->place == SMTP_SERVER_LINE_START) {
            into[(*length)++] = '\n';
            text->size += 2;
        } else if (text->place == SMTP_SERVER_WITHIN) {
            into[(*length)++] = byte;
            text->size++;
        }
    }
    return taken;
}

/* TODO 6: the store. */

static void make_id(struct smtp_server *server, char id[SMTP_SERVER_ID]) {
    pthread_mutex_lock(&server->lock);
    unsigned long number = ++server->messages;
    pthread_mutex_unlock(&server->lock);
    snprintf(id, SMTP_SERVER_ID, "%lu.%lld", number, (long long)server->started);
}

static struct maildir_delivery *begin_copy(const struct site *site, const struct account *account,
                                           struct failure *why) {
    char path[PATH_MAX];
    return site_mailbox(site, account, path, why) < 0 ? NULL : maildir_begin(path, why);
}

int smtp_server_begin(struct smtp_server_session *session, struct smtp_server_message *message,
                      struct failure *why) {
    *message = (struct smtp_server_message){.copy_count = 0};
    make_id(session->server, message->id);
    for (size_t i = 0; i < session->recipient_count; i++) {
        message->copies[i] = begin_copy(session->server->site, session->recipients[i], why);
        if (message->copies[i] == NULL)
            return -1;
        message->copy_count++;
    }
    struct buf trace;
    buf_init(&trace, PIECE);
    int status = smtp_server_trace(session, message->id, &trace);
    if (status < 0)
        failure_set(why, "no memory for a Received field");
    else
        status = smtp_server_write(message, trace.bytes, trace.length, why);
    buf_free(&trace);
    return status;
}

int smtp_server_write(struct smtp_server_message *message, const char *bytes, size_t count,
                      struct failure *why) {
    for (size_t i = 0; i < message->copy_count; i++)
        if (maildir_write(message->copies[i], bytes, count, why) < 0)
            return -1;
    return 0;
}

static void retract(struct smtp_server_message *message, size_t published) {
    struct failure why;
    for (size_t i = 0; i < published; i++)
        if (maildir_retract(message->copies[i], &why) < 0)
            log_event(LOG_ERROR, "message %s was refused and stays: %s", message->id, why.text);
}

int smtp_server_publish(struct smtp_server_message *message, struct failure *why) {
    for (size_t i = 0; i < message->copy_count; i++)
        if (maildir_sync(message->copies[i], why) < 0)
            return -1;
    for (size_t i = 0; i < message->copy_count; i++) {
        if (maildir_publish(message->copies[i], why) < 0) {
            retract(message, i);
            return -1;
        }
    }
    return 0;
}

void smtp_server_end(struct smtp_server_message *message) {
    for (size_t i = 0; i < message->copy_count; i++)
        maildir_end(message->copies[i]);
    message->copy_count = 0;
}

/* TODO 7: DATA. */

static bool is_lost(const struct smtp_server_session *session,
                    const struct smtp_server_message *message) {
    return message->text.bare || message->text.size > session->server->message_size;
}

/* Reads to the end of the message. `failed`: the store could not take it. False: the session is
   over before the end. */
static bool take_all(struct smtp_server_session *session, struct smtp_server_message *message,
                     bool *failed, struct failure *why) {
    while (message->text.place != SMTP_SERVER_END) {
        char into[PIECE];
        const char *bytes;
        size_t count, length;
        stream_set_deadline(session->stream, deadline_in(session->server->idle_ms));
        enum stream_result result = stream_look(session->stream, &bytes, &count);
        if (result != STREAM_OK) {
            smtp_server_lost(session, result);
            return false;
        }
        count =
            smtp_server_take(&message->text, bytes, count < PIECE ? count : PIECE, into, &length);
        stream_consume(session->stream, count);
        if (!*failed && !is_lost(session, message))
            *failed = smtp_server_write(message, into, length, why) < 0;
    }
    return true;
}

static void refuse_for_store(struct smtp_server_session *session, const char *id,
                             const struct failure *why) {
    log_event(LOG_ERROR, "session=%lu message %s not stored: %s", session->number, id, why->text);
    smtp_server_reply(session, "451 The message cannot be stored; try again later");
}

static void conclude(struct smtp_server_session *session, struct smtp_server_message *message,
                     bool failed, struct failure *why) {
    if (message->text.bare)
        smtp_server_reply(session, "550 Bare CR or LF in the message: lines end in CR LF");
    else if (message->text.size > session->server->message_size)
        smtp_server_reply(session, "552 Too large: the limit is %llu octets",
                          session->server->message_size);
    else if (failed || smtp_server_publish(message, why) < 0)
        refuse_for_store(session, message->id, why);
    else
        smtp_server_reply(session, "250 Stored as %s", message->id);
}

void smtp_server_data(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    struct smtp_server_message message;
    struct failure why;
    bool failed = false;
    if (smtp_server_begin(session, &message, &why) < 0) {
        refuse_for_store(session, message.id, &why);
    } else {
        smtp_server_reply(session, "354 Go on; a dot on a line of its own ends it");
        if (take_all(session, &message, &failed, &why))
            conclude(session, &message, failed, &why);
    }
    smtp_server_end(&message);
    smtp_server_forget(session);
}
