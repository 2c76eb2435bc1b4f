/*
 * step_words: what a step of a dialogue is called. Part of drawing.
 */
#ifndef WIRE_STEP_WORDS_H
#define WIRE_STEP_WORDS_H

#include "dialogue.h"
#include <stddef.h>

#define STEP_WORDS_SIZE 128

/* Our own words for a step that has no bytes to show: "connects (SYN, SYN ACK, ACK)". ASCII. NULL
   for a step that speaks for itself: LINE, MESSAGE, BYTES. */
const char *step_words(const struct dialogue_step *step, char words[STEP_WORDS_SIZE]);

/* What is odd about how a line ended: "LF only", "no line end"; NULL: nothing is. */
const char *step_ending(const struct dialogue_step *step);

/* What kind a row is, for the style sheet: "line", "message", "tls", "reset" … One word. */
const char *step_class(const struct dialogue_step *step);

/* The octets of a step, with its line ending: `count` of them into `octets`, from `first` on.
   Returns how many there are in all. */
size_t step_octets(const struct dialogue_step *step, size_t first, size_t count,
                   unsigned char *octets);

#endif
