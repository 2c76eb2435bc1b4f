/*
 * explain: SMTP replies in words, for a person who meets them for the first time.
 */
#ifndef CLIENTS_EXPLAIN_H
#define CLIENTS_EXPLAIN_H

#include "repl.h"
#include "smtp.h"

/* The whole reply on one line, for a message: its newlines become blanks; cut when it is too long.
   Returns `text`. */
#define REPLY_LINE_SIZE 300
const char *reply_line(const struct smtp_reply *reply, char text[REPLY_LINE_SIZE]);

/*
 * Remarks below a reply what its code means, its enhanced status code (RFC 3463), and each
 * extension that an EHLO reply offers:
 *
 *     ← requested mail action okay, completed · RFC 5321 §4.2.3
 */
void explain_reply(struct repl *repl, const struct smtp_reply *reply);

#endif
