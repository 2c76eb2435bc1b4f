#include "protocol.h"
#include <string.h>
#include <strings.h>

/* Where ./kit up puts the services, above their own ports. */
#define KIT_UP 2000

static const struct protocol protocols[] = {
    {"POP3", "+OK -ERR", "CAPA STLS APOP", {110, 995, 2110, 2995}, "RFC 1939 §3", PROTOCOL_POP3},
    {"IMAP", "*", "", {143, 993, 2143, 2993}, "RFC 9051 §2.2", PROTOCOL_LINES},
    {"HTTP",
     "HTTP/",
     "GET POST HEAD PUT CONNECT",
     {80, 443, 8080, 8443},
     "RFC 9112 §2.1",
     PROTOCOL_LINES},
    {"SSH", "SSH-", "SSH-", {22}, "RFC 4253 §4.2", PROTOCOL_LINES},
    {"FTP", "", "USER", {21}, "RFC 959 §3.1", PROTOCOL_LINES},
    {"SMTP",
     "220 421 554",
     "EHLO HELO LHLO MAIL RCPT DATA",
     {25, 587, 465, 2025, 2587, 2465},
     "RFC 5321 §2.3.8",
     PROTOCOL_SMTP},
};
#define PROTOCOLS (sizeof protocols / sizeof *protocols)

const struct dialogue_step *protocol_first_line(const struct dialogue *dialogue,
                                                enum dialogue_side side) {
    for (size_t i = 0; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->side == side && step->kind == DIALOGUE_LINE)
            return step;
    }
    return NULL;
}

/* Whether what a side said begins with one of the words. */
static bool begins_with(const struct dialogue_bytes *said, const char *words) {
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (length > 0 && said->length >= length && strncasecmp(said->bytes, words, length) == 0)
            return true;
        words += length + strspn(words + length, " ");
    }
    return false;
}

static const struct protocol *by_port(unsigned port) {
    for (size_t i = 0; i < PROTOCOLS; i++) {
        for (const unsigned *known = protocols[i].ports; *known != 0; known++) {
            if (*known == port)
                return &protocols[i];
        }
    }
    return NULL;
}

static const struct protocol *by_words(const struct dialogue *dialogue) {
    const struct dialogue_bytes *client = &dialogue->side[DIALOGUE_CLIENT];
    const struct dialogue_bytes *server = &dialogue->side[DIALOGUE_SERVER];

    for (size_t i = 0; i < PROTOCOLS; i++) {
        if (begins_with(server, protocols[i].greetings) && !begins_with(client, "USER PASS"))
            return &protocols[i];
    }
    for (size_t i = 0; i < PROTOCOLS; i++) {
        if (begins_with(server, protocols[i].greetings) ||
            begins_with(client, protocols[i].commands))
            return &protocols[i];
    }
    return NULL;
}

const struct protocol *protocol_find(const struct dialogue *dialogue) {
    const struct protocol *port = by_port(dialogue->port[DIALOGUE_SERVER]);
    const struct protocol *words = by_words(dialogue);

    if (dialogue->late)
        return port != NULL ? port : words;
    return words != NULL ? words : port;
}

enum protocol_manner protocol_manner_of(const struct dialogue *dialogue) {
    return dialogue->protocol != NULL ? dialogue->protocol->manner : PROTOCOL_LINES;
}

enum protocol_verdict protocol_verdict_of(const struct dialogue *dialogue,
                                          const struct dialogue_step *step) {
    if (step->side != DIALOGUE_SERVER || step->kind != DIALOGUE_LINE || step->length < 3)
        return PROTOCOL_FINE;
    switch (protocol_manner_of(dialogue)) {
    case PROTOCOL_SMTP:
        return step->bytes[0] == '5'   ? PROTOCOL_REFUSED
               : step->bytes[0] == '4' ? PROTOCOL_NOT_NOW
                                       : PROTOCOL_FINE;
    case PROTOCOL_POP3:
        return !step->data && step->bytes[0] == '-' ? PROTOCOL_REFUSED : PROTOCOL_FINE;
    default:
        return PROTOCOL_FINE;
    }
}

bool protocol_same_service(unsigned one, unsigned other) {
    return one == other || one + KIT_UP == other || other + KIT_UP == one;
}
