#include "xtext.h"
#include <string.h>

/* Upper case only (RFC 3461 §4). -1: no digit. */
static int digit(char letter) {
    static const char digits[] = "0123456789ABCDEF";
    const char *found = letter == '\0' ? NULL : strchr(digits, letter);
    return found == NULL ? -1 : (int)(found - digits);
}

bool xtext_decode(const char *text, bool utf8, char *plain) {
    for (; *text != '\0'; text++) {
        int byte = (unsigned char)*text;
        bool coded = byte == '+';
        if (byte == '=' || byte <= ' ' || byte == 127 || (byte > 127 && !utf8))
            return false;
        if (coded) {
            int high = digit(text[1]);
            int low = high < 0 ? -1 : digit(text[2]);
            byte = high * 16 + low;
            if (low < 0 || byte < ' ' || byte > 126)
                return false;
            text += 2;
        }
        *plain++ = (char)byte;
    }
    *plain = '\0';
    return true;
}
