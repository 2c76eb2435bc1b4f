#include "smtp_explain.h"
#include "meaning.h"
#include <stdbool.h>
#include <string.h>

#define CODES "RFC 5321 §4.2.3"

static const struct meaning codes[] = {
    {"211", "system status, or system help reply", CODES},
    {"214", "help message, for a person", CODES},
    {"220", "service ready", CODES},
    {"221", "service closing transmission channel", CODES},
    {"235", "authentication succeeded", "RFC 4954 §6"},
    {"250", "requested mail action okay, completed", CODES},
    {"251", "user not local; will forward", CODES},
    {"252", "cannot verify the user, but will accept the message and try to deliver it", CODES},
    {"334", "the server's challenge, in base64; it waits for the answer", "RFC 4954 §4"},
    {"354", "start mail input; end with <CRLF>.<CRLF>", CODES},
    {"421", "service not available, closing transmission channel", CODES},
    {"432", "a password transition is needed", "RFC 4954 §6"},
    {"450", "not taken: mailbox unavailable for now", CODES},
    {"451", "aborted: local error in processing", CODES},
    {"452", "not taken: insufficient system storage", CODES},
    {"454", "temporary failure of authentication or TLS", "RFC 4954 §6, RFC 3207 §4"},
    {"455", "the server is unable to accommodate the parameters now", CODES},
    {"500", "syntax error, command unrecognized (perhaps the line is too long)", CODES},
    {"501", "syntax error in parameters or arguments", CODES},
    {"502", "command not implemented", CODES},
    {"503", "bad sequence of commands", CODES},
    {"504", "command parameter not implemented", CODES},
    {"521", "this host does not accept mail", "RFC 7504 §3"},
    {"530", "authentication required, or STARTTLS first", "RFC 4954 §6, RFC 3207 §4"},
    {"534", "authentication mechanism is too weak", "RFC 4954 §6"},
    {"535", "authentication credentials invalid", "RFC 4954 §6"},
    {"538", "encryption required for this authentication mechanism", "RFC 4954 §6"},
    {"550", "not taken: mailbox unavailable (unknown, no access, or refused by policy)", CODES},
    {"551", "user not local; the reply says where to try", CODES},
    {"552", "aborted: exceeded storage allocation", CODES},
    {"553", "not taken: mailbox name not allowed", CODES},
    {"554", "transaction failed, or, as a greeting: no SMTP service here", CODES},
    {"555", "parameters of MAIL FROM or RCPT TO not recognized or not implemented", CODES},
    {"556", "the domain does not accept mail", "RFC 7504 §4"},
    {NULL, NULL, NULL},
};

/* What the first digit says (RFC 5321 §4.2.1), for codes that are not in the table. */
static const char *const first_digits[] = {
    ['2'] = "done",
    ['3'] = "go on: the server waits for more",
    ['4'] = "not now; the same may succeed later",
    ['5'] = "no; do not try the same again",
};

/* Enhanced status codes: subject and detail. The class, in front, says what the reply code says; a
   detail of 0 ("other or undefined") says nothing. */
static const struct meaning details[] = {
    {"1.1", "bad destination mailbox address", "RFC 3463 §3.2"},
    {"1.2", "bad destination system address", "RFC 3463 §3.2"},
    {"1.3", "bad destination mailbox address syntax", "RFC 3463 §3.2"},
    {"1.4", "destination mailbox address ambiguous", "RFC 3463 §3.2"},
    {"1.5", "destination address valid", "RFC 3463 §3.2"},
    {"1.6", "destination mailbox has moved", "RFC 3463 §3.2"},
    {"1.7", "bad sender's mailbox address syntax", "RFC 3463 §3.2"},
    {"1.8", "bad sender's system address", "RFC 3463 §3.2"},
    {"1.10", "recipient address has null MX: it takes no mail", "RFC 7505"},
    {"2.1", "mailbox disabled, not accepting messages", "RFC 3463 §3.3"},
    {"2.2", "mailbox full", "RFC 3463 §3.3"},
    {"2.3", "message length exceeds administrative limit", "RFC 3463 §3.3"},
    {"2.4", "mailing list expansion problem", "RFC 3463 §3.3"},
    {"3.1", "mail system full", "RFC 3463 §3.4"},
    {"3.2", "system not accepting network messages", "RFC 3463 §3.4"},
    {"3.3", "system not capable of selected features", "RFC 3463 §3.4"},
    {"3.4", "message too big for system", "RFC 3463 §3.4"},
    {"3.5", "system incorrectly configured", "RFC 3463 §3.4"},
    {"4.1", "no answer from host", "RFC 3463 §3.5"},
    {"4.2", "bad connection", "RFC 3463 §3.5"},
    {"4.3", "directory server failure", "RFC 3463 §3.5"},
    {"4.4", "unable to route", "RFC 3463 §3.5"},
    {"4.5", "mail system congestion", "RFC 3463 §3.5"},
    {"4.6", "routing loop detected", "RFC 3463 §3.5"},
    {"4.7", "delivery time expired", "RFC 3463 §3.5"},
    {"5.1", "invalid command", "RFC 3463 §3.6"},
    {"5.2", "syntax error", "RFC 3463 §3.6"},
    {"5.3", "too many recipients", "RFC 3463 §3.6"},
    {"5.4", "invalid command arguments", "RFC 3463 §3.6"},
    {"5.5", "wrong protocol version", "RFC 3463 §3.6"},
    {"5.6", "authentication exchange line is too long", "RFC 4954 §6"},
    {"6.1", "media not supported", "RFC 3463 §3.7"},
    {"6.2", "conversion required and prohibited", "RFC 3463 §3.7"},
    {"6.3", "conversion required but not supported", "RFC 3463 §3.7"},
    {"6.4", "conversion with loss performed", "RFC 3463 §3.7"},
    {"6.5", "conversion failed", "RFC 3463 §3.7"},
    {"6.7", "non-ASCII addresses not permitted here", "RFC 6531"},
    {"6.8", "a UTF-8 reply is required, but not permitted by the client", "RFC 6531"},
    {"6.9", "UTF-8 header message cannot be transferred to some recipients", "RFC 6531"},
    {"7.1", "delivery not authorized, message refused", "RFC 3463 §3.8"},
    {"7.2", "mailing list expansion prohibited", "RFC 3463 §3.8"},
    {"7.3", "security conversion required but not possible", "RFC 3463 §3.8"},
    {"7.4", "security features not supported", "RFC 3463 §3.8"},
    {"7.5", "cryptographic failure", "RFC 3463 §3.8"},
    {"7.6", "cryptographic algorithm not supported", "RFC 3463 §3.8"},
    {"7.7", "message integrity failure", "RFC 3463 §3.8"},
    {"7.8", "authentication credentials invalid", "RFC 4954 §6"},
    {"7.9", "authentication mechanism is too weak", "RFC 4954 §6"},
    {"7.11", "encryption required for this authentication mechanism", "RFC 4954 §6"},
    {"7.12", "a password transition is needed", "RFC 4954 §6"},
    {NULL, NULL, NULL},
};

