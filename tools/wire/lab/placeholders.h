/*
 * placeholders: what stands in a lab's files for something that differs from student to student.
 *
 *     {nonce}              the nonce word of the seed in force (seed.h)
 *     {password alice}     the password of alice@example.org; of somebody elsewhere: {password
 *                          dave@example.com}. The build writes them, build/lab/passwords.txt
 *     {base64 Lev!}        that text in base64: what a question asks for, and no file shows
 */
#ifndef WIRE_PLACEHOLDERS_H
#define WIRE_PLACEHOLDERS_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

/* Whether there is one of them in `text`. */
bool placeholders_in(const char *text);

/*
 * Adds bytes with what they stand for in place of the placeholders. 0, or -1: the buf's limit; the
 * passwords cannot be read; there is nobody of that name; "}" is missing.
 */
int placeholders_fill(const void *bytes, size_t length, const char *nonce, struct buf *out,
                      struct failure *why);

#endif
