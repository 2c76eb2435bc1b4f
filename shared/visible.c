#include "visible.h"
#include "utf8.h"

/* How many bytes the character at bytes[0] takes; 0: it is no whole, valid, printable UTF-8
   character. */
static size_t printable_length(const unsigned char *bytes, size_t count) {
    if (bytes[0] < 0x80)
        return bytes[0] >= ' ' && bytes[0] != 0x7F;
    size_t length = utf8_length(bytes, count);
    /* U+0080 to U+009F are control characters (C1). */
    return length > 0 && utf8_point(bytes, length) >= 0xA0 ? length : 0;
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
