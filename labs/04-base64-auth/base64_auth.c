/*
 * Lab 04: base64 and the login. Your work.
 *
 * The contract of each function is in shared/auth.h. Bytes that grow are a struct buf
 * (shared/buf.h). smtp_command is what you wrote in lab 03: it sends one line and reads the reply.
 */
#include "auth.h"
#include <string.h>
#include <strings.h>

/* Adds `count` bytes to `text` as base64, with padding and without line breaks. */
int auth_base64_encode(const void *bytes, size_t count, struct buf *text, struct failure *why) {
    /*
     * TODO 1
     *   1. Three bytes at a time, as unsigned char: 24 bits.
     *   2. Cut them into four numbers of 6 bits, each an index into the 64 letters.
     *   3. One byte left over: two letters and "=="; two: three letters and "=".
     *   4. buf_append; when it fails: failure_set(why, …), which returns -1.
     */
    (void)bytes, (void)count, (void)text;
    return failure_not_written(why, 1, "auth_base64_encode");
}

/* Adds to `bytes` what `length` characters stand for; anything that is not base64 is refused. */
int auth_base64_decode(const char *text, size_t length, struct buf *bytes, struct failure *why) {
    /*
     * TODO 2
     *   1. Groups of four, and nothing left over.
     *   2. '=' may stand only in the last group: as its last character, or its last two.
     *   3. Any other character must be one of the 64 letters.
     *   4. Bits that the padding leaves over must be zero (RFC 4648 §3.5).
     */
    (void)text, (void)length, (void)bytes;
    return failure_not_written(why, 2, "auth_base64_decode");
}

/* Whether the answer to EHLO has a line AUTH with this mechanism among its words. */
bool auth_offers(const struct smtp_reply *ehlo, const char *mechanism) {
    /*
     * TODO 3
     *   1. Only a 250 offers anything. Its first line is the server's name: pass over it.
     *   2. Behind "250-" or "250 " the keyword must be AUTH, with a blank or a "=" behind it.
     *   3. Compare whole words, and without regard to case (strncasecmp).
     */
    (void)ehlo, (void)mechanism;
    return false;
}

/* AUTH PLAIN: NUL user NUL password, in base64, as the initial response if the line has room. */
int smtp_auth_plain(struct smtp *smtp, const char *user, const char *password) {
    /*
     * TODO 4
     *   1. An empty user name or password: send nothing, fail.
     *   2. Put the message together in a struct buf: it holds NULs. Encode it.
     *   3. "AUTH PLAIN " and the text are one command, if that has at most SMTP_COMMAND_LIMIT
     *      bytes; else send "AUTH PLAIN", and the text after a 334.
     *   4. A 334 behind the message: send "*", read the reply, fail.
     *   5. buf_wipe whatever held the password.
     */
    (void)user, (void)password;
    return failure_not_written(&smtp->why, 4, "smtp_auth_plain");
}

/* AUTH LOGIN: the server asks for the user name and for the password; each is given once. */
int smtp_auth_login(struct smtp *smtp, const char *user, const char *password) {
    /*
     * TODO 5
     *   1. Send "AUTH LOGIN". While the reply is 334:
     *   2. Decode what stands behind "334 ". Not base64: send "*", read the reply, fail.
     *   3. Does it begin with "user", or with "pass", in any case? Anything else, or something that
     *      was given already: send "*", read the reply, fail.
     *   4. Send what it asks for, in base64. Wipe what held the password.
     */
    (void)user, (void)password;
    return failure_not_written(&smtp->why, 5, "smtp_auth_login");
}

/* AUTH EXTERNAL: only the user to act as, or "=" for none. */
int smtp_auth_external(struct smtp *smtp, const char *user) {
    /*
     * TODO 6
     *   1. "AUTH EXTERNAL " and the user in base64, or "=" if that is empty. One command.
     *   2. A 334: send "*", read the reply, fail.
     */
    (void)user;
    return failure_not_written(&smtp->why, 6, "smtp_auth_external");
}

/* Logs in with PLAIN if the server offers it, else with LOGIN. */
int smtp_auth(struct smtp *smtp, const char *user, const char *password) {
    /*
     * TODO 7
     *   1. auth_offers(&smtp->ehlo, …): PLAIN first, then LOGIN. Neither: send nothing, fail.
     *   2. 504: the other one, if it is offered. Any other reply is the answer.
     */
    (void)user, (void)password;
    return failure_not_written(&smtp->why, 7, "smtp_auth");
}
