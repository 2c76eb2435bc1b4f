#include "log.h"
#include "failure.h"
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2000 /* without the newline */

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static const char *log_program = "?";
static enum log_level log_limit = LOG_INFO;

void log_open(const char *program, enum log_level level) {
    log_program = program;
    log_limit = level;
}

int log_level_parse(const char *name, enum log_level *level) {
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return 0;
        }
    }
    return -1;
}

/* How many bytes the printable character at `text` has, at most `left`; 0: none is there. UTF-8 by
   RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF; no C1 controls either. */
static size_t printable(const unsigned char *text, size_t left) {
    if (text[0] < 0x80)
        return text[0] >= ' ' && text[0] != 0x7F;
    static const struct {
        unsigned char first, last, second_low, second_high, size;
    } forms[] = {
        {0xC2, 0xC2, 0xA0, 0xBF, 2}, {0xC3, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t size = forms[i].size;
        if (text[0] < forms[i].first || text[0] > forms[i].last || left < size)
            continue;
        bool whole = text[1] >= forms[i].second_low && text[1] <= forms[i].second_high;
        for (size_t n = 2; n < size; n++)
            whole = whole && (text[n] & 0xC0) == 0x80;
        return whole ? size : 0;
    }
    return 0;
}

/* Adds `text` to the line of `length` bytes, escaped and cut. Returns the new length. */
static size_t add_escaped(char *line, size_t length, const char *text, size_t count) {
    static const char hex[] = "0123456789ABCDEF", cut[] = "…";
    const size_t end = LINE_MAX_BYTES;
    size_t safe = length; /* the last place where the cut mark would still fit */
    for (size_t i = 0; i < count;) {
        const unsigned char *at = (const unsigned char *)text + i;
        size_t size = printable(at, count - i);
        char escaped[] = {'\\', 'x', hex[*at >> 4], hex[*at & 15]};
        size_t width = size > 0 ? size : sizeof escaped;
        if (length + sizeof cut - 1 <= end)
            safe = length;
        if (length + width > end) {
            memcpy(line + safe, cut, sizeof cut - 1);
            return safe + sizeof cut - 1;
        }
        memcpy(line + length, size > 0 ? (const char *)at : escaped, width);
        length += width;
        i += size > 0 ? size : 1;
    }
    return length;
}

static size_t add_head(char *line, size_t size, enum log_level level) {
    struct timespec now;
    struct tm utc;
    char second[sizeof "2026-11-21T10:07:08"] = "";
    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL)
        strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &utc);
    int length =
        snprintf(line, size, "%s.%03dZ %.40s[%d] %s ", second, (int)(now.tv_nsec / 1000000),
                 log_program, (int)getpid(), level_names[level]);
    return length > 0 ? (size_t)length : 0;
}

void log_event(enum log_level level, const char *format, ...) {
    if (level > log_limit)
        return;
    int error = errno; /* whoever logs an error has not read errno for the last time */
    /* More than fits, so that add_escaped sees that it must cut. */
    char text[LINE_MAX_BYTES + 8], line[LINE_MAX_BYTES + 1];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t length = add_head(line, sizeof line, level);
    length = add_escaped(line, length, text, count < 0 ? 0 : strnlen(text, sizeof text));
    line[length++] = '\n';
    while (write(STDERR_FILENO, line, length) < 0 && errno == EINTR)
        ;
    errno = error;
}

void log_not_written(int todo, const char *function) {
    static atomic_uint told;
    struct failure words;
    unsigned bit = 1U << todo;
    failure_not_written(&words, todo, function);
    if ((atomic_fetch_or(&told, bit) & bit) == 0)
        log_event(LOG_ERROR, "%s", words.text);
}
