/*
 * seed: what differs from student to student. Everything derives from one short text, the seed, so
 * the same seed gives the same passwords and the same nonce word on every machine, and a course can
 * give each student one of his own (docs/instructor.md).
 *
 * The nonce is a word that a lab has the program send: "kit-" and ten letters or digits. What holds
 * it was recorded with this seed; a recording from somewhere else holds another, or none.
 *
 *     char seed[SEED_SIZE], nonce[SEED_NONCE_SIZE];
 *     if (seed_find("build/lab/seed", seed, &why) < 0 || seed_nonce(seed, nonce, &why) < 0) …
 */
#ifndef SHARED_SEED_H
#define SHARED_SEED_H

#include "failure.h"

#define SEED_STANDARD "mailwire" /* where nobody has said another */
#define SEED_LIMIT    64         /* characters */
#define SEED_SIZE     (SEED_LIMIT + 1)

#define SEED_WORD_LENGTH 10
#define SEED_WORD_SIZE   (SEED_WORD_LENGTH + 1)

#define SEED_NONCE_PREFIX "kit-"
#define SEED_NONCE_LENGTH (sizeof SEED_NONCE_PREFIX - 1 + SEED_WORD_LENGTH)
#define SEED_NONCE_SIZE   (SEED_NONCE_LENGTH + 1)

/* What words are made of: easy to type, hard to confuse. */
#define SEED_LETTERS "abcdefghijkmnpqrstuvwxyz23456789"

/*
 * The seed in force: the environment variable KIT_SEED if it is set and not empty, else what the
 * file `path` holds (the build writes it), else SEED_STANDARD. 0, or -1: the file cannot be read,
 * or that is no seed: a seed is 1 to SEED_LIMIT of the characters A-Z a-z 0-9 . _ @ + -
 */
int seed_find(const char *path, char seed[SEED_SIZE], struct failure *why);

/*
 * The word that a seed gives for `label`, which says what it is for ("bob@example.org"): out of
 * SHA-256 of both, so that one word tells nothing about another. 0 or -1.
 */
int seed_word(const char *seed, const char *label, char word[SEED_WORD_SIZE], struct failure *why);

/* The nonce of a seed: "kit-ab2cd3ef4g". 0 or -1. */
int seed_nonce(const char *seed, char nonce[SEED_NONCE_SIZE], struct failure *why);

#endif
