/*
 * Lab 03: the commands of SMTP. Your work.
 *
 * The contract of each function is in shared/smtp.h; the section numbers are those of RFC 5321.
 * Every function that sends a command leaves the reply in smtp->reply and returns its code, or -1
 * with the reason in smtp->why. You wrote smtp_read_reply in lab 02.
 */
#include "smtp.h"
#include <string.h>

/*
 * Sends `command` and CR LF in one piece, reads the reply, returns its code. A command with a CR or
 * LF in it is not sent.
 */
int smtp_command(struct smtp *smtp, const char *command) {
    /*
     * TODO 1
     *   1. strpbrk finds a CR or LF. Then: failure_set(&smtp->why, "a command is one line").
     *   2. stream_set_deadline to smtp->timeout_ms from now; stream_printf; stream_flush.
     *   3. smtp_read_reply, also when sending failed: the server may have said 421 and gone.
     */
    (void)command;
    return failure_not_written(&smtp->why, 1, "smtp_command");
}

/* Greets with EHLO and our `name`; a server that does not know EHLO is greeted with HELO. */
int smtp_greet(struct smtp *smtp, const char *name) {
    /*
     * TODO 2
     *   1. Put "EHLO " and the name together (snprintf; it must fit) and send it.
     *   2. 500, 502, 504 and 550 mean: no extensions here. Then the same with HELO (§3.2).
     */
    (void)name;
    return failure_not_written(&smtp->why, 2, "smtp_greet");
}

/* MAIL FROM:<sender>: begins a message. "" as sender gives <>. */
int smtp_mail(struct smtp *smtp, const char *sender) {
    /* TODO 3. One command, with the brackets. When it does not fit: nothing is sent, -1. */
    (void)sender;
    return failure_not_written(&smtp->why, 3, "smtp_mail");
}

/* RCPT TO:<recipient>: adds a recipient to the envelope. */
int smtp_rcpt(struct smtp *smtp, const char *recipient) {
    /* TODO 3, the same again. */
    (void)recipient;
    return failure_not_written(&smtp->why, 3, "smtp_rcpt");
}

/*
 * DATA, and after the 354 the message: every line ends in CR LF, a line that begins with a dot gets
 * one more in front, and a lone dot ends it all. Any other answer to DATA: nothing is sent. Returns
 * the code of the last reply.
 */
int smtp_data(struct smtp *smtp, FILE *message) {
    /*
     * TODO 4
     *   1. Send DATA. Go on only after 354.
     *   2. Read the message in pieces (fread), and send what each becomes (stream_write). Whether a
     *      line has just begun, and whether the last byte was a CR, must be known across pieces.
     *   3. LF, CR LF and a lone CR all become CR LF (§2.3.8).
     *   4. A dot at the start of a line becomes two (§4.5.2).
     *   5. At the end: CR LF if the last line has none yet, then ".\r\n" (§4.1.1.4), stream_flush.
     *      But if the file could not be read to its end (ferror): no dot, -1.
     *   6. Set a deadline for each piece. Read the reply, also when sending failed.
     */
    (void)message;
    return failure_not_written(&smtp->why, 4, "smtp_data");
}

/*
 * One message to `count` recipients: MAIL, each RCPT, DATA. A refused recipient is reported, the
 * others still get the message; with none left, or MAIL refused, there is no DATA. If the message
 * was not taken, RSET, and smtp->reply is still the reply that refused it.
 */
int smtp_send(struct smtp *smtp, const char *sender, const char *const *recipients, size_t count,
              FILE *message, size_t *accepted, smtp_report *report, void *context) {
    /*
     * TODO 5
     *   1. smtp_mail.
     *   2. smtp_rcpt for each recipient: count those answered with 2xx, report the others.
     *   3. smtp_data if at least one was accepted.
     *   4. Not sent: keep the reply, smtp_rset, put the reply back.
     *   5. After -1 or 421 the connection is over: send nothing more.
     */
    (void)sender, (void)recipients, (void)count, (void)message;
    (void)accepted, (void)report, (void)context;
    return failure_not_written(&smtp->why, 5, "smtp_send");
}

/* Four more commands, one line each. */
int smtp_vrfy(struct smtp *smtp, const char *who) {
    /* TODO 6. VRFY and a blank and `who` (§4.1.1.6). */
    (void)who;
    return failure_not_written(&smtp->why, 6, "smtp_vrfy");
}

int smtp_noop(struct smtp *smtp) {
    /* TODO 6. */
    return failure_not_written(&smtp->why, 6, "smtp_noop");
}

int smtp_rset(struct smtp *smtp) {
    /* TODO 6. */
    return failure_not_written(&smtp->why, 6, "smtp_rset");
}

int smtp_quit(struct smtp *smtp) {
    /* TODO 6. After 221 the server closes: read (and forget) until it has (§4.1.1.10). */
    return failure_not_written(&smtp->why, 6, "smtp_quit");
}
