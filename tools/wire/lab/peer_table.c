#include "peer_table.h"
#include "text.h"
#include <string.h>

static const char *const certificates[] = {"expired", "wrong-host", "self-signed", NULL};
static const char *const versions[] = {"1.2", "1.3", "1.1", "1.0", NULL};

static const struct peer_kind kinds[] = {
    {.name = "one-byte",
     .sentence = "each byte in a segment of its own, the next one when the last one was read",
     .to_program = peer_one_byte,
     .to_own_server = peer_one_byte,
     .to_server = peer_one_byte},
    {.name = "slow",
     .sentence = "pieces of at most 7 bytes, 2 milliseconds apart",
     .to_program = peer_slow,
     .to_own_server = peer_slow,
     .to_server = peer_slow},
    {.name = "coalesced",
     .sentence = "what comes without a gap of 20 milliseconds arrives as one piece",
     .to_program = peer_coalesced,
     .to_own_server = peer_coalesced,
     .to_server = peer_coalesced,
     .quiet_ms = 20},
    {.name = "half-reply",
     .sentence = "pauses for N milliseconds behind the first line of each reply of several lines",
     .to_program = peer_half_reply,
     .to_server = peer_listens,
     .reads = true,
     .standard = 500,
     .least = 1,
     .most = 60000},
    {.name = "late-banner",
     .sentence = "greets after N milliseconds; a client that speaks before that gets 554, or -ERR",
     .to_program = peer_late_banner,
     .to_server = peer_late_client,
     .reads = true,
     .standard = 1000,
     .least = 1,
     .most = 600000},
    {.name = "stall",
     .sentence = "falls silent after N replies, and keeps the connection open",
     .to_program = peer_stall,
     .to_own_server = peer_stall,
     .to_server = peer_listens,
     .reads = true,
     .standard = 1,
     .least = 1,
     .most = 1000000},
    {.name = "cut",
     .sentence = "closes (FIN) in the middle of a line of reply N",
     .to_program = peer_cut,
     .to_own_server = peer_cut,
     .to_server = peer_listens,
     .reads = true,
     .standard = 2,
     .least = 1,
     .most = 1000000},
    {.name = "reset",
     .sentence = "breaks the connection (RST) in the middle of a line of reply N",
     .to_program = peer_reset,
     .to_own_server = peer_reset,
     .to_server = peer_listens,
     .reads = true,
     .standard = 2,
     .least = 1,
     .most = 1000000},
    {.name = "bare-lf",
     .sentence = "the server's lines end in LF alone",
     .to_program = peer_bare_lf,
     .to_own_server = peer_bare_lf,
     .reads = true},
    {.name = "long-line",
     .sentence = "makes the first line of each reply N octets long; SMTP and POP3 allow 512",
     .to_program = peer_long_line,
     .to_own_server = peer_long_line,
     .to_server = peer_listens,
     .reads = true,
     .standard = 1000,
     .least = 513,
     .most = 1000000},
    {.name = "multi-line",
     .sentence = "SMTP: each reply of one line comes as two",
     .to_program = peer_multi_line,
     .reads = true},
    {.name = "busy",
     .sentence = "greets with 421, or -ERR [SYS/TEMP], and closes",
     .to_program = peer_busy,
     .reads = true},
    {.name = "no-esmtp",
     .sentence = "EHLO does not get through: the server knows no such command",
     .to_server = peer_no_esmtp,
     .reads = true},
    {.name = "no-capa",
     .sentence = "CAPA does not get through: the server knows no such command",
     .to_server = peer_no_capa,
     .reads = true},
    {.name = "strip-starttls",
     .sentence = "takes STARTTLS, or STLS, out of what the server offers; who says it is refused",
     .to_program = peer_strip_starttls,
     .to_server = peer_hides_starttls,
     .reads = true},
    {.name = "refuse-starttls",
     .sentence = "answers STARTTLS with 454, STLS with -ERR",
     .to_program = peer_refuse_starttls,
     .to_server = peer_hides_starttls,
     .reads = true},
    {.name = "inject-starttls",
     .sentence = "says more in clear behind the 220 or +OK that STARTTLS or STLS gets",
     .to_program = peer_inject_starttls,
     .to_server = peer_hears_starttls,
     .reads = true},
    {.name = "bad-cert",
     .sentence = "shakes hands himself, with the certificate W: expired, wrong-host, self-signed",
     .words = certificates,
     .intercepts = PEER_CERTIFICATE},
    {.name = "only-tls",
     .sentence = "shakes hands himself, in version W of TLS alone: 1.2, 1.3, 1.1, 1.0",
     .words = versions,
     .intercepts = PEER_VERSION},
    {.name = "tls-garbage",
     .sentence = "what answers the ClientHello is no TLS",
     .to_program = peer_tls_garbage},
    {.name = "tls-tamper",
     .sentence = "changes a bit in encrypted record N of the server; with TLS 1.3, 1 shakes hands",
     .to_program = peer_tls_tamper,
     .standard = 1,
     .least = 1,
     .most = 1000000},
    {.name = "tls-cut",
     .sentence = "closes (FIN) instead of the server's close_notify",
     .to_program = peer_tls_cut},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const struct peer_kind *find(const char *name, size_t length) {
    for (size_t i = 0; i < KINDS; i++)
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0)
            return &kinds[i];
    return NULL;
}

