/*
 * pop3_explain: POP3 answers in words, for a person who meets them for the first time.
 */
#ifndef CLIENTS_POP3_EXPLAIN_H
#define CLIENTS_POP3_EXPLAIN_H

#include "buf.h"
#include "pop3.h"

/*
 * Adds what an answer means, in lines that end in \n: what +OK or -ERR says behind this command (a
 * line as it was typed, or "" for the greeting), and the response code in brackets (RFC 2449 §8) if
 * there is one.
 *
 *     -ERR ← not logged in: user or password are wrong, or the maildrop is not to be had · RFC …
 *     [IN-USE] ← another session has the maildrop open; later it is free · RFC 2449 §8.1.2
 *
 * `offers`: the lines of CAPA's answer, each ended by \n; each one known gets a line. Or "".
 */
void pop3_explain(const char *command, const struct pop3_answer *answer, const char *offers,
                  struct buf *lines);

#endif
