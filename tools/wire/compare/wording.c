#include "wording.h"
#include "text.h"
#include <string.h>

#define QUOTE_MOST 60

void wording_quote(const struct dialogue_step *step, struct buf *words) {
    size_t length = step->length;

    if (length > QUOTE_MOST) {
        length = QUOTE_MOST;
        while (length > QUOTE_MOST - 4 && ((unsigned char)step->bytes[length] & 0xC0) == 0x80)
            length--; /* not in the middle of a character */
    }
    buf_append(words, "\"", 1);
    text_printable(step->bytes, length, words, NULL);
    buf_printf(words, "%s\"", length < step->length ? "…" : "");
}

const char *wording_side(enum dialogue_side side) {
    return side == DIALOGUE_CLIENT ? "the client" : "the server";
}

const char *wording_Side(enum dialogue_side side) {
    return side == DIALOGUE_CLIENT ? "The client" : "The server";
}

void wording_step(const struct dialogue_step *step, struct buf *words) {
    char spare[DIALOGUE_NAME_SIZE];

    buf_printf(words, "%s's ", wording_side(step->side));
    switch (step->kind) {
    case DIALOGUE_LINE:
    case DIALOGUE_MESSAGE:
    case DIALOGUE_BYTES:
        wording_quote(step, words);
        break;
    case DIALOGUE_TLS:
        buf_printf(words, "TLS %s", dialogue_tls_name(step, spare));
        break;
    case DIALOGUE_CLOSE:
        buf_printf(words, "FIN");
        break;
    case DIALOGUE_RESET:
    case DIALOGUE_REFUSED:
        buf_printf(words, "RST");
        break;
    case DIALOGUE_CONNECT:
    case DIALOGUE_NO_ANSWER:
        buf_printf(words, "SYN");
        break;
    case DIALOGUE_GAP:
        buf_printf(words, "%zu octets that were not recorded", step->length);
        break;
    }
}
