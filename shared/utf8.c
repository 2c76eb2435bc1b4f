#include "utf8.h"

size_t utf8_length(const void *text, size_t left) {
    const unsigned char *bytes = text;
    unsigned char first = bytes[0];
    size_t length = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    }
    bool too_long = (first == 0xE0 && bytes[1] < 0xA0) || (first == 0xF0 && bytes[1] < 0x90);
    bool surrogate = first == 0xED && bytes[1] >= 0xA0;
    bool beyond = first == 0xF4 && bytes[1] >= 0x90;
    return too_long || surrogate || beyond ? 0 : length;
}

uint32_t utf8_point(const void *text, size_t length) {
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *bytes = text;
    uint32_t point = bytes[0] & masks[length];

    for (size_t i = 1; i < length; i++)
        point = point << 6 | (bytes[i] & 0x3F);
    return point;
}

bool utf8_is_valid(const void *bytes, size_t count) {
    const char *text = bytes;

    while (count > 0) {
        size_t length = utf8_length(text, count);
        if (length == 0)
            return false;
        text += length;
        count -= length;
    }
    return true;
}
