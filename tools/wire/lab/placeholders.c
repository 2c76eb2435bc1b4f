#include "placeholders.h"
#include "base64.h"
#include "files.h"
#include <stdio.h>
#include <string.h>

#define PASSWORDS KIT_BUILD_DIR "/lab/passwords.txt"

enum {
    ARGUMENT_SIZE = 200,
    FILE_LIMIT = 65536,
};

static int no_room(struct failure *why) {
    return failure_set(why, "not enough memory");
}

static int add(struct buf *out, const void *bytes, size_t count, struct failure *why) {
    return count == 0 || buf_append(out, bytes, count) == 0 ? 0 : no_room(why);
}

static int add_nonce(const char *argument, const char *nonce, struct buf *out,
                     struct failure *why) {
    (void)argument;
    return add(out, nonce, strlen(nonce), why);
}

static int add_base64(const char *argument, const char *nonce, struct buf *out,
                      struct failure *why) {
    (void)nonce;
    return base64_encode(argument, strlen(argument), out) == 0 ? 0 : no_room(why);
}

/* The list has lines of an address, a blank and a password. */
static int find_password(const char *name, const struct buf *list, struct buf *out,
                         struct failure *why) {
    char start[ARGUMENT_SIZE + 20];
    int length = snprintf(start, sizeof start, "%s%s ", name,
                          strchr(name, '@') != NULL ? "" : "@example.org");
    for (const char *line = list->bytes; line != NULL && *line != '\0';
         line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, start, (size_t)length) == 0)
            return add(out, line + length, strcspn(line + length, "\n"), why);
    }
    return failure_set(why, "%s knows nobody called %s", PASSWORDS, name);
}

static int add_password(const char *argument, const char *nonce, struct buf *out,
                        struct failure *why) {
    (void)nonce;
    struct buf list;
    buf_init(&list, FILE_LIMIT);
    int result = files_read(PASSWORDS, &list, why);
    if (result == 0)
        result = find_password(argument, &list, out, why);
    buf_wipe(&list);
    return result;
}

/* `start` is the placeholder up to its argument, or the whole of it. */
static const struct placeholder {
    const char *start;
    int (*add)(const char *argument, const char *nonce, struct buf *out, struct failure *why);
} placeholders[] = {{"{nonce}", add_nonce}, {"{password ", add_password}, {"{base64 ", add_base64}};

/* The first one in these bytes, and where it is; NULL: there is none. */
static const struct placeholder *find(const char *bytes, size_t length, const char **at) {
    for (*at = bytes; (*at = memchr(*at, '{', length - (size_t)(*at - bytes))) != NULL; ++*at) {
        for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
            size_t start = strlen(placeholders[i].start);
            if (length - (size_t)(*at - bytes) >= start &&
                memcmp(*at, placeholders[i].start, start) == 0)
                return &placeholders[i];
        }
    }
    return NULL;
}

bool placeholders_in(const char *text) {
    const char *at;
    return find(text, strlen(text), &at) != NULL;
}

/* Adds what the one at `at` stands for. *at is behind it then. 0 or -1. */
static int fill_one(const struct placeholder *placeholder, const char **at, const char *end,
                    const char *nonce, struct buf *out, struct failure *why) {
    size_t length = strlen(placeholder->start);
    *at += length;
    if (placeholder->start[length - 1] == '}')
        return placeholder->add("", nonce, out, why);
    char argument[ARGUMENT_SIZE];
    const char *close = memchr(*at, '}', (size_t)(end - *at));
    if (close == NULL || close - *at >= ARGUMENT_SIZE)
        return failure_set(why, "\"%s\" needs a word and \"}\"", placeholder->start);
    snprintf(argument, sizeof argument, "%.*s", (int)(close - *at), *at);
    *at = close + 1;
    return placeholder->add(argument, nonce, out, why);
}

int placeholders_fill(const void *bytes, size_t length, const char *nonce, struct buf *out,
                      struct failure *why) {
    const char *from = bytes, *end = from + length, *at;
    const struct placeholder *found;
    while (length > 0 && (found = find(from, (size_t)(end - from), &at)) != NULL) {
        if (add(out, from, (size_t)(at - from), why) < 0 ||
            fill_one(found, &at, end, nonce, out, why) < 0)
            return -1;
        from = at;
    }
    return length == 0 ? 0 : add(out, from, (size_t)(end - from), why);
}
