#include "crlf.h"
#include <string.h>

void crlf_begin(struct crlf *crlf, unsigned long long lines) {
    *crlf = (struct crlf){.left = lines};
}

/* What a line's end means to TOP. */
static void end_line(struct crlf *crlf, bool empty) {
    if (crlf->body && crlf->left != CRLF_ALL)
        crlf->left--;
    else if (empty)
        crlf->body = true;
    crlf->done = crlf->body && crlf->left == 0;
    crlf->begun = crlf->cr = crlf->only_cr = false;
}

size_t crlf_take(struct crlf *crlf, const char *bytes, size_t count, char *out) {
    const char *end = bytes + count;
    char *to = out;
    while (bytes < end && !crlf->done) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)((lf == NULL ? end : lf) - bytes);
        if (!crlf->begun && length > 0 && *bytes == '.') {
            *to++ = '.';
            crlf->size--; /* it does not count */
        }
        memcpy(to, bytes, length);
        to += length;
        if (length > 0) {
            crlf->only_cr = !crlf->begun && length == 1 && *bytes == '\r';
            crlf->cr = bytes[length - 1] == '\r';
            crlf->begun = true;
        }
        bytes += length;
        if (lf == NULL)
            break;
        bool empty = !crlf->begun || crlf->only_cr;
        if (!crlf->cr)
            *to++ = '\r';
        *to++ = '\n';
        end_line(crlf, empty);
        bytes++;
    }
    crlf->size += (unsigned long long)(to - out);
    return (size_t)(to - out);
}

size_t crlf_end(struct crlf *crlf, char *out) {
    size_t length = 0;
    if (crlf->done || !crlf->begun)
        return 0;
    if (!crlf->cr)
        out[length++] = '\r';
    out[length++] = '\n';
    crlf->size += length;
    crlf->done = true;
    return length;
}

void crlf_count(struct crlf *crlf, const char *bytes, size_t count) {
    const char *end = bytes + count;
    crlf->size += count;
    while (bytes < end) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        if (lf == NULL) {
            crlf->cr = end[-1] == '\r';
            crlf->begun = true;
            break;
        }
        if (lf > bytes)
            crlf->cr = lf[-1] == '\r';
        crlf->size += crlf->cr ? 0 : 1;
        crlf->cr = crlf->begun = false;
        bytes = lf + 1;
    }
}

void crlf_count_end(struct crlf *crlf) {
    if (crlf->begun)
        crlf->size += crlf->cr ? 1 : 2;
}
