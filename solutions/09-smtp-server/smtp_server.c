/*
 * Lab 09, finished: what is said in a session. The contracts are in shared/smtp_server.h.
 */
#include "smtp_server.h"
#include <string.h>

#define FAREWELL_MS 2000

/* TODO 1: the session. */

void smtp_server_lost(struct smtp_server_session *session, enum stream_result result) {
    session->over = true;
    if (result != STREAM_TIMEOUT && result != STREAM_INTERRUPTED)
        return;
    stream_set_deadline(session->stream, deadline_in(FAREWELL_MS));
    smtp_server_reply(session, "421 %s %s, closing", session->server->site->hostname,
                      result == STREAM_TIMEOUT ? "Nothing heard for too long" : "The server stops");
    stream_flush(session->stream);
}

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
        smtp_server_lost(session, result);
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

void smtp_server_forget(struct smtp_server_session *session) {
    session->recipient_count = 0;
    if (session->state != SMTP_SERVER_NEW)
        session->state = SMTP_SERVER_GREETED;
}

static void rset(struct smtp_server_session *session, const char *argument) {
    (void)argument;
    smtp_server_forget(session);
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
    smtp_server_forget(session);
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
