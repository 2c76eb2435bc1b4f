/*
 * auth: the contract of lab 04. Who are you? The client's side of SMTP AUTH (RFC 4954), and base64,
 * in which it speaks.
 *
 * After EHLO, and before MAIL, a client may log in: it names a mechanism, the server asks with 334,
 * the client answers, until the server says 235 (it knows you now) or refuses. Questions and
 * answers are base64 (RFC 4648 §4), each on one line. Base64 hides nothing: who sees the line sees
 * the password.
 *
 * As in smtp.h: a function that sends a command leaves the server's last reply in smtp->reply and
 * returns its code, 235 or a refusal, or -1 with smtp->why when there is none, or when there was no
 * sense in asking. No words of a failure hold a password, and memory that held one, or its base64,
 * is wiped before it is given back (buf_wipe).
 *
 * Written in labs/04-base64-auth/base64_auth.c (and, finished, in solutions/). The kit's servers
 * use shared/base64.h.
 */
#ifndef SHARED_AUTH_H
#define SHARED_AUTH_H

#include "buf.h"
#include "smtp.h"
#include <stdbool.h>
#include <stddef.h>

/* The longest line of base64 in an exchange, in bytes without CR LF (RFC 4954 §4). */
#define AUTH_LINE_LIMIT 12286

/*
 * TODO 1. Adds `count` bytes to `text` as base64: each three bytes are four of the 64 letters of
 * RFC 4648 table 1; one byte left over is two letters and "==", two are three and "=". No line
 * breaks (§3.1), however long it gets. Nothing is added for no bytes.
 *
 * 0, or -1: over the limit of `text`, or no memory; then part of it may have been added.
 */
int auth_base64_encode(const void *bytes, size_t count, struct buf *text, struct failure *why);

/*
 * TODO 2. Adds to `bytes` what `length` characters stand for. Strict, so that no two texts mean the
 * same: nothing but the 64 letters (§3.3: a line break or a blank is junk too), in groups of four,
 * '=' only as the last one or two of them (§3.2), and zero in the bits that the padding leaves over
 * (§3.5). No text is no bytes.
 *
 * 0, or -1: not base64, for a reason that `why` says in your own words; over the limit of `bytes`,
 * or no memory. Part of it may have been added then.
 */
int auth_base64_decode(const char *text, size_t length, struct buf *bytes, struct failure *why);

/*
 * TODO 3. Whether the answer to EHLO offers this mechanism: whether one of its lines, behind the
 * code, is the keyword AUTH and, among the words that follow it, `mechanism` (RFC 4954 §3). Case
 * does not matter (RFC 5321 §2.4). The first line does not count: it holds the server's name. An
 * answer other than 250 offers nothing. Servers older than RFC 2554 write "AUTH=LOGIN PLAIN": it
 * counts as "AUTH LOGIN PLAIN".
 */
bool auth_offers(const struct smtp_reply *ehlo, const char *mechanism);

/*
 * TODO 4. AUTH PLAIN (RFC 4616): one message, NUL user NUL password. (In front of the first NUL
 * could stand who else one wants to act as: nobody.) It goes out with the command, as its initial
 * response:
 *
 *     AUTH PLAIN AGFsaWNlAHNlY3JldA==
 *
 * unless that is longer than SMTP_COMMAND_LIMIT; then AUTH PLAIN alone, and the message after the
 * server's 334 (RFC 4954 §4).
 *
 * A server that answers the message with 334 asks for more than PLAIN has: the exchange is
 * cancelled, a line with only "*", and the reply to that is read. Then -1, "the server asks for
 * more than PLAIN has".
 *
 * -1 and nothing is sent: "PLAIN needs a user name and a password" when one of them is "" (§2:
 * each is at least one byte); and auth_base64_encode's words when the message is longer than
 * AUTH_LINE_LIMIT in base64.
 */
int smtp_auth_plain(struct smtp *smtp, const char *user, const char *password);

/*
 * TODO 5. AUTH LOGIN, which no RFC describes. The server asks for one thing after the other, in
 * base64:
 *
 *     C: AUTH LOGIN
 *     S: 334 VXNlcm5hbWU6            Username:
 *     C: YWxpY2U=                    alice
 *     S: 334 UGFzc3dvcmQ6            Password:
 *     C: c2VjcmV0                    secret
 *
 * A prompt that begins with "user", in any case, gets the user name, one that begins with "pass"
 * the password: so a server may ask in its own words ("User Name") and order. An empty answer is
 * an empty line. Each is given once. Cancelled ("*", as above) and -1 are:
 *   - "the server's prompt is not base64";
 *   - "the server asks for something else than user name and password";
 *   - "the server asks again" for what it has had.
 * -1 and nothing is sent: auth_base64_encode's words, when one of them is longer than
 * AUTH_LINE_LIMIT in base64.
 */
int smtp_auth_login(struct smtp *smtp, const char *user, const char *password);

/*
 * TODO 6. AUTH EXTERNAL (RFC 4422 appendix A): I am whom you know already, by the certificate that
 * I showed, or by my address. There is no password. The initial response is the user to act as, or
 * nothing: but a zero-length initial response is written "=" (RFC 4954 §4), for without it there
 * would be none, and the server would ask.
 *
 *     AUTH EXTERNAL =
 *
 * A 334 is cancelled: "the server asks for more than EXTERNAL has". -1 and nothing is sent:
 * auth_base64_encode's words, when the command is longer than SMTP_COMMAND_LIMIT.
 */
int smtp_auth_external(struct smtp *smtp, const char *user);

/*
 * TODO 7. Logs in with what the server offers in smtp->ehlo: PLAIN, if it does; else LOGIN. When it
 * answers 504 (RFC 4954 §4: it does not know the mechanism after all) the other one, if that is
 * offered too. Any other refusal ends it: 535 means wrong, and a wrong password sent again is as
 * wrong, and may lock the account.
 *
 * -1 and nothing is sent: "the server offers neither AUTH PLAIN nor AUTH LOGIN".
 */
int smtp_auth(struct smtp *smtp, const char *user, const char *password);

#endif
