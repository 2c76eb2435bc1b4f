#include "answer.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_ADDRESS,
};

/* A number or an address, in the one way in which it can be compared. */
struct exact {
    enum kind kind; /* KIND_TEXT: it is neither */
    unsigned long long number;
    unsigned char address[16]; /* IPv4 behind twelve zeros */
};

static bool is_hexadecimal(const char *word) {
    size_t length = strlen(word);
    return length > 2 && length <= 18 && word[0] == '0' && (word[1] | 0x20) == 'x' &&
           word[2 + strspn(word + 2, "0123456789abcdefABCDEF")] == '\0';
}

static bool is_number(const char *word) {
    return *word != '\0' && word[strspn(word, "0123456789")] == '\0' && strlen(word) <= 19;
}

static struct exact exact_of(const char *word) {
    struct exact exact = {.kind = KIND_TEXT};
    if (is_number(word)) {
        exact.kind = KIND_NUMBER;
        exact.number = strtoull(word, NULL, 10);
    } else if (is_hexadecimal(word)) {
        exact.kind = KIND_NUMBER;
        exact.number = strtoull(word, NULL, 16);
    } else if (inet_pton(AF_INET6, word, exact.address) == 1 ||
               inet_pton(AF_INET, word, exact.address + 12) == 1) {
        exact.kind = KIND_ADDRESS;
    }
    return exact;
}

static bool is_same(const struct exact *left, const struct exact *right) {
    return left->kind == right->kind && left->number == right->number &&
           memcmp(left->address, right->address, sizeof left->address) == 0;
}

/* The values that an answer must hold, and which of them it has. */
struct wanted {
    struct exact values[ANSWER_VALUES_LIMIT];
    bool found[ANSWER_VALUES_LIMIT];
    size_t count;
};

static bool find(struct wanted *wanted, const struct exact *exact) {
    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->found[i] || !is_same(&wanted->values[i], exact))
            continue;
        wanted->found[i] = true;
        return true;
    }
    return false;
}

/* Whether a word of the answer does no harm: a value that is wanted, or no value at all. */
static bool take_word(struct wanted *wanted, char *word) {
    struct exact exact = exact_of(word);
    if (exact.kind != KIND_TEXT)
        return find(wanted, &exact);
    char *colon = strrchr(word, ':'); /* an address or a name, and a port */
    if (colon != NULL && is_number(colon + 1)) {
        *colon = '\0';
        return take_word(wanted, colon + 1) && take_word(wanted, word);
    }
    return !isdigit((unsigned char)*word);
}

static bool holds_exactly(char *answer, struct wanted *wanted) {
    static const char between[] = " \t,;()[]<>\"'/=#";
    char *rest = NULL;
    for (char *word = strtok_r(answer, between, &rest); word != NULL;
         word = strtok_r(NULL, between, &rest)) {
        for (size_t last = strlen(word); last > 0 && strchr(".?!", word[last - 1]) != NULL; last--)
            word[last - 1] = '\0';
        if (!take_word(wanted, word))
            return false;
    }
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->found[i])
            return false;
    return true;
}

/* Cuts off what may stand around a text, and makes several blanks one. In place. */
static char *tidy(char *text) {
    static const char around[] = " \t<>\"'.";
    text += strspn(text, around);
    for (size_t length = strlen(text); length > 0 && strchr(around, text[length - 1]) != NULL;
         length--)
        text[length - 1] = '\0';
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        bool blank = *from == ' ' || *from == '\t';
        if (!blank)
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = '\0';
    return text;
}

static bool is_same_text(const char *answer, const char *value) {
    char *left = strdup(answer), *right = strdup(value);
    bool same = left != NULL && right != NULL && strcasecmp(tidy(left), tidy(right)) == 0;
    free(right);
    const char *open = strchr(value, '<'), *close = open == NULL ? NULL : strchr(open, '>');
    if (!same && left != NULL && close != NULL) {
        right = strndup(open + 1, (size_t)(close - open - 1));
        same = right != NULL && strcasecmp(tidy(left), tidy(right)) == 0;
        free(right);
    }
    free(left);
    return same;
}

static bool holds_texts(char *answer, const char *const *values, size_t count) {
    bool found[ANSWER_VALUES_LIMIT] = {false};
    char *rest = NULL;
    size_t parts = 0;
    for (char *part = strtok_r(answer, ",", &rest); part != NULL;
         part = strtok_r(NULL, ",", &rest)) {
        size_t i = 0;
        while (i < count && (found[i] || !is_same_text(part, values[i])))
            i++;
        if (i == count)
            return false;
        found[i] = true;
        parts++;
    }
    return parts == count;
}

bool answer_is_right(const char *answer, const char *const *values, size_t count) {
    struct wanted wanted = {.count = count};
    bool all_exact = true;
    if (count == 0 || count > ANSWER_VALUES_LIMIT || strlen(answer) > ANSWER_LIMIT)
        return false;
    for (size_t i = 0; i < count; i++) {
        wanted.values[i] = exact_of(values[i]);
        all_exact = all_exact && wanted.values[i].kind != KIND_TEXT;
    }
    if (!all_exact && count == 1)
        return is_same_text(answer, values[0]);
    char *copy = strdup(answer);
    bool right = copy != NULL &&
                 (all_exact ? holds_exactly(copy, &wanted) : holds_texts(copy, values, count));
    free(copy);
    return right;
}

void answer_describe(const char *const *values, size_t count, char *words, size_t size) {
    static const char *const names[] = {
        [KIND_TEXT] = "text", [KIND_NUMBER] = "a number", [KIND_ADDRESS] = "an address"};
    if (count == 1)
        snprintf(words, size, "%s", names[exact_of(values[0]).kind]);
    else if (count == 2)
        snprintf(words, size, "%s and %s", names[exact_of(values[0]).kind],
                 names[exact_of(values[1]).kind]);
    else
        snprintf(words, size, "%zu values", count);
}
