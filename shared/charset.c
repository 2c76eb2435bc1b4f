#include "charset.h"
#include "utf8.h"
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char unknown[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Other names than UTF-8 and US-ASCII; a "#" stands for one or two digits, as in iso-8859-15. */
static const char *const known[] = {
    "iso-8859-#", "latin1", "windows-125#", "cp125#", "koi8-r", "koi8-u",  "iso-2022-jp",
    "shift_jis",  "euc-jp", "euc-kr",       "gb2312", "gbk",    "gb18030", "big5",
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_known(const char *charset) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strcspn(known[i], "#");
        if (strncasecmp(charset, known[i], length) != 0)
            continue;
        const char *rest = charset + length;
        if (known[i][length] == '#' && is_digit(rest[0]))
            rest += is_digit(rest[1]) ? 2 : 1;
        if (*rest == '\0')
            return true;
    }
    return false;
}

static int append_utf8(struct buf *out, const char *bytes, size_t length) {
    while (length > 0) {
        size_t good = 0, character;
        while (good < length && (character = utf8_length(bytes + good, length - good)) > 0)
            good += character;
        if (buf_append(out, bytes, good) < 0 ||
            (good < length && buf_append(out, unknown, sizeof unknown - 1) < 0))
            return -1;
        good += good < length;
        bytes += good;
        length -= good;
    }
    return 0;
}

/* iconv takes a char ** that it does not write through. */
static int append_converted(struct buf *out, iconv_t to_utf8, const char *bytes, size_t length) {
    char *from = (char *)(size_t)bytes;
    char some[1024];
    while (length > 0) {
        char *to = some;
        size_t room = sizeof some;
        size_t done = iconv(to_utf8, &from, &length, &to, &room);
        int error = errno;
        if (buf_append(out, some, sizeof some - room) < 0)
            return -1;
        if (done != (size_t)-1 || error == E2BIG)
            continue;
        if (buf_append(out, unknown, sizeof unknown - 1) < 0)
            return -1;
        if (error != EILSEQ) /* the text ends within a character */
            break;
        from++;
        length--;
    }
    return 0;
}

int charset_append(struct buf *out, const char *charset, const char *bytes, size_t length) {
    iconv_t to_utf8 = is_known(charset) ? iconv_open("UTF-8", charset) : (iconv_t)-1;
    if (to_utf8 == (iconv_t)-1)
        return append_utf8(out, bytes, length);
    int result = append_converted(out, to_utf8, bytes, length);
    iconv_close(to_utf8);
    return result;
}
