/*
 * answer: whether what a student answered is what his capture says.
 *
 * The right answer is a row of values, as tshark writes them: one, or several when the question
 * asks for several fields. Each is a number ("25"), an address ("127.0.0.2", "::1") or text. How
 * they are compared:
 *
 * When there are only numbers and addresses, the answer must hold exactly these, in any order.
 * Words beside them do not count, so "127.0.0.2, port 25", "25 on 127.0.0.2" and "127.0.0.2:25" are
 * the same answer; one number or address more is one too many. A number may have zeros in front,
 * or be hexadecimal ("0x0304"); an address may be written in any of its ways ("0:0:0:0:0:0:0:1").
 *
 * Text must be the same, but for upper and lower case, the number of blanks, and what stands around
 * it: quotes, angle brackets, a full stop. Where the right text has angle brackets, what is between
 * them is enough: for FROM:<alice@example.org>, alice@example.org. With several values, of which
 * one is text, the answer has them with commas between, in any order.
 */
#ifndef WIRE_ANSWER_H
#define WIRE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/* More values than this no question has. */
#define ANSWER_VALUES_LIMIT 8

/* Longer answers are wrong. */
#define ANSWER_LIMIT 1000

/* `values`: count of them, from 1 to ANSWER_VALUES_LIMIT. */
bool answer_is_right(const char *answer, const char *const *values, size_t count);

/* What such an answer is made of: "an address and a number", "text"; a constant for one or two
   values, else in words that fit any. */
void answer_describe(const char *const *values, size_t count, char *words, size_t size);

#endif
