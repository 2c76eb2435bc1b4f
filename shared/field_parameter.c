/* The parameters of a field, and what RFC 2231 makes of those that are not plain. */
#include "field.h"
#include "utf8.h"
#include <stdio.h>
#include <string.h>

enum {
    PLAIN_LIMIT = 60, /* a longer value is written in pieces */
};

static int too_large(struct failure *why) {
    return failure_set(why, "the message is too large");
}

/* What can stand in quotes as it is. */
static bool is_plain(const char *value) {
    for (const char *c = value; *c != '\0'; c++)
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
            return false;
    return strlen(value) <= PLAIN_LIMIT && strstr(value, "=?") == NULL;
}

static int check(const char *name, const char *value, struct failure *why) {
    if (!utf8_is_valid(value, strlen(value)))
        return failure_set(why, "%s: the %s is not UTF-8", value, name);
    for (const char *c = value; *c != '\0'; c++)
        if ((*c >= 0 && *c < ' ') || *c == 127)
            return failure_set(why, "%s: the %s has control characters", value, name);
    return 0;
}

/* RFC 2231 §7: attribute-char. */
static bool is_attribute_char(unsigned char byte) {
    return byte > ' ' && byte < 127 && strchr("*'%()<>@,;:\\\"/[]?=", byte) == NULL;
}

/* One character, percent-encoded where it must be: at most 12 bytes. Its length. */
static size_t encode_character(const char *value, size_t length, char out[16]) {
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];
        used += (size_t)snprintf(out + used, 16 - used, is_attribute_char(byte) ? "%c" : "%%%02X",
                                 byte);
    }
    return used;
}

/* All of the value, as long as the line allows, into `piece`; how many bytes of it that were. */
static size_t encode_piece(const char *value, size_t room, struct buf *piece) {
    size_t left = strlen(value), taken = 0;
    while (taken < left) {
        char encoded[16];
        size_t length = utf8_length(value + taken, left - taken);
        size_t count = encode_character(value + taken, length, encoded);
        if (piece->length + count > room || buf_append(piece, encoded, count) < 0)
            break;
        taken += length;
    }
    return taken;
}

int field_add_parameter(const char *name, const char *value, struct buf *header,
                        struct failure *why) {
    static const char charset[] = "UTF-8''";
    if (check(name, value, why) < 0)
        return -1;
    if (is_plain(value))
        return buf_printf(header, ";\r\n %s=\"%s\"", name, value) < 0 ? too_large(why) : 0;

    /* " name*12*=UTF-8''…;" */
    const size_t room = FIELD_LINE_LIMIT - strlen(name) - sizeof " *12*=UTF-8'';" + 1;
    struct buf piece;
    int result = 0, number = 0;
    buf_init(&piece, FIELD_LINE_LIMIT);
    do {
        char mark[16] = "";
        buf_clear(&piece);
        size_t taken = encode_piece(value, room, &piece);
        if (number > 0 || value[taken] != '\0')
            snprintf(mark, sizeof mark, "*%d", number);
        result = buf_printf(header, ";\r\n %s%s*=%s%s", name, mark, number == 0 ? charset : "",
                            piece.length > 0 ? piece.bytes : "");
        value += taken;
        number++;
        if (taken == 0)
            break;
    } while (result == 0 && *value != '\0');
    buf_free(&piece);
    return result < 0 ? too_large(why) : 0;
}
