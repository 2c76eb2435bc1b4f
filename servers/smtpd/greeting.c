#include "greeting.h"
#include "auth.h"
#include "sasl.h"
#include "secure.h"
#include <string.h>

/*
 * The name is taken as it comes, if only it can stand in a Received field and in the log: no mail
 * is refused because a client does not know its own name (RFC 5321 §4.1.4). Bytes beyond ASCII,
 * which no host name has on the wire (RFC 6531 §3.7.1), become "?".
 */
static bool take_name(struct session *session, const char *argument) {
    size_t length = strlen(argument);
    if (length == 0 || length > SESSION_NAME_LIMIT || strpbrk(argument, " \"(),;<>@\\") != NULL) {
        session_reply(session, "501 5.5.4", "Syntax: EHLO or HELO, a blank, your host name");
        return false;
    }
    memcpy(session->name, argument, length + 1);
    for (char *byte = session->name; *byte != '\0'; byte++)
        if ((unsigned char)*byte > 126)
            *byte = '?';
    session_reset(session);
    session->state = SESSION_GREETED;
    return true;
}

void greeting_ehlo(struct session *session, const char *argument) {
    if (!take_name(session, argument))
        return;
    session->esmtp = true;
    session_reply_more(session, "250", "%s greets %s", session->settings->site.hostname,
                       session->name);
    session_reply_more(session, "250", "PIPELINING");
    session_reply_more(session, "250", "SIZE %llu", session->settings->message_size);
    session_reply_more(session, "250", "8BITMIME");
    session_reply_more(session, "250", "SMTPUTF8");
    session_reply_more(session, "250", "CHUNKING");
    session_reply_more(session, "250", "DSN");
    session_reply_more(session, "250", "ENHANCEDSTATUSCODES");
    if (secure_is_offered(session))
        session_reply_more(session, "250", "STARTTLS");
    if (auth_is_offered(session))
        session_reply_more(session, "250", "AUTH %s", sasl_mechanisms);
    session_reply_more(session, "250", "VRFY");
    session_reply(session, "250", "HELP");
}

void greeting_helo(struct session *session, const char *argument) {
    if (!take_name(session, argument))
        return;
    session->esmtp = false;
    session_reply(session, "250", "%s greets %s", session->settings->site.hostname, session->name);
}
