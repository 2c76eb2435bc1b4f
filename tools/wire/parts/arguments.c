#include "arguments.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes over `word`. */
static void take(struct arguments *line, char *word) {
    if (word == NULL) {
        line->failed = true;
        return;
    }
    if (line->count + 2 > line->capacity) {
        size_t capacity = line->capacity == 0 ? 32 : 2 * line->capacity;
        char **words = realloc(line->words, capacity * sizeof *words);
        if (words == NULL) {
            line->failed = true;
            free(word);
            return;
        }
        line->words = words;
        line->capacity = capacity;
    }
    line->words[line->count++] = word;
    line->words[line->count] = NULL;
}

void arguments_add(struct arguments *line, const char *word) {
    take(line, strdup(word));
}

void arguments_addf(struct arguments *line, const char *format, ...) {
    va_list values;
    va_start(values, format);
    char *word = NULL;
    if (vasprintf(&word, format, values) < 0)
        word = NULL;
    va_end(values);
    take(line, word);
}

void arguments_add_all(struct arguments *line, char *const *words) {
    for (; *words != NULL; words++)
        arguments_add(line, *words);
}

void arguments_free(struct arguments *line) {
    for (size_t i = 0; i < line->count; i++)
        free(line->words[i]);
    free(line->words);
    *line = (struct arguments){0};
}
