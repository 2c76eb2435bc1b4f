#include "smtp_server.h"
#include "date.h"
#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void smtp_server_reply(struct smtp_server_session *session, const char *format, ...) {
    char text[SMTP_SERVER_LINE + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *byte = text; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = '?';
    stream_printf(session->stream, "%s\r\n", text);
}

const struct account *smtp_server_account(const struct smtp_server *server,
                                          const struct address *address) {
    const struct account *account =
        accounts_find(server->site->accounts, address->local, address->domain);
    if (account == NULL && strcasecmp(address->local, "postmaster") == 0)
        account = accounts_at(server->site->accounts, 0);
    return account;
}

int smtp_server_trace(const struct smtp_server_session *session, const char *id, struct buf *into) {
    const char *address = stream_peer(session->stream)->host;
    /* An address literal has a tag for IPv6 (RFC 5321 §4.1.3). */
    const char *tag = strchr(address, ':') == NULL ? "" : "IPv6:";
    char sender[ADDRESS_TEXT_SIZE];
    address_format(&session->sender, sender);
    if (buf_printf(into, "Return-Path: <%s>\n", sender) < 0 ||
        buf_printf(into, "Received: from %s ([%s%s])\n", session->client, tag, address) < 0 ||
        buf_printf(into, "    by %s with %s id %s;\n    ", session->server->site->hostname,
                   session->extended ? "ESMTP" : "SMTP", id) < 0 ||
        date_append(into, time(NULL), false) < 0)
        return -1;
    return buf_append(into, "\n", 1);
}

void smtp_server_not_written(struct smtp_server_session *session, int todo, const char *function) {
    log_not_written(todo, function);
    smtp_server_reply(session, "502 TODO %d: %s is not written yet", todo, function);
}
