#include "envelope.h"
#include "auth.h"
#include "mailbox.h"
#include "parameters.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How long the path at `text` is, with both brackets; 0 when it does not begin or does not end. A
   bracket or a blank within quotes is part of the name (RFC 5321 §4.1.2). */
static size_t path_length(const char *text) {
    bool quoted = false;
    if (*text != '<')
        return 0;
    for (size_t i = 1; text[i] != '\0'; i++) {
        if (quoted && text[i] == '\\' && text[i + 1] != '\0')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '>' && !quoted)
            return i + 1;
    }
    return 0;
}

static bool is_ascii(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] > 127)
            return false;
    return true;
}

/* How MAIL and RCPT differ. */
struct path_command {
    const char *prefix;
    const char *syntax;
    const char *bad_syntax; /* status: 5.1.7 is about the sender, 5.1.3 about a recipient */
    enum address_kind kind;
    parameters_function *parameters;
};

/* Reads what stands behind the verb; refuses it with the right code, and returns false, if bad. */
static bool take_path(struct session *session, const struct path_command *command,
                      const char *argument, struct demand *demand, struct address *address) {
    const struct envelope *envelope = demand->envelope;
    size_t prefix = strlen(command->prefix);
    if (strncasecmp(argument, command->prefix, prefix) != 0) {
        session_reply(session, "501 5.5.4", "Syntax: %s", command->syntax);
        return false;
    }
    const char *path = argument + prefix;
    size_t length = path_length(path);
    if (length == 0 || (path[length] != '\0' && path[length] != ' ')) {
        /* No blank before the bracket either: RFC 5321 §3.3. */
        session_reply(session, command->bad_syntax, "Syntax: %s", command->syntax);
        return false;
    }
    /* The parameters first: one of them says which letters the address may have. */
    if (!command->parameters(session, path + length, demand))
        return false;
    if (!envelope->utf8 && !is_ascii(path, length)) {
        session_reply(session, "553 5.6.7", "An address beyond ASCII needs SMTPUTF8");
        return false;
    }
    struct failure why;
    if (address_parse(path, length, command->kind, envelope->utf8, address, &why) != (int)length) {
        session_reply(session, command->bad_syntax, "Bad address: %s", why.text);
        return false;
    }
    return true;
}

void envelope_mail(struct session *session, const char *argument) {
    static const struct path_command command = {"FROM:", "MAIL FROM:<address> [parameters]",
                                                "501 5.1.7", ADDRESS_REVERSE, parameters_of_mail};
    struct envelope envelope = {.count = 0};
    struct demand demand = {.envelope = &envelope};
    if (auth_is_missing(session) ||
        !take_path(session, &command, argument, &demand, &envelope.sender))
        return;
    if (!auth_may_send_as(session, &envelope.sender)) {
        char text[ADDRESS_TEXT_SIZE];
        address_format(&envelope.sender, text);
        session_reply(session, "550 5.7.1", "<%s> is not an address of %s", text,
                      session->account->address);
        return;
    }
    session->envelope = envelope;
    session->state = SESSION_ENVELOPE;
    session_reply(session, "250 2.1.0", "Sender accepted");
}

/* Room for one more. 0, or -1 without memory. */
static int make_room(struct envelope *envelope) {
    if (envelope->count < envelope->capacity)
        return 0;
    size_t capacity = envelope->capacity == 0 ? 4 : 2 * envelope->capacity;
    const struct account **recipients =
        reallocarray(envelope->recipients, capacity, sizeof(const struct account *));
    if (recipients != NULL)
        envelope->recipients = recipients;
    struct envelope_wish *wishes = reallocarray(envelope->wishes, capacity, sizeof *wishes);
    if (wishes != NULL)
        envelope->wishes = wishes;
    if (recipients == NULL || wishes == NULL)
        return -1;
    envelope->capacity = capacity;
    return 0;
}

/* Adds the account unless it is there already. 0, or -1 without memory. */
static int add_recipient(struct envelope *envelope, const struct account *account,
                         const struct demand *demand) {
    for (size_t i = 0; i < envelope->count; i++)
        if (envelope->recipients[i] == account)
            return 0;
    struct envelope_wish wish = {.notify = demand->notify};
    if (make_room(envelope) < 0 ||
        (*demand->original != '\0' && (wish.original = strdup(demand->original)) == NULL))
        return -1;
    envelope->recipients[envelope->count] = account;
    envelope->wishes[envelope->count++] = wish;
    return 0;
}

void envelope_free(struct envelope *envelope) {
    for (size_t i = 0; i < envelope->count; i++)
        free(envelope->wishes[i].original);
    free(envelope->wishes);
    free(envelope->recipients);
}

void envelope_rcpt(struct session *session, const char *argument) {
    static const struct path_command command = {"TO:", "RCPT TO:<address>", "501 5.1.3",
                                                ADDRESS_FORWARD, parameters_of_rcpt};
    const struct settings *settings = session->settings;
    struct envelope *envelope = &session->envelope;
    struct address address;
    struct demand demand = {.envelope = envelope};
    if (!take_path(session, &command, argument, &demand, &address))
        return;
    char text[ADDRESS_TEXT_SIZE];
    address_format(&address, text);
    const struct account *account = mailbox_find(settings, address.local, address.domain);
    if (*address.domain != '\0' && !site_is_local(&settings->site, address.domain))
        session_reply(session, "550 5.7.1",
                      "<%s>: not a domain of this server, and it relays nothing", text);
    else if (account == NULL)
        session_reply(session, "550 5.1.1", "<%s>: no such mailbox", text);
    else if (envelope->accepted >= settings->recipients)
        session_reply(session, "452 4.5.3", "Too many recipients: %zu at a time",
                      settings->recipients); /* RFC 5321 §4.5.3.1.10 */
    else if (add_recipient(envelope, account, &demand) < 0)
        session_reply(session, "451 4.3.0", "No memory for another recipient");
    else {
        envelope->accepted++;
        envelope->written = address;
        session_reply(session, "250 2.1.5", "Recipient accepted");
    }
}
