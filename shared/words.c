#include "words.h"
#include <string.h>
#include <strings.h>

#define MEANING_COLUMN 26

const struct repl_word *words_match(const struct repl_word *words, const char *typed,
                                    size_t *index) {
    while (words != NULL && words[*index].word != NULL) {
        const struct repl_word *word = &words[(*index)++];
        if (strncasecmp(word->word, typed, strlen(typed)) == 0)
            return word;
    }
    return NULL;
}

char words_append(const struct repl_word *word) {
    if (word->hint[0] == '\0')
        return '\0';
    return word->hint[0] == '<' ? '<' : ' ';
}

/* Word and hint as one would type them: "MAIL FROM:<sender>", "VRFY name", "DATA". */
static void add_usage(const struct repl_word *word, struct buf *usage) {
    const char *between = words_append(word) == ' ' ? " " : "";
    buf_printf(usage, "%s%s%s", word->word, between, word->hint);
}

void words_hint(const struct repl_word *words, const char *typed, struct buf *hint) {
    buf_clear(hint);
    if (typed[0] == '\0')
        return;
    unsigned fits = 0;
    for (; words != NULL && words->word != NULL; words++) {
        struct buf usage;
        buf_init(&usage, 512);
        add_usage(words, &usage);
        size_t length = strlen(typed);
        if (length <= usage.length && strncasecmp(usage.bytes, typed, length) == 0 && ++fits == 1)
            buf_append(hint, usage.bytes + length, usage.length - length);
        buf_free(&usage);
    }
    if (fits > 1)
        buf_clear(hint);
}

void words_list(const struct repl_word *words, struct buf *list) {
    for (; words != NULL && words->word != NULL; words++) {
        size_t start = list->length;
        buf_printf(list, "  ");
        add_usage(words, list);
        if (list->length - start > MEANING_COLUMN - 2) { /* the meaning goes on a line of its own */
            buf_append(list, "\n", 1);
            start = list->length;
        }
        buf_printf(list, "%*s%s\n", (int)(MEANING_COLUMN - (list->length - start)), "",
                   words->meaning);
    }
}
