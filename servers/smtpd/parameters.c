#include "parameters.h"
#include "address.h"
#include "xtext.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARAMETER_LIMIT 512 /* more than any parameter known here has */

/*
 * What a parameter does to the envelope. `value` is what stands behind "=", or NULL. Returns true,
 * or false when it has refused the command.
 */
typedef bool parameter_function(struct session *session, struct demand *demand, const char *value);

struct parameter {
    const char *keyword;
    parameter_function *take;
};

static bool take_size(struct session *session, struct demand *demand, const char *value) {
    (void)demand;
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

static bool take_body(struct session *session, struct demand *demand, const char *value) {
    (void)demand; /* the store keeps eight bits either way */
    if (value != NULL && (strcasecmp(value, "7BIT") == 0 || strcasecmp(value, "8BITMIME") == 0))
        return true;
    session_reply(session, "501 5.5.4", "Syntax: BODY=7BIT or BODY=8BITMIME");
    return false;
}

static bool take_utf8(struct session *session, struct demand *demand, const char *value) {
    if (value != NULL)
        session_reply(session, "501 5.5.4", "SMTPUTF8 takes no value");
    demand->envelope->utf8 = true;
    return value == NULL;
}

/*
 * Who handed the message in at the very beginning (RFC 4954 §5): an address as xtext, or <>. Taken
 * from whoever says so, believed of nobody: it is read, and goes no further.
 */
static bool take_auth(struct session *session, struct demand *demand, const char *value) {
    char path[PARAMETER_LIMIT + 3] = "<";
    struct address address;
    (void)demand;
    bool right =
        value != NULL && (strcmp(value, "<>") == 0 || xtext_decode(value, false, path + 1));
    if (right && strcmp(value, "<>") != 0) {
        int length = (int)strlen(path);
        path[length++] = '>';
        path[length] = '\0';
        right =
            address_parse(path, (size_t)length, ADDRESS_REVERSE, false, &address, NULL) == length;
    }
    if (!right)
        session_reply(session, "501 5.5.4", "Syntax: AUTH=address as xtext, or AUTH=<>");
    return right;
}

static bool take_return(struct session *session, struct demand *demand, const char *value) {
    bool right = notify_parse_return(value, &demand->envelope->content);
    if (!right)
        session_reply(session, "501 5.5.4", "Syntax: RET=FULL or RET=HDRS");
    return right;
}

static bool take_envid(struct session *session, struct demand *demand, const char *value) {
    bool right = notify_parse_envid(value, demand->envelope->id);
    if (!right)
        session_reply(session, "501 5.5.4", "Syntax: ENVID=xtext, %d characters at most",
                      NOTIFY_ENVID_LIMIT);
    return right;
}

static bool take_notify(struct session *session, struct demand *demand, const char *value) {
    bool right = notify_parse_when(value, &demand->notify);
    if (!right)
        session_reply(session, "501 5.5.4",
                      "Syntax: NOTIFY=NEVER, or some of SUCCESS,FAILURE,DELAY");
    return right;
}

static bool take_original(struct session *session, struct demand *demand, const char *value) {
    bool right = notify_parse_original(value, demand->envelope->utf8, demand->original);
    if (!right)
        session_reply(session, "501 5.5.4", "Syntax: ORCPT=type;address as xtext");
    return right;
}

static const struct parameter mail_parameters[] = {
    {"SIZE", take_size}, {"BODY", take_body},  {"SMTPUTF8", take_utf8},
    {"AUTH", take_auth}, {"RET", take_return}, {"ENVID", take_envid},
    {NULL, NULL},
};

static const struct parameter rcpt_parameters[] = {
    {"NOTIFY", take_notify},
    {"ORCPT", take_original},
    {NULL, NULL},
};

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
static bool take_parameter(struct session *session, struct demand *demand,
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
    return known[i].take(session, demand, value);
}

static bool take_all(struct session *session, const struct parameter *known, const char *text,
                     struct demand *demand) {
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
        if (!take_parameter(session, demand, known, &seen, word))
            return false;
        text += length;
    }
    return true;
}

bool parameters_of_mail(struct session *session, const char *text, struct demand *demand) {
    return take_all(session, mail_parameters, text, demand);
}

bool parameters_of_rcpt(struct session *session, const char *text, struct demand *demand) {
    return take_all(session, rcpt_parameters, text, demand);
}
