#include "notify.h"
#include "xtext.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool notify_parse_return(const char *value, enum notify_return *content) {
    if (value != NULL && strcasecmp(value, "FULL") == 0)
        *content = NOTIFY_RETURN_FULL;
    else if (value != NULL && strcasecmp(value, "HDRS") == 0)
        *content = NOTIFY_RETURN_HEADERS;
    else
        return false;
    return true;
}

bool notify_parse_envid(const char *value, char id[NOTIFY_ENVID_LIMIT + 1]) {
    return value != NULL && strlen(value) <= NOTIFY_ENVID_LIMIT && xtext_decode(value, false, id);
}

static const struct {
    const char *word;
    enum notify_when when;
} words[] = {
    {"NEVER", NOTIFY_NEVER},
    {"SUCCESS", NOTIFY_SUCCESS},
    {"FAILURE", NOTIFY_FAILURE},
    {"DELAY", NOTIFY_DELAY},
};

#define WORDS (sizeof words / sizeof words[0])

static unsigned find(const char *word, size_t length) {
    for (size_t i = 0; i < WORDS; i++)
        if (strlen(words[i].word) == length && strncasecmp(words[i].word, word, length) == 0)
            return words[i].when;
    return 0;
}

bool notify_parse_when(const char *value, unsigned *when) {
    *when = 0;
    for (const char *word = value; word != NULL;) {
        size_t length = strcspn(word, ",");
        unsigned one = find(word, length);
        if (one == 0)
            return false;
        *when |= one;
        word = word[length] == ',' ? word + length + 1 : NULL;
    }
    /* NEVER stands alone. */
    return *when != 0 && ((*when & NOTIFY_NEVER) == 0 || strchr(value, ',') == NULL);
}

bool notify_parse_original(const char *value, bool utf8, char original[NOTIFY_ORIGINAL_LIMIT + 1]) {
    static const char atom[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "!#$%&'*-/?^_`{|}~";
    if (value == NULL || strlen(value) > NOTIFY_ORIGINAL_LIMIT)
        return false;
    size_t type = strspn(value, atom);
    if (type == 0 || value[type] != ';' || value[type + 1] == '\0')
        return false;
    bool international = utf8 && type == 5 && strncasecmp(value, "utf-8", type) == 0;
    memcpy(original, value, type + 1);
    return xtext_decode(value + type + 1, international, original + type + 1);
}

const char *notify_words(unsigned when, char text[32]) {
    size_t length = 0;
    for (size_t i = 0; i < WORDS; i++)
        if ((when & words[i].when) != 0)
            length += (size_t)snprintf(text + length, 32 - length, "%s%s", length > 0 ? "," : "",
                                       words[i].word);
    if (length == 0)
        snprintf(text, 32, "-");
    return text;
}
