#include "verify.h"
#include "auth.h"
#include "mailbox.h"
#include <string.h>
#include <strings.h>

static bool is_ascii(const char *text) {
    while (*text != '\0')
        if ((unsigned char)*text++ > 127)
            return false;
    return true;
}

/* Cuts a last word SMTPUTF8 off, and says whether it was there. */
static bool cut_utf8(char *text) {
    char *blank = strrchr(text, ' ');
    if (blank == NULL || strcasecmp(blank + 1, "SMTPUTF8") != 0)
        return false;
    while (blank > text && blank[-1] == ' ')
        blank--;
    *blank = '\0';
    return true;
}

static void reply_found(struct session *session, const struct account *account, bool utf8) {
    /* A full name beyond ASCII only where the client can take it (RFC 6531 §3.7.4.2). */
    if (*account->name != '\0' && (utf8 || is_ascii(account->name)))
        session_reply(session, "250 2.1.5", "%s <%s>", account->name, account->address);
    else
        session_reply(session, "250 2.1.5", "<%s>", account->address);
}

/* A name without a domain: looked for in every local one. */
static void verify_name(struct session *session, const char *name, bool utf8) {
    const struct settings *settings = session->settings;
    const struct account *found = NULL;
    size_t count = 0;
    const char *domain;
    for (size_t i = 0; (domain = site_domain(&settings->site, i)) != NULL; i++) {
        const struct account *account = mailbox_find(settings, name, domain);
        if (account != NULL && account != found) {
            found = account;
            count++;
        }
    }
    if (count == 0)
        session_reply(session, "550 5.1.1", "No such mailbox");
    else if (count == 1)
        reply_found(session, found, utf8);
    else
        session_reply(session, "553 5.1.4", "In more than one domain; say which");
}

/* An address in brackets. */
static void verify_address(struct session *session, const char *path, bool utf8) {
    const struct settings *settings = session->settings;
    struct address address;
    struct failure why;
    size_t length = strlen(path);
    if (address_parse(path, length, ADDRESS_FORWARD, utf8, &address, &why) != (int)length) {
        session_reply(session, "501 5.1.3", "Bad address: %s", why.text);
        return;
    }
    const struct account *account = mailbox_find(settings, address.local, address.domain);
    if (*address.domain != '\0' && !site_is_local(&settings->site, address.domain))
        session_reply(session, "550 5.7.1", "Not a domain of this server");
    else if (account == NULL)
        session_reply(session, "550 5.1.1", "No such mailbox");
    else
        reply_found(session, account, utf8);
}

void verify_user(struct session *session, const char *argument) {
    char text[ADDRESS_PATH_LIMIT + sizeof " SMTPUTF8"];
    size_t length = strlen(argument);
    if (auth_is_missing(session))
        return;
    if (length == 0 || length >= sizeof text) {
        session_reply(session, "501 5.5.4", "Syntax: VRFY user or address [SMTPUTF8]");
        return;
    }
    memcpy(text, argument, length + 1);
    bool utf8 = cut_utf8(text);
    length = strlen(text);
    if (!utf8 && !is_ascii(text))
        session_reply(session, "553 5.6.7", "An address beyond ASCII needs SMTPUTF8");
    else if (!session->settings->vrfy)
        session_reply(session, "252 2.0.0", "Not told here; send, and see");
    else if (text[0] == '<')
        verify_address(session, text, utf8);
    else if (strchr(text, '@') == NULL)
        verify_name(session, text, utf8);
    else {
        char path[sizeof text + 2];
        path[0] = '<';
        memcpy(path + 1, text, length);
        memcpy(path + 1 + length, ">", 2);
        verify_address(session, path, utf8);
    }
}
