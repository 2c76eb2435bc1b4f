/*
 * challenge: a person answers a question of AUTH at the keyboard: SMTP's 334 (RFC 4954 §4), POP3's
 * "+" (RFC 5034 §4). `question` is what stands behind that, in base64, up to the line's end.
 *
 * The challenge is decoded for him. What he types is sent as it is, like all that he types, and
 * must be base64; but "/b64 TEXT" is sent as the base64 of TEXT (no base64 has a blank in it).
 * Unless the server asks for a user name, the answer is a secret: it is typed without echo.
 */
#ifndef CLIENTS_CHALLENGE_H
#define CLIENTS_CHALLENGE_H

#include "buf.h"
#include "failure.h"
#include "repl.h"
#include <stdbool.h>
#include <stddef.h>

/* Says what the server asks for, and how to answer. */
void challenge_explain(const char *question, struct repl *repl);

/* Whether the answer is a secret. */
bool challenge_is_secret(const char *question);

/*
 * Asks for the secret, and puts what is to be sent into `answer` (empty; the caller wipes it): at
 * the end of typing (Ctrl-D) "*", which cancels. 0, or -1 with `why`: too long.
 */
int challenge_ask(struct repl *repl, struct buf *answer, struct failure *why);

/* Puts what is to be sent for this line into `answer`. 0, or -1 with `why`: too long. */
int challenge_take(const char *line, size_t length, struct buf *answer, struct failure *why);

#endif
