/*
 * Lab 09, finished: the session of an SMTP server. The contracts are in shared/smtp_server.h.
 */
#include "smtp_server.h"
#include "log.h"
#include <stdio.h>
#include <string.h>

#define FAREWELL_MS 2000
#define PIECE       8192 /* bytes of a message in hand at a time */

/* A read brought no bytes: the session is over, and who may still be there is told. */
static void part(struct smtp_server_session *session, enum stream_result result) {
    session->over = true;
    if (result != STREAM_TIMEOUT && result != STREAM_INTERRUPTED)
        return;
    stream_set_deadline(session->stream, deadline_in(FAREWELL_MS));
    smtp_server_reply(session, "421 %s %s, closing", session->server->site->hostname,
                      result == STREAM_TIMEOUT ? "Nothing heard for too long" : "The server stops");
    stream_flush(session->stream);
}

/* Forgets the message under way. */
static void reset(struct smtp_server_session *session) {
    session->recipient_count = 0;
    if (session->state != SMTP_SERVER_NEW)
        session->state = SMTP_SERVER_GREETED;
}

/* TODO 1: the session. */

static bool has_control(const struct buf *line) {
    for (size_t i = 0; i < line->length; i++)
        if ((unsigned char)line->bytes[i] < ' ' || line->bytes[i] == 127)
            return true;
    return false;
}

static void answer(struct smtp_server_session *session, enum stream_result result) {
    if (result == STREAM_TOO_LONG)
        smtp_server_reply(session, "500 Line too long: the limit is %d octets", SMTP_SERVER_LINE);
    else if (result == STREAM_BARE_LF)
        smtp_server_reply(session, "500 A command ends in CR LF, not in LF alone");
    else if (result != STREAM_OK)
        part(session, result);
    else if (has_control(&session->line))
        smtp_server_reply(session, "500 Control character in the command");
    else
        smtp_server_command(session);
}

void smtp_server_session(struct smtp_server_session *session) {
    const struct smtp_server *server = session->server;
    smtp_server_reply(session, "220 %s ESMTP Lab 09", server->site->hostname);
    while (!session->over) {
        stream_set_deadline(session->stream, deadline_in(server->idle_ms));
        answer(session, stream_read_line(session->stream, &session->line, SMTP_SERVER_LINE));
    }
}

/* TODO 2: the commands. */

static void rset(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    reset(session);
    smtp_server_reply(session, "250 Forgotten");
}

static void noop(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    smtp_server_reply(session, "250 Ok");
}

static void vrfy(struct smtp_server_session *session, const char *argument) {
    if (*argument == '\0')
        smtp_server_reply(session, "501 Syntax: VRFY, a blank, a name");
    else
        smtp_server_reply(session, "252 Send it, and you will see");
}

static void help(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    smtp_server_reply(session, "214-EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
    smtp_server_reply(session, "214 RFC 5321 says more");
}

static void quit(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    smtp_server_reply(session, "221 %s closing", session->server->site->hostname);
    session->over = true;
}

static const struct command {
    const char *verb;
    unsigned states;
    bool alone; /* takes no argument */
    void (*run)(struct smtp_server_session *session, const char *argument);
} commands[] = {
    {"EHLO", SMTP_SERVER_ANY, false, smtp_server_ehlo},
    {"HELO", SMTP_SERVER_ANY, false, smtp_server_helo},
    {"MAIL", SMTP_SERVER_GREETED, false, smtp_server_mail},
    {"RCPT", SMTP_SERVER_SENDER | SMTP_SERVER_READY, false, smtp_server_rcpt},
    {"DATA", SMTP_SERVER_READY, true, smtp_server_data},
    {"RSET", SMTP_SERVER_ANY, true, rset},
    {"NOOP", SMTP_SERVER_ANY, false, noop},
    {"VRFY", SMTP_SERVER_ANY, false, vrfy},
    {"HELP", SMTP_SERVER_ANY, false, help},
    {"QUIT", SMTP_SERVER_ANY, true, quit},
};

static const struct command *find_command(const char *verb, size_t length) {
    const struct command *behind = commands + sizeof commands / sizeof commands[0];
    for (const struct command *command = commands; command < behind; command++)
        if (strncasecmp(command->verb, verb, length) == 0 && command->verb[length] == '\0')
            return command;
    return NULL;
}

void smtp_server_command(struct smtp_server_session *session) {
    struct buf *line = &session->line;
    while (line->length > 0 && line->bytes[line->length - 1] == ' ')
        line->bytes[--line->length] = '\0';
    const char *text = line->length > 0 ? line->bytes : "";
    size_t verb = strcspn(text, " ");
    const char *argument = text[verb] == '\0' ? "" : text + verb + 1;
    const struct command *command = find_command(text, verb);
    if (command == NULL)
        smtp_server_reply(session, "500 Command not recognized; HELP lists them");
    else if ((command->states & session->state) == 0)
        smtp_server_reply(session, "503 Not now; HELP lists them in order");
    else if (command->alone && *argument != '\0')
        smtp_server_reply(session, "501 %s takes no argument", command->verb);
    else
        command->run(session, argument);
}

/* TODO 3: who the client is. */

static bool take_name(struct smtp_server_session *session, const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length > SMTP_SERVER_NAME || strpbrk(name, " \"(),;<>@\\") != NULL) {
        smtp_server_reply(session, "501 Syntax: EHLO or HELO, a blank, your host name");
        return false;
    }
    memcpy(session->client, name, length + 1);
    session->state = SMTP_SERVER_GREETED;
    reset(session);
    return true;
}

