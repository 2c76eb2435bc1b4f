/*
 * words: which of a program's words (struct repl_word) fits to what is typed so far.
 *
 * Case does not count: the verbs of mail protocols have none (RFC 5321 §2.4).
 */
#ifndef SHARED_WORDS_H
#define SHARED_WORDS_H

#include "buf.h"
#include "repl.h"

/* The next word from *index on that begins with `typed`, or NULL; *index moves behind it. */
const struct repl_word *words_match(const struct repl_word *words, const char *typed,
                                    size_t *index);

/* What the editor adds behind a completed word: '<' where an address follows, a blank before any
   other argument, '\0' for nothing. */
char words_append(const struct repl_word *word);

/*
 * What is missing behind `typed`: the rest of the word and its hint, if one word alone fits. "MA"
 * gives "IL FROM:<sender>", "mail from:<" gives "sender>". Empty when nothing or more than one
 * fits, or an argument is typed. Replaces what is in `hint`.
 */
void words_hint(const struct repl_word *words, const char *typed, struct buf *hint);

/* The list for /help: each word with its hint and its meaning, added to `list`. */
void words_list(const struct repl_word *words, struct buf *list);

#endif
