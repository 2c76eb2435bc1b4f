/*
 * arguments: a command line that is put together piece by piece.
 *
 *     struct arguments line = {0};
 *     arguments_add(&line, "smtpd");
 *     arguments_addf(&line, "smtpd.listen=%s:25", host);
 *     if (line.failed) … no memory, at any of the pieces
 *     execvp(line.words[0], line.words);
 *     arguments_free(&line);
 */
#ifndef WIRE_ARGUMENTS_H
#define WIRE_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct arguments {
    char **words; /* NULL behind the last, as execvp(3) wants it; NULL while there is none */
    size_t count;
    size_t capacity;
    bool failed; /* memory lacked for some word: the line is not complete */
};

/* Adds a copy of `word`. */
void arguments_add(struct arguments *line, const char *word);

/* Adds one word made by printf's rules. */
void arguments_addf(struct arguments *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds copies of all words up to a NULL. */
void arguments_add_all(struct arguments *line, char *const *words);

void arguments_free(struct arguments *line);

#endif
