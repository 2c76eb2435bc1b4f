#include "envelope.h"
#include "auth.h"
#include "mailbox.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARAMETER_LIMIT 100 /* more than any parameter known here has */

/*
 * What a parameter does to the envelope. `value` is what stands behind "=", or NULL. Returns true,
 * or false when it has refused the command.
 */
typedef bool parameter_function(struct session *session, struct envelope *envelope,
                                const char *value);

struct parameter {
    const char *keyword;
    parameter_function *take;
};

static bool take_size(struct session *session, struct envelope *envelope, const char *value) {
    (void)envelope;
    /* 1*20DIGIT (RFC 1870 §4), which can be more than any integer type holds. */
    if (value == NULL || strlen(value) > 20 || strspn(value, "0123456789") != strlen(value)) {
        session_reply(session, "501 5.5.4", "Syntax: SIZE=octets");
        return false;
    }
    errno = 0;
    unsigned long long size = strtoull(value, NULL, 10);
    if (errno == ERANGE || size > session->settings->message_size) {
        session_reply(session, "552 5.3.4", "Message too large: the limit is %llu octets",
                      session->settings->message_size);
        return false;
    }
    return true; /* a promise, not relied upon: DATA counts (RFC 1870 §6.3) */
}

static bool take_body(struct session *session, struct envelope *envelope, const char *value) {
    (void)envelope; /* the store keeps eight bits either way */
    if (value != NULL && (strcasecmp(value, "7BIT") == 0 || strcasecmp(value, "8BITMIME") == 0))
        return true;
    session_reply(session, "501 5.5.4", "Syntax: BODY=7BIT or BODY=8BITMIME");
    return false;
}

static bool take_utf8(struct session *session, struct envelope *envelope, const char *value) {
    if (value != NULL)
        session_reply(session, "501 5.5.4", "SMTPUTF8 takes no value");
    envelope->utf8 = true;
    return value == NULL;
}

static const struct parameter mail_parameters[] = {
    {"SIZE", take_size},
    {"BODY", take_body},
    {"SMTPUTF8", take_utf8},
    {NULL, NULL},
};

static const struct parameter rcpt_parameters[] = {{NULL, NULL}};

/* esmtp-param = esmtp-keyword ["=" esmtp-value] (RFC 5321 §4.1.2); `word` is cut at the "=". */
static bool is_parameter(char *word, char **value) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = strspn(word, letters);
    *value = NULL;
    if (length == 0 || word[0] == '-')
        return false;
    if (word[length] == '=') {
        word[length] = '\0';
        *value = word + length + 1;
        return **value != '\0' && strchr(*value, '=') == NULL;
    }
    return word[length] == '\0';
}

/* One parameter, a string of its own that may be changed. `seen` has a bit for each one known. */
static bool take_parameter(struct session *session, struct envelope *envelope,
                           const struct parameter *known, unsigned *seen, char *word) {
    char *value;
    if (!is_parameter(word, &value)) {
        session_reply(session, "501 5.5.4", "Behind the address come KEYWORD or KEYWORD=value");
        return false;
    }
    size_t i = 0;
    while (known[i].keyword != NULL && strcasecmp(known[i].keyword, word) != 0)
        i++;
    if (known[i].keyword == NULL) {
        session_reply(session, "555 5.5.4", "Parameter %s not recognized", word);
        return false;
    }
    if ((*seen & 1u << i) != 0) {
        session_reply(session, "501 5.5.4", "Parameter %s given twice", known[i].keyword);
        return false;
    }
    *seen |= 1u << i;
    return known[i].take(session, envelope, value);
}

static bool take_parameters(struct session *session, struct envelope *envelope,
                            const struct parameter *known, const char *text) {
    unsigned seen = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        char word[PARAMETER_LIMIT + 1];
        size_t length = strcspn(text, " ");
        if (length > PARAMETER_LIMIT) {
            session_reply(session, "501 5.5.4", "Parameter too long");
            return false;
        }
        memcpy(word, text, length);
        word[length] = '\0';
        if (!take_parameter(session, envelope, known, &seen, word))
            return false;
        text += length;
    }
    return true;
}

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
    const struct parameter *parameters;
};

/* Reads what stands behind the verb; refuses it with the right code, and returns false, if bad. */
static bool take_path(struct session *session, const struct path_command *command,
                      const char *argument, struct envelope *envelope, struct address *address) {
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
    if (!take_parameters(session, envelope, command->parameters, path + length))
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
                                                "501 5.1.7", ADDRESS_REVERSE, mail_parameters};
    struct envelope envelope = {.count = 0};
    if (auth_is_missing(session) ||
        !take_path(session, &command, argument, &envelope, &envelope.sender))
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

/* Adds the account unless it is there already. 0, or -1 without memory. */
static int add_recipient(struct envelope *envelope, const struct account *account) {
    for (size_t i = 0; i < envelope->count; i++)
        if (envelope->recipients[i] == account)
            return 0;
    if (envelope->count == envelope->capacity) {
        size_t capacity = envelope->capacity == 0 ? 4 : 2 * envelope->capacity;
        const struct account **recipients =
            reallocarray(envelope->recipients, capacity, sizeof(const struct account *));
        if (recipients == NULL)
            return -1;
        envelope->recipients = recipients;
        envelope->capacity = capacity;
    }
    envelope->recipients[envelope->count++] = account;
    return 0;
}

void envelope_rcpt(struct session *session, const char *argument) {
    static const struct path_command command = {"TO:", "RCPT TO:<address>", "501 5.1.3",
                                                ADDRESS_FORWARD, rcpt_parameters};
    const struct settings *settings = session->settings;
    struct envelope *envelope = &session->envelope;
    struct address address;
    if (!take_path(session, &command, argument, envelope, &address))
        return;
    char text[ADDRESS_TEXT_SIZE];
    address_format(&address, text);
    const struct account *account = mailbox_find(settings, address.local, address.domain);
    if (*address.domain != '\0' && !settings_is_local(settings, address.domain))
        session_reply(session, "550 5.7.1",
                      "<%s>: not a domain of this server, and it relays nothing", text);
    else if (account == NULL)
        session_reply(session, "550 5.1.1", "<%s>: no such mailbox", text);
    else if (envelope->accepted >= settings->recipients)
        session_reply(session, "452 4.5.3", "Too many recipients: %zu at a time",
                      settings->recipients); /* RFC 5321 §4.5.3.1.10 */
    else if (add_recipient(envelope, account) < 0)
        session_reply(session, "451 4.3.0", "No memory for another recipient");
    else {
        envelope->accepted++;
        envelope->written = address;
        session_reply(session, "250 2.1.5", "Recipient accepted");
    }
}
