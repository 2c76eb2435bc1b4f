#include "step_words.h"
#include "quantity.h"
#include <stdio.h>
#include <string.h>

static const char *tls_words(const struct dialogue_step *step, char words[STEP_WORDS_SIZE]) {
    char number[QUANTITY_SIZE], spare[DIALOGUE_NAME_SIZE];

    if (step->tls == TLS_APPLICATION_DATA)
        snprintf(words, STEP_WORDS_SIZE, "%s octets of TLS", quantity_count(step->length, number));
    else
        snprintf(words, STEP_WORDS_SIZE, "TLS %s", dialogue_tls_name(step, spare));
    return words;
}

const char *step_words(const struct dialogue_step *step, char words[STEP_WORDS_SIZE]) {
    char number[QUANTITY_SIZE];

    switch (step->kind) {
    case DIALOGUE_CONNECT:
        return "connects (SYN, SYN ACK, ACK)";
    case DIALOGUE_REFUSED:
        return "refuses (RST)";
    case DIALOGUE_NO_ANSWER:
        return "connects (SYN), no answer";
    case DIALOGUE_TLS:
        return tls_words(step, words);
    case DIALOGUE_GAP:
        snprintf(words, STEP_WORDS_SIZE, "%s octets not recorded",
                 quantity_count(step->length, number));
        return words;
    case DIALOGUE_CLOSE:
        return "closes (FIN)";
    case DIALOGUE_RESET:
        return "breaks off (RST)";
    default:
        return NULL;
    }
}

const char *step_ending(const struct dialogue_step *step) {
    bool line = step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE;

    if (!line || step->ending == DIALOGUE_CRLF)
        return NULL;
    return step->ending == DIALOGUE_LF ? "LF only" : "no line end";
}

const char *step_class(const struct dialogue_step *step) {
    static const char *const names[] = {
        [DIALOGUE_CONNECT] = "connect", [DIALOGUE_REFUSED] = "reset",
        [DIALOGUE_NO_ANSWER] = "reset", [DIALOGUE_LINE] = "line",
        [DIALOGUE_MESSAGE] = "message", [DIALOGUE_BYTES] = "bytes",
        [DIALOGUE_TLS] = "tls",         [DIALOGUE_GAP] = "gap",
        [DIALOGUE_CLOSE] = "close",     [DIALOGUE_RESET] = "reset",
    };

    return names[step->kind];
}

size_t step_octets(const struct dialogue_step *step, size_t first, size_t count,
                   unsigned char *octets) {
    bool line = step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE;
    const char *ending = !line || step->ending == DIALOGUE_NONE ? ""
                         : step->ending == DIALOGUE_LF          ? "\n"
                                                                : "\r\n";
    size_t length = step->bytes == NULL ? 0 : step->length;
    size_t all = length + (step->bytes == NULL ? 0 : strlen(ending));

    for (size_t i = 0; i < count && first + i < all; i++) {
        size_t at = first + i;
        octets[i] = (unsigned char)(at < length ? step->bytes[at] : ending[at - length]);
    }
    return all;
}
