#include "text.h"
#include <string.h>

void text_begin(struct text *text, unsigned long long lines) {
    *text = (struct text){.left = lines};
}

/* What a line's end means to TOP. */
static void end_line(struct text *text, bool empty) {
    if (text->body && text->left != TEXT_ALL)
        text->left--;
    else if (empty)
        text->body = true;
    text->done = text->body && text->left == 0;
    text->begun = text->cr = text->only_cr = false;
}

size_t text_take(struct text *text, const char *bytes, size_t count, char *out) {
    const char *end = bytes + count;
    char *to = out;
    while (bytes < end && !text->done) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((lf == NULL ? end : lf) - bytes);
        if (!text->begun && length > 0 && *bytes == '.') {
            *to++ = '.';
            text->size--; /* it does not count */
        }
        memcpy(to, bytes, length);
        to += length;
        if (length > 0) {
            text->only_cr = !text->begun && length == 1 && *bytes == '\r';
            text->cr = bytes[length - 1] == '\r';
            text->begun = true;
        }
        bytes += length;
        if (lf == NULL)
            break;
        bool empty = !text->begun || text->only_cr;
        if (!text->cr)
            *to++ = '\r';
        *to++ = '\n';
        end_line(text, empty);
        bytes++;
    }
    text->size += (unsigned long long)(to - out);
    return (size_t)(to - out);
}

size_t text_end(struct text *text, char *out) {
    size_t length = 0;
    if (text->done || !text->begun)
        return 0;
    if (!text->cr)
        out[length++] = '\r';
    out[length++] = '\n';
    text->size += length;
    text->done = true;
    return length;
}

void text_count(struct text *text, const char *bytes, size_t count) {
    const char *end = bytes + count;
    text->size += count;
    while (bytes < end) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        if (lf == NULL) {
            text->cr = end[-1] == '\r';
            text->begun = true;
            break;
        }
        if (lf > bytes)
            text->cr = lf[-1] == '\r';
        text->size += text->cr ? 0 : 1;
        text->cr = text->begun = false;
        bytes = lf + 1;
    }
}

void text_count_end(struct text *text) {
    if (text->begun)
        text->size += text->cr ? 1 : 2;
}
