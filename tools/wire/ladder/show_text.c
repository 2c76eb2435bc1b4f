#include "show_text.h"
#include "quantity.h"
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* One character: how it is shown, how many bytes it takes from the input, columns on the screen. */
struct character {
    char form[16];
    size_t bytes;
    int columns;
};

/* Characters that cannot be seen but change how others are shown: zero-width ones, and those that
   turn the direction of writing (RFC 9839 says more). */
static bool is_invisible(wchar_t c) {
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0xAD || c == 0x61C;
}

static void show_byte(struct character *character, unsigned char byte) {
    character->columns = snprintf(character->form, sizeof character->form, "\\x%02X", byte);
    character->bytes = 1;
}

/* Also for a blank at the very end, which nobody would see. */
static void show_control(struct character *character, unsigned char byte, bool unicode) {
    unsigned picture = byte == 0x7F ? 0x2421 : 0x2400U + byte; /* "Control Pictures" */

    character->bytes = 1;
    character->columns = 1;
    if (byte == '\t' || !unicode)
        character->columns = snprintf(character->form, sizeof character->form,
                                      byte == '\t' ? "\\t" : "\\x%02X", byte);
    else
        snprintf(character->form, sizeof character->form, "\xE2%c%c",
                 (char)(0x80 | (picture >> 6 & 0x3F)), (char)(0x80 | (picture & 0x3F)));
}

static void show_wide(struct character *character, const char *bytes, size_t length) {
    mbstate_t state;
    wchar_t c;

    memset(&state, 0, sizeof state);
    size_t count = mbrtowc(&c, bytes, length, &state);
    if (count == 0 || count > 4) { /* not UTF-8 (the results for that are very large) */
        show_byte(character, (unsigned char)bytes[0]);
        return;
    }
    character->bytes = count;
    character->columns = wcwidth(c);
    if (character->columns < 0 || is_invisible(c)) {
        character->columns =
            snprintf(character->form, sizeof character->form, "\\u{%lX}", (unsigned long)c);
        return;
    }
    memcpy(character->form, bytes, count);
    character->form[count] = '\0';
}

static struct character take(const char *bytes, size_t length, bool unicode) {
    struct character character = {.form = ""};
    unsigned char byte = (unsigned char)bytes[0];

    if (byte < 0x20 || byte == 0x7F || (byte == ' ' && length == 1)) {
        show_control(&character, byte, unicode);
    } else if (byte < 0x7F) {
        character.form[0] = bytes[0];
        character.bytes = 1;
        character.columns = 1;
    } else if (unicode) {
        show_wide(&character, bytes, length);
    } else {
        show_byte(&character, byte);
    }
    return character;
}

int show_text_row(const char *bytes, size_t length, size_t *position, int width, bool unicode,
                  struct buf *out) {
    /* Behind the last blank: where the row would best be broken. */
    size_t blank_position = 0, blank_length = 0;
    size_t at = *position;
    int columns = 0, blank_columns = 0;

    while (at < length) {
        struct character character = take(bytes + at, length - at, unicode);
        if (columns > 0 && columns + character.columns > width)
            break;
        buf_append(out, character.form, strlen(character.form));
        columns += character.columns;
        at += character.bytes;
        if (character.form[0] == ' ') {
            blank_position = at;
            blank_length = out->length - 1;
            blank_columns = columns - 1;
        }
    }
    if (at + 1 < length && bytes[at] == ' ') {
        at++; /* the row ends where a word does */
    } else if (at < length && blank_columns > width / 2) {
        /* Not for the sake of a word that would leave the row half empty. */
        at = blank_position;
        out->length = blank_length;
        out->bytes[out->length] = '\0'; /* as every buf ends */
        columns = blank_columns;
    }
    *position = at;
    return columns;
}

const char *show_number(unsigned long long number, char text[32]) {
    return quantity_count(number, text);
}
