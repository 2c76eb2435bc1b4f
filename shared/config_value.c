#include "config_value.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

/* What each type may have behind its number, and what that multiplies it with. */
static const struct unit {
    enum config_type type;
    char letter;
    long long factor;
} units[] = {
    {CONFIG_BYTES, 'K', 1LL << 10}, {CONFIG_BYTES, 'M', 1LL << 20}, {CONFIG_BYTES, 'G', 1LL << 30},
    {CONFIG_SECONDS, 's', 1},       {CONFIG_SECONDS, 'm', 60},      {CONFIG_SECONDS, 'h', 3600},
    {CONFIG_SECONDS, 'd', 86400},
};

const char *config_type_words(enum config_type type) {
    switch (type) {
    case CONFIG_TEXT:
        return "text";
    case CONFIG_LIST:
        return "words with blanks between them";
    case CONFIG_PATH:
        return "a path";
    case CONFIG_NUMBER:
        return "a whole number";
    case CONFIG_BYTES:
        return "a number of bytes, or of KiB, MiB, GiB with K, M, G behind it";
    case CONFIG_SECONDS:
        return "a number of seconds, or of minutes, hours, days with m, h, d behind it";
    case CONFIG_YES_NO:
        return "yes or no";
    }
    return "a value";
}

/* 0, or -1: not a number of this type, or too big for a long long. */
static int parse_number(enum config_type type, const char *text, long long *number) {
    if (text[0] < '0' || text[0] > '9')
        return -1;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0)
        return -1;
    long long factor = 1;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].type == type && end[0] == units[i].letter && end[1] == '\0') {
            factor = units[i].factor;
            end++;
            break;
        }
    }
    if (*end != '\0' || value > LLONG_MAX / factor)
        return -1;
    *number = value * factor;
    return 0;
}

static int parse_yes_no(const char *text, long long *number) {
    *number = strcmp(text, "yes") == 0;
    return *number == 1 || strcmp(text, "no") == 0 ? 0 : -1;
}

/* A copy without the blanks around it. */
static char *trimmed(const char *text) {
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    return strndup(text, length);
}

/* Ends each word of `text` with a NUL, right behind the one before it. How many there are. */
static size_t split_words(char *text) {
    char *to = text;
    size_t words = 0;
    for (const char *from = text; *from != '\0'; words++) {
        size_t length = strcspn(from, blanks);
        const char *next = from + length;
        next += strspn(next, blanks);
        memmove(to, from, length);
        to += length;
        *to++ = '\0'; /* over the blank behind the word, or the NUL at the end */
        from = next;
    }
    return words;
}

/* `path` (malloc'ed) as seen from `directory`; takes `path` over. NULL without memory. */
static char *path_from(const char *directory, char *path) {
    if (path[0] == '/' || path[0] == '\0' || directory[0] == '\0')
        return path;
    size_t before = strlen(directory), size = strlen(path) + 1;
    char *whole = malloc(before + size);
    if (whole != NULL) {
        memcpy(whole, directory, before);
        memcpy(whole + before, path, size);
    }
    free(path);
    return whole;
}

int config_value_set(struct config_value *value, enum config_type type, const char *text,
                     const char *directory, struct failure *why) {
    char *clean = trimmed(text);
    if (clean != NULL && type == CONFIG_PATH)
        clean = path_from(directory, clean);
    if (clean == NULL)
        return failure_system(why, ENOMEM, "value");
    struct config_value fresh = {.text = clean};
    int parsed = 0;
    if (type == CONFIG_LIST)
        fresh.words = split_words(clean);
    else if (type == CONFIG_YES_NO)
        parsed = parse_yes_no(clean, &fresh.number);
    else if (type != CONFIG_TEXT && type != CONFIG_PATH)
        parsed = parse_number(type, clean, &fresh.number);
    if (parsed < 0) {
        failure_set(why, "\"%s\" is not %s", clean, config_type_words(type));
        free(clean);
        return -1;
    }
    free(value->text);
    *value = fresh;
    return 0;
}
