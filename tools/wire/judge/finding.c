#include "finding.h"
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_LIMIT = 4096,
    SHOWN_BEFORE = 30, /* bytes around the culprit */
    SHOWN_BEHIND = 30,
};

void finding_init(struct finding *finding) {
    *finding = (struct finding){0};
    buf_init(&finding->expected, TEXT_LIMIT);
    buf_init(&finding->got, TEXT_LIMIT);
    buf_init(&finding->look, TEXT_LIMIT);
}

void finding_free(struct finding *finding) {
    buf_free(&finding->expected);
    buf_free(&finding->got);
    buf_free(&finding->look);
}

static void __attribute__((format(printf, 2, 0)))
set(struct buf *buf, const char *format, va_list values) {
    char *text = NULL;
    buf_clear(buf);
    if (vasprintf(&text, format, values) < 0)
        return;
    size_t length = strlen(text);
    buf_append(buf, text, length < TEXT_LIMIT ? length : TEXT_LIMIT);
    free(text);
}

void finding_expected(struct finding *finding, const char *format, ...) {
    va_list values;
    va_start(values, format);
    set(&finding->expected, format, values);
    va_end(values);
}

void finding_got(struct finding *finding, const char *format, ...) {
    va_list values;
    va_start(values, format);
    set(&finding->got, format, values);
    va_end(values);
}

static size_t columns_of(const char *text) {
    size_t columns = 0;
    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

void finding_show(struct buf *out, const char *lead, const void *bytes, size_t length, size_t at,
                  const char *words) {
    const char *from = bytes;
    size_t start = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
    size_t end = length - at > SHOWN_BEHIND ? at + SHOWN_BEHIND : length;
    size_t before = 0;
    buf_printf(out, "%s%s\"", lead, start > 0 ? "..." : "");
    text_printable(from + start, at - start, out, &before);
    text_printable(from + at, end - at, out, NULL);
    size_t caret = columns_of(lead) + (start > 0 ? 3 : 0) + 1 + before;
    buf_printf(out, "\"%s\n%*s^ %s", end < length ? "..." : "", (int)caret, "", words);
}
