#include "address.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LABEL_LIMIT 63

/* Where in the path we are. Every function below reads from `at` on, and leaves `at` behind it. */
struct reader {
    const char *text;
    size_t length;
    size_t at;
    bool utf8;
    struct failure *why;
};

static bool is_letter_or_digit(int byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_atext(int byte) {
    return is_letter_or_digit(byte) || (byte > 0 && strchr("!#$%&'*+-/=?^_`{|}~", byte) != NULL);
}

static bool is_qtext(int byte) {
    return byte >= 32 && byte <= 126 && byte != '"' && byte != '\\';
}

static bool is_graphic_or_blank(int byte) {
    return byte >= 32 && byte <= 126;
}

static bool is_label_byte(int byte) {
    return is_letter_or_digit(byte) || byte == '-';
}

static bool is_literal_byte(int byte) {
    return byte >= 33 && byte <= 126 && byte != '[' && byte != ']' && byte != '\\';
}

/* The next byte, or -1 at the end. */
static int next(const struct reader *reader) {
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

/*
 * How many bytes the UTF-8 character at `text` takes, or 0 when it is none. RFC 3629 §4: no
 * overlong form, no surrogate, nothing above U+10FFFF; and no C1 control, U+0080 to U+009F.
 */
static size_t utf8_character(const char *text, size_t left) {
    static const struct {
        unsigned char first_from, first_to, second_from, second_to, length;
    } forms[] = {
        {0xC2, 0xC2, 0xA0, 0xBF, 2}, {0xC3, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (left < forms[i].length || bytes[0] < forms[i].first_from ||
            bytes[0] > forms[i].first_to || bytes[1] < forms[i].second_from ||
            bytes[1] > forms[i].second_to)
            continue;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((bytes[k] & 0xC0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

/* How many bytes the next character takes if it is one that `accepts` or, where allowed, one beyond
   ASCII; else 0. */
static size_t character(const struct reader *reader, bool (*accepts)(int byte)) {
    int byte = next(reader);
    if (byte < 128)
        return accepts(byte) ? 1 : 0;
    return reader->utf8 ? utf8_character(reader->text + reader->at, reader->length - reader->at)
                        : 0;
}

/* The words for a byte that cannot stand where it stands. */
static int unexpected(const struct reader *reader, const char *place) {
    int byte = next(reader);
    if (byte < 0)
        return failure_set(reader->why, "the address ends without >");
    if (byte < 32 || byte == 127)
        return failure_set(reader->why, "control character in the address");
    if (byte > 127 && !reader->utf8)
        return failure_set(reader->why, "byte above 127 in the address, without SMTPUTF8");
    if (byte > 127 && utf8_character(reader->text + reader->at, reader->length - reader->at) > 0)
        return failure_set(reader->why, "unexpected letter beyond ASCII %s", place);
    if (byte > 127)
        return failure_set(reader->why, "bytes above 127 in the address that are not UTF-8");
    if (byte == ' ')
        return failure_set(reader->why, "blank %s", place);
    return failure_set(reader->why, "unexpected %c %s", byte, place);
}

/* Takes `count` bytes over into `into`, which has room for `limit` and a NUL. */
static int take(struct reader *reader, size_t count, char *into, size_t *used, size_t limit,
                const char *name) {
    if (*used + count > limit)
        return failure_set(reader->why, "%s is longer than %zu bytes", name, limit);
    memcpy(into + *used, reader->text + reader->at, count);
    *used += count;
    into[*used] = '\0';
    reader->at += count;
    return 0;
}

static int read_dot_string(struct reader *reader, struct address *address) {
    size_t used = 0;
    for (;;) {
        size_t count = character(reader, is_atext);
        if (count == 0 && next(reader) == '.' && used > 0)
            return failure_set(reader->why, "two dots in a row in the local part");
        if (count == 0 && next(reader) == '@')
            return failure_set(reader->why,
                               used == 0 ? "nothing before the @" : "the local part ends in a dot");
        if (count == 0)
            return unexpected(reader, used == 0 ? "at the start of the address"
                                                : "behind a dot of the local part");
        for (; count > 0; count = character(reader, is_atext))
            if (take(reader, count, address->local, &used, ADDRESS_LOCAL_LIMIT, "the local part") <
                0)
                return -1;
        if (next(reader) != '.')
            return 0;
        if (take(reader, 1, address->local, &used, ADDRESS_LOCAL_LIMIT, "the local part") < 0)
            return -1;
    }
}

static int read_quoted_string(struct reader *reader, struct address *address) {
    size_t used = 0;
    size_t start = reader->at++; /* the opening quote */
    while (next(reader) != '"') {
        size_t count;
        if (next(reader) == '\\') { /* quoted-pairSMTP: only before printable ASCII */
            reader->at++;
            count = is_graphic_or_blank(next(reader)) ? 1 : 0;
        } else {
            count = character(reader, is_qtext);
        }
        if (count == 0)
            return unexpected(reader, "in the quoted local part");
        if (take(reader, count, address->local, &used, ADDRESS_LOCAL_LIMIT, "the local part") < 0)
            return -1;
    }
    reader->at++;
    if (reader->at - start > ADDRESS_LOCAL_LIMIT)
        return failure_set(reader->why, "the local part is longer than %d bytes",
                           ADDRESS_LOCAL_LIMIT);
    return 0;
}

/* Domain = sub-domain *("." sub-domain), sub-domain = Let-dig [Ldh-str]. */
static int read_name(struct reader *reader, char domain[ADDRESS_DOMAIN_LIMIT + 1]) {
    size_t used = 0;
    for (;;) {
        size_t characters = 0;
        size_t count = character(reader, is_letter_or_digit);
        if (count == 0 && next(reader) == '-')
            return failure_set(reader->why, "a part of the domain begins with -");
        if (count == 0 && (next(reader) == '.' || (used > 0 && next(reader) == '>')))
            return failure_set(reader->why, "an empty part in the domain");
        if (count == 0)
            return next(reader) == '>' ? failure_set(reader->why, "nothing behind the @")
                                       : unexpected(reader, "in the domain");
        for (; count > 0; count = character(reader, is_label_byte)) {
            if (take(reader, count, domain, &used, ADDRESS_DOMAIN_LIMIT, "the domain") < 0)
                return -1;
            characters++;
        }
        if (reader->text[reader->at - 1] == '-')
            return failure_set(reader->why, "a part of the domain ends in -");
        if (characters > LABEL_LIMIT)
            return failure_set(reader->why, "a part of the domain is longer than %d characters",
                               LABEL_LIMIT);
        if (next(reader) != '.')
            return 0;
        if (take(reader, 1, domain, &used, ADDRESS_DOMAIN_LIMIT, "the domain") < 0)
            return -1;
    }
}

/* IPv4-address-literal: four numbers of one to three digits, up to 255. */
static bool is_ipv4(const char *text) {
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t digits = strspn(text, "0123456789");
        if (digits < 1 || digits > 3)
            return false;
        for (size_t i = 0; i < digits; i++)
            value = value * 10 + (unsigned)(text[i] - '0');
        text += digits;
        if (value > 255 || *text != (part < 3 ? '.' : '\0'))
            return false;
        text++;
    }
    return true;
}

/* IPv6-addr. inet_pton(3) knows the form, but lets "::" stand for a single group (RFC 4291 §2.2);
   in mail it stands for two at least, so six others are the most. */
static bool is_ipv6(const char *text) {
    struct in6_addr ignored;
    if (inet_pton(AF_INET6, text, &ignored) != 1)
        return false;
    if (strstr(text, "::") == NULL)
        return true;
    size_t groups = strchr(text, '.') == NULL ? 0 : 1; /* 1.2.3.4 is two groups */
    for (; *text != '\0'; text += strspn(text, ":")) {
        groups += *text != ':';
        text += strcspn(text, ":");
    }
    return groups <= 6;
}

static int read_literal(struct reader *reader, char domain[ADDRESS_DOMAIN_LIMIT + 1]) {
    static const char tag[] = "IPv6:";
    char literal[ADDRESS_DOMAIN_LIMIT - 1] = ""; /* room for the brackets is kept */
    size_t used = 0;
    reader->at++; /* the bracket */
    while (is_literal_byte(next(reader)))
        if (take(reader, 1, literal, &used, sizeof literal - 1, "the literal") < 0)
            return -1;
    if (next(reader) != ']')
        return unexpected(reader, "in the address literal");
    reader->at++;
    bool tagged = strncasecmp(literal, tag, sizeof tag - 1) == 0;
    if (!tagged && !is_ipv4(literal))
        return failure_set(reader->why, "the address literal is neither [1.2.3.4] nor [IPv6:...]");
    if (tagged && !is_ipv6(literal + sizeof tag - 1))
        return failure_set(reader->why, "the address literal is no IPv6 address");
    snprintf(domain, ADDRESS_DOMAIN_LIMIT + 1, "[%s]", literal);
    return 0;
}

static void to_lower(char *text) {
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + 'a' - 'A');
}

/* A-d-l: "@a,@b:", which says by which hosts to send. Nobody does (RFC 5321 appendix C). */
static int skip_route(struct reader *reader) {
    char ignored[ADDRESS_DOMAIN_LIMIT + 1];
    for (;;) {
        if (next(reader) != '@')
            return unexpected(reader, "in the source route");
        reader->at++;
        if (read_name(reader, ignored) < 0)
            return -1;
        if (next(reader) != ',')
            break;
        reader->at++;
    }
    if (next(reader) != ':')
        return unexpected(reader, "in the source route");
    reader->at++;
    return 0;
}

/* What stands between the brackets. */
static int read_mailbox(struct reader *reader, enum address_kind kind, struct address *address) {
    bool routed = next(reader) == '@';
    if (routed && skip_route(reader) < 0)
        return -1;
    int status = next(reader) == '"' ? read_quoted_string(reader, address)
                                     : read_dot_string(reader, address);
    if (status < 0)
        return -1;
    if (next(reader) == '>') { /* §4.1.1.3: a server must take mail for <postmaster> */
        if (kind == ADDRESS_FORWARD && !routed && strcasecmp(address->local, "postmaster") == 0)
            return 0;
        return failure_set(reader->why, "the address has no @ and domain");
    }
    if (next(reader) != '@')
        return unexpected(reader, "in the local part");
    reader->at++;
    status = next(reader) == '[' ? read_literal(reader, address->domain)
                                 : read_name(reader, address->domain);
    to_lower(address->domain);
    return status;
}

int address_parse(const char *text, size_t length, enum address_kind kind, bool utf8,
                  struct address *address, struct failure *why) {
    struct reader reader = {text, length, 0, utf8, why};
    address->local[0] = '\0';
    address->domain[0] = '\0';
    if (next(&reader) != '<')
        return failure_set(why, "the address does not begin with <");
    reader.at++;
    if (next(&reader) != '>') {
        if (read_mailbox(&reader, kind, address) < 0)
            return -1;
        if (next(&reader) != '>')
            return unexpected(&reader, "in the domain");
    } else if (kind == ADDRESS_FORWARD) {
        return failure_set(why, "<> is no recipient");
    }
    reader.at++;
    if (reader.at > ADDRESS_PATH_LIMIT)
        return failure_set(why, "the address is longer than %d bytes", ADDRESS_PATH_LIMIT);
    return (int)reader.at;
}

bool address_is_plain(const struct address *address) {
    const char *local = address->local;
    struct reader reader = {local, strlen(local), 0, true, NULL};
    struct address ignored;
    return read_dot_string(&reader, &ignored) == 0 && reader.at == reader.length;
}

void address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]) {
    char *to = text;
    bool empty = address->local[0] == '\0' && address->domain[0] == '\0';
    bool quote = !empty && !address_is_plain(address);
    if (quote)
        *to++ = '"';
    for (const char *from = address->local; *from != '\0'; from++) {
        if (quote && (*from == '"' || *from == '\\'))
            *to++ = '\\';
        *to++ = *from;
    }
    if (quote)
        *to++ = '"';
    const char *at = address->domain[0] == '\0' ? "" : "@";
    snprintf(to, ADDRESS_TEXT_SIZE - (size_t)(to - text), "%s%s", at, address->domain);
}
