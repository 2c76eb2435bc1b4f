/*
 * sasl: the server's side of AUTH in any protocol (RFC 4422): PLAIN (RFC 4616), and LOGIN, which no
 * RFC defines and every client knows.
 *
 * SMTP, POP3 and IMAP wrap the same exchange in different lines: "334 ", "+ " and what stands
 * behind them. Here is what stands behind them.
 *
 *     struct sasl sasl;
 *     if (sasl_begin(&sasl, "PLAIN", 5) < 0) … unknown mechanism
 *     result = sasl_initial(&sasl, text, length);        NULL: the command had no initial response
 *     while (result == SASL_CHALLENGE) {
 *         … send sasl_challenge(&sasl), read a line
 *         result = sasl_answer(&sasl, line, length);
 *     }
 *     if (result == SASL_DONE)
 *         account = sasl_login(&sasl, accounts);          NULL: wrong user or password
 *     sasl_end(&sasl);
 *
 * Both mechanisms show the password to everybody who can read the connection: base64 is no
 * encryption. Whether they may be used is the caller's to decide.
 */
#ifndef SHARED_SASL_H
#define SHARED_SASL_H

#include "accounts.h"
#include "buf.h"
#include <stddef.h>

/* The names of all mechanisms, as EHLO and CAPA list them. */
extern const char sasl_mechanisms[];

/* The most that a line of the exchange may have, with its CR LF (RFC 4954 §4). */
#define SASL_LINE_LIMIT 12288

enum sasl_result {
    SASL_CHALLENGE, /* send the challenge, and give the line that answers it to sasl_answer */
    SASL_DONE,      /* the client has said everything: sasl_login */
    SASL_CANCELLED, /* the answer was "*" */
    SASL_MALFORMED, /* no base64, or not what the mechanism wants to hear */
};

struct sasl_mechanism; /* opaque */

struct sasl {
    const struct sasl_mechanism *mechanism;
    size_t step;           /* answers so far */
    struct buf authorizes; /* PLAIN's authzid: as whom the client wants to act; "" as itself */
    struct buf user;       /* the authcid: whose password it is */
    struct buf password;
};

/* Starts an exchange; sasl_end must follow. Case does not count in the name. 0, or -1: unknown. */
int sasl_begin(struct sasl *sasl, const char *mechanism, size_t length);

/* The initial response: base64, "=" when it is empty, NULL when there is none. */
enum sasl_result sasl_initial(struct sasl *sasl, const char *text, size_t length);

/* A line of the client, without its CR LF: base64, or "*". */
enum sasl_result sasl_answer(struct sasl *sasl, const char *text, size_t length);

/* After SASL_CHALLENGE: what to send, in base64 already; "" for an empty challenge. */
const char *sasl_challenge(const struct sasl *sasl);

/* "PLAIN", for the log. */
const char *sasl_name(const struct sasl *sasl);

/*
 * After SASL_DONE: the account, if the user exists (the whole address is his name, in any case),
 * the password is his, and he wants to act as nobody but himself. Else NULL, and an unknown user
 * takes as long as a wrong password. Bytes are compared as they come: no SASLprep.
 */
const struct account *sasl_login(const struct sasl *sasl, const struct accounts *accounts);

/* Forgets everything, and overwrites it first. */
void sasl_end(struct sasl *sasl);

#endif
