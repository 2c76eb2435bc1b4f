#include "media.h"
#include "utf8.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char bytes_of_any_kind[] = "application/octet-stream";
static const char message[] = "message/rfc822";

/* By the end of the name. Types of text are for files that are text. */
static const struct {
    const char *suffix;
    const char *type;
} kinds[] = {{".txt", "text/plain"},       {".csv", "text/csv"},
             {".html", "text/html"},       {".eml", message},
             {".png", "image/png"},        {".jpg", "image/jpeg"},
             {".jpeg", "image/jpeg"},      {".gif", "image/gif"},
             {".svg", "image/svg+xml"},    {".pdf", "application/pdf"},
             {".zip", "application/zip"},  {".gz", "application/gzip"},
             {".json", "application/json"}};

static const char *type_by_name(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t suffix = strlen(kinds[i].suffix);
        if (length > suffix && strcasecmp(name + length - suffix, kinds[i].suffix) == 0)
            return kinds[i].type;
    }
    return NULL;
}

/* What there is in a text that decides how it travels. */
struct look {
    bool utf8;
    bool eight_bit;
    bool nul;
    bool controls; /* other than LF, tab, form feed; CR, unless LF follows */
    bool crlf;
    bool trailing_blank;
    size_t longest; /* line, without its end */
};

static void end_line(struct look *look, size_t line, bool blank) {
    look->trailing_blank = look->trailing_blank || blank;
    if (line > look->longest)
        look->longest = line;
}

static struct look look_at(const char *text, size_t length) {
    struct look look = {.utf8 = utf8_is_valid(text, length)};
    size_t line = 0;
    bool blank = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool crlf = byte == '\r' && i + 1 < length && text[i + 1] == '\n';
        if (byte == '\n' || crlf) {
            end_line(&look, line, blank);
            look.crlf = look.crlf || crlf;
            i += crlf;
            line = 0;
            blank = false;
            continue;
        }
        line++;
        blank = byte == ' ' || byte == '\t';
        look.eight_bit = look.eight_bit || byte > 127;
        look.nul = look.nul || byte == '\0';
        look.controls =
            look.controls || (byte < ' ' && byte != '\t' && byte != '\f') || byte == 127;
    }
    end_line(&look, line, blank);
    return look;
}

static struct media text_of(const struct look *look, const char *type) {
    bool plain = !look->eight_bit && !look->controls && !look->trailing_blank &&
                 look->longest <= MEDIA_LINE_LIMIT;
    return (struct media){type, plain ? MEDIA_7BIT : MEDIA_QUOTED_PRINTABLE,
                          look->eight_bit ? "utf-8" : "us-ascii"};
}

struct media media_of_file(const char *name, const char *bytes, size_t length) {
    enum {
        LINE_LIMIT = 998 /* RFC 5322 §2.1.1 */
    };
    const char *type = type_by_name(name);
    struct look look = look_at(bytes, length);
    bool text = look.utf8 && !look.controls && !look.crlf;
    if (type == message && text && !look.eight_bit && look.longest <= LINE_LIMIT)
        return (struct media){message, MEDIA_7BIT, NULL};
    if (type == NULL && text)
        type = "text/plain";
    if (type == NULL || type == message || (strncmp(type, "text/", 5) == 0 && !text))
        type = bytes_of_any_kind;
    if (strncmp(type, "text/", 5) == 0)
        return text_of(&look, type);
    return (struct media){type, MEDIA_BASE64, NULL};
}

struct media media_of_text(const char *text, size_t length) {
    struct look look = look_at(text, length);
    if (!look.utf8 || look.nul)
        return (struct media){0};
    return text_of(&look, "text/plain");
}

const char *media_encoding_name(enum media_encoding encoding) {
    static const char *const names[] = {[MEDIA_7BIT] = "7bit",
                                        [MEDIA_QUOTED_PRINTABLE] = "quoted-printable",
                                        [MEDIA_BASE64] = "base64"};
    return names[encoding];
}