void smtp_server_ehlo(struct smtp_server_session *session, const char *argument) {
    if (!take_name(session, argument))
        return;
    session->extended = true;
    smtp_server_reply(session, "250-%s greets %s", session->server->site->hostname,
                      session->client);
    smtp_server_reply(session, "250 PIPELINING");
}

void smtp_server_helo(struct smtp_server_session *session, const char *argument) {
    if (!take_name(session, argument))
        return;
    session->extended = false;
    smtp_server_reply(session, "250 %s greets %s", session->server->site->hostname,
                      session->client);
}

/* TODO 4: the envelope. */

/* Reads "FROM:<path>" or "TO:<path>". False: it was refused. */
static bool take_path(struct smtp_server_session *session, const char *argument, const char *prefix,
                      enum address_kind kind, struct address *address) {
    struct failure why;
    size_t skip = strlen(prefix);
    if (strncasecmp(argument, prefix, skip) != 0) {
        smtp_server_reply(session, "501 Syntax: %s<address>", prefix);
        return false;
    }
    const char *path = argument + skip;
    int length = address_parse(path, strlen(path), kind, false, address, &why);
    if (length < 0)
        smtp_server_reply(session, "501 Bad address: %s", why.text);
    else if (path[length] == ' ')
        smtp_server_reply(session, "555 No parameter was offered");
    else if (path[length] != '\0')
        smtp_server_reply(session, "501 Nothing stands behind the address");
    return length >= 0 && path[length] == '\0';
}

void smtp_server_mail(struct smtp_server_session *session, const char *argument) {
    struct address sender;
    if (!take_path(session, argument, "FROM:", ADDRESS_REVERSE, &sender))
        return;
    session->sender = sender;
    session->state = SMTP_SERVER_SENDER;
    smtp_server_reply(session, "250 Sender accepted");
}

static bool is_in(const struct smtp_server_session *session, const struct account *account) {
    for (size_t i = 0; i < session->recipient_count; i++)
        if (session->recipients[i] == account)
            return true;
    return false;
}

void smtp_server_rcpt(struct smtp_server_session *session, const char *argument) {
    const struct smtp_server *server = session->server;
    struct address address;
    if (!take_path(session, argument, "TO:", ADDRESS_FORWARD, &address))
        return;
    const struct account *account = smtp_server_account(server, &address);
    if (*address.domain != '\0' && !site_is_local(server->site, address.domain))
        smtp_server_reply(session, "550 Not a domain of this server, and it relays nothing");
    else if (account == NULL)
        smtp_server_reply(session, "550 No such mailbox");
    else if (is_in(session, account))
        smtp_server_reply(session, "250 Recipient accepted");
    else if (session->recipient_count >= server->recipients)
        smtp_server_reply(session, "452 Too many recipients: %zu at a time", server->recipients);
    else {
        session->recipients[session->recipient_count++] = account;
        session->state = SMTP_SERVER_READY;
        smtp_server_reply(session, "250 Recipient accepted");
    }
}

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
            part(session, result);
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
    reset(session);
}
