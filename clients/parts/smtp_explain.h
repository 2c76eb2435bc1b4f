/*
 * smtp_explain: SMTP replies in words, for a person who meets them for the first time.
 */
#ifndef CLIENTS_SMTP_EXPLAIN_H
#define CLIENTS_SMTP_EXPLAIN_H

#include "buf.h"
#include "smtp.h"

/* The whole reply on one line, for a message: its newlines become blanks; cut when it is too long.
   Returns `text`. */
#define REPLY_LINE_SIZE 300
const char *reply_line(const struct smtp_reply *reply, char text[REPLY_LINE_SIZE]);

/*
 * Adds what the reply means, in lines that end in \n: its code, its enhanced status code (RFC 2034,
 * RFC 3463) if it has one, and the extensions if it is the answer to EHLO.
 *
 *     250 ← requested mail action okay, completed · RFC 5321 §4.2.3
 *     2.1.5 ← destination address valid · RFC 3463 §3.2
 *
 * What it does not know it leaves out; of an unknown code it explains the first digit.
 */
void smtp_explain(const struct smtp_reply *reply, struct buf *lines);

#endif
