#include "escape.h"
#include "utf8.h"
#include <string.h>

static const char *entity_of(unsigned char byte) {
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* What cannot be seen, or may not stand in XML (§2.2): C1, zero width, directions, tags,
   noncharacters. RFC 9839 says more. */
static bool is_unseen(uint32_t point) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x80, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160},
        {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
        {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
        {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    }
    return (point & 0xFFFE) == 0xFFFE;
}

/* East Asian wide characters and emoji, roughly: enough to break rows in a picture. */
static int columns_of(uint32_t point) {
    bool wide = (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
                (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
                (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
                (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x20000 && point <= 0x3FFFD);
    return wide ? 2 : 1;
}

static struct glyph ascii(unsigned char byte) {
    struct glyph glyph = {.bytes = 1, .columns = 1};
    const char *entity = entity_of(byte);

    if (entity != NULL) {
        snprintf(glyph.text, sizeof glyph.text, "%s", entity);
    } else if (byte < 0x20 || byte == 0x7F) {
        glyph.stand_in = true;
        glyph.columns =
            snprintf(glyph.text, sizeof glyph.text, byte == '\t' ? "\\t" : "\\x%02X", byte);
    } else {
        glyph.text[0] = (char)byte;
    }
    return glyph;
}

struct glyph escape_next(const char *bytes, size_t length) {
    struct glyph glyph = {.bytes = 1, .stand_in = true};
    size_t count = utf8_length(bytes, length);

    if (count == 1)
        return ascii((unsigned char)bytes[0]);
    if (count == 0) {
        glyph.columns = snprintf(glyph.text, sizeof glyph.text, "\\x%02X", (unsigned char)bytes[0]);
        return glyph;
    }
    uint32_t point = utf8_point(bytes, count);
    glyph.bytes = count;
    if (is_unseen(point)) {
        glyph.columns = snprintf(glyph.text, sizeof glyph.text, "\\u{%X}", (unsigned)point);
        return glyph;
    }
    memcpy(glyph.text, bytes, count);
    glyph.columns = columns_of(point);
    glyph.stand_in = false;
    return glyph;
}

size_t escape_bytes(const char *bytes, size_t length, size_t characters, const char *open,
                    const char *close, FILE *out) {
    size_t at = 0;

    for (size_t i = 0; i < characters && at < length; i++) {
        struct glyph glyph = escape_next(bytes + at, length - at);
        fputs(glyph.stand_in ? open : "", out);
        fputs(glyph.text, out);
        fputs(glyph.stand_in ? close : "", out);
        at += glyph.bytes;
    }
    return at;
}

void escape_text(const char *text, FILE *out) {
    if (text != NULL)
        escape_bytes(text, strlen(text), strlen(text), "", "", out);
}
