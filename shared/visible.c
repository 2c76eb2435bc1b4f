#include "visible.h"
#include <stdint.h>

/* How many bytes the character at bytes[0] takes; 0: it is no whole, valid, printable UTF-8
   character (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t printable_length(const unsigned char *bytes, size_t count) {
    unsigned char lead = bytes[0];
    if (lead < 0x80)
        return lead >= ' ' && lead != 0x7F;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > count)
        return 0;
    uint32_t code = lead & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3FU);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    return code >= 0xA0 ? length : 0; /* U+0080 to U+009F are control characters (C1) */
}

int visible_append(struct buf *out, const char *bytes, size_t count) {
    const unsigned char *from = (const unsigned char *)bytes;
    for (size_t i = 0; i < count;) {
        size_t length = printable_length(from + i, count - i);
        int result = 0;
        if (from[i] == '\r' && i + 1 < count && from[i + 1] == '\n')
            i++; /* the LF that follows speaks for both */
        if (length > 0 || from[i] == '\n' || from[i] == '\t')
            result = buf_append(out, bytes + i, length > 0 ? length : 1);
        else if (from[i] == '\r')
            result = buf_append(out, "\\r", 2);
        else
            result = buf_printf(out, "\\x%02X", (unsigned)from[i]);
        if (result < 0)
            return -1;
        i += length > 0 ? length : 1;
    }
    return 0;
}