static const struct meaning extensions[] = {
    {"8BITMIME", "bytes above 127 may be sent: MAIL FROM:<…> BODY=8BITMIME", "RFC 6152"},
    {"AUTH", "logging in, with these mechanisms", "RFC 4954"},
    {"CHUNKING", "BDAT sends a message in counted pieces, without dots", "RFC 3030"},
    {"DSN", "the sender may say which delivery reports it wants", "RFC 3461"},
    {"ENHANCEDSTATUSCODES", "replies carry a second, finer code, such as 5.1.1", "RFC 2034"},
    {"ETRN", "a server may ask for the mail that waits for it", "RFC 1985"},
    {"EXPN", "the members of a mailing list can be asked for", "RFC 5321 §4.1.1.7"},
    {"HELP", "there is help", "RFC 5321 §4.1.1.8"},
    {"PIPELINING", "several commands may be sent without waiting for each reply", "RFC 2920"},
    {"SIZE", "the largest message it takes, in bytes", "RFC 1870"},
    {"SMTPUTF8", "addresses and headers may be UTF-8", "RFC 6531"},
    {"STARTTLS", "the connection can be encrypted", "RFC 3207"},
    {"VRFY", "mailboxes can be asked for", "RFC 5321 §4.1.1.6"},
    {NULL, NULL, NULL},
};

const char *reply_line(const struct smtp_reply *reply, char text[REPLY_LINE_SIZE]) {
    size_t length = reply->length > 0 ? reply->length - 1 : 0; /* without the last newline */
    if (length >= REPLY_LINE_SIZE)
        length = REPLY_LINE_SIZE - 1;
    for (size_t i = 0; i < length; i++)
        text[i] = reply->text[i] == '\n' ? ' ' : reply->text[i];
    text[length] = '\0';
    return text;
}

/* "5.1.1 " at the front of `text`: its length without the blank, or 0 (RFC 2034 §4). */
static size_t enhanced_length(const char *text) {
    if (strchr("245", text[0]) == NULL || text[0] == '\0' || text[1] != '.')
        return 0;
    size_t subject = strspn(text + 2, "0123456789");
    if (subject < 1 || subject > 3 || text[2 + subject] != '.')
        return 0;
    size_t detail = strspn(text + 3 + subject, "0123456789");
    size_t length = 3 + subject + detail;
    bool ends = text[length] == ' ' || text[length] == '\n';
    return detail >= 1 && detail <= 3 && ends ? length : 0;
}

static void explain_code(const struct smtp_reply *reply, struct buf *lines) {
    const struct meaning *meaning = meaning_find(codes, reply->text, 3);
    struct meaning by_digit = {NULL, first_digits[(unsigned char)reply->text[0]],
                               "RFC 5321 §4.2.1"};
    meaning_add(lines, reply->text, 3, 3, meaning != NULL ? meaning : &by_digit);
}

/* The next line of an EHLO reply that names an extension (§4.1.1.1: each one behind the first
   line): where the name is, and how long. NULL behind the last. */
static const char *next_extension(const char *text, size_t *length) {
    const char *newline = strchr(text, '\n');
    if (newline == NULL || strlen(newline) <= 5)
        return NULL;
    *length = strcspn(newline + 5, " =\n");
    return newline + 5;
}

static void explain_extensions(const struct smtp_reply *reply, struct buf *lines) {
    size_t column = 0, length;
    for (const char *name = reply->text; (name = next_extension(name, &length)) != NULL;) {
        if (meaning_find(extensions, name, length) != NULL && length > column)
            column = length;
    }
    for (const char *name = reply->text; (name = next_extension(name, &length)) != NULL;)
        meaning_add(lines, name, length, column, meaning_find(extensions, name, length));
}

void smtp_explain(const struct smtp_reply *reply, struct buf *lines) {
    if (reply->code < 200 || reply->code > 599)
        return;
    explain_code(reply, lines);
    if (reply->length > 4) {
        const char *text = reply->text + 4;
        size_t length = enhanced_length(text);
        if (length > 0) /* without its class and the dot behind it */
            meaning_add(lines, text, length, length, meaning_find(details, text + 2, length - 2));
    }
    if (reply->code == 250)
        explain_extensions(reply, lines);
}