static int unknown(const char *word, struct failure *why) {
    char names[500] = "";
    for (size_t i = 0; i < KINDS; i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "", kinds[i].name);
    }
    return failure_set(why, "there is no peer \"%.40s\": known are %s", word, names);
}

static int choose(const struct peer_kind *kind, const char *word, struct peer *peer,
                  struct failure *why) {
    char names[100] = "";
    for (size_t i = 0; kind->words[i] != NULL; i++) {
        size_t length = strlen(names);
        if (strcmp(kind->words[i], word) == 0) {
            peer->number = i;
            return 0;
        }
        snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "", kind->words[i]);
    }
    return failure_set(why, "%s takes one of %s, not \"%.40s\"", kind->name, names, word);
}

/* "stall" or "stall=2", "bad-cert" or "bad-cert=expired". */
static int parse_one(const char *word, struct peer *peer, struct failure *why) {
    size_t length = strcspn(word, "=");
    const struct peer_kind *kind = find(word, length);
    if (kind == NULL)
        return unknown(word, why);
    *peer = (struct peer){.kind = kind, .number = kind->standard};
    if (word[length] == '\0')
        return 0;
    if (kind->words != NULL)
        return choose(kind, word + length + 1, peer, why);
    if (kind->most == 0)
        return failure_set(why, "%s takes no number", kind->name);
    if (text_number(word + length + 1, kind->most, &peer->number, NULL) < 0 ||
        peer->number < kind->least)
        return failure_set(why, "%s takes a number from %lu to %lu, not \"%.40s\"", kind->name,
                           kind->least, kind->most, word + length + 1);
    return 0;
}

/* The text up to a bar or its end, without the blanks around it. Returns where it ends. */
static const char *cut_word(const char *text, char *word, size_t size) {
    const char *end = text + strcspn(text, "|");
    text += strspn(text, " \t");
    size_t length = text < end ? (size_t)(end - text) : 0;
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    snprintf(word, size, "%.*s", (int)(length < size ? length : size), text);
    return end;
}

int peer_parse(const char *text, struct peers *peers, struct failure *why) {
    char word[100];
    *peers = (struct peers){.count = 0};
    for (;; text++) {
        text = cut_word(text, word, sizeof word);
        if (peers->count == PEER_LIMIT)
            return failure_set(why, "more than %d peers in a row", PEER_LIMIT);
        if (parse_one(word, &peers->list[peers->count], why) < 0)
            return -1;
        peers->count++;
        if (*text == '\0')
            return 0;
    }
}

int peer_check_own_server(const struct peers *peers, struct failure *why) {
    char names[300] = "";
    for (size_t i = 0; i < KINDS; i++) {
        size_t length = strlen(names);
        if (kinds[i].to_own_server != NULL)
            snprintf(names + length, sizeof names - length, "%s%s", length > 0 ? ", " : "",
                     kinds[i].name);
    }
    for (size_t i = 0; i < peers->count; i++)
        if (peers->list[i].kind->to_own_server == NULL)
            return failure_set(why,
                               "the peer %s changes what a server says; before the program, which "
                               "is the server, can stand %s",
                               peers->list[i].kind->name, names);
    return 0;
}

void peer_print_all(FILE *out) {
    for (size_t i = 0; i < KINDS; i++) {
        const struct peer_kind *kind = &kinds[i];
        char name[40], standard[40] = "";
        snprintf(name, sizeof name, "%s%s", kind->name,
                 kind->most > 0        ? "=N"
                 : kind->words != NULL ? "=W"
                                       : "");
        if (kind->most > 0)
            snprintf(standard, sizeof standard, " (%lu)", kind->standard);
        fprintf(out, "  %-15s %s%s\n", name, kind->sentence, standard);
    }
}
