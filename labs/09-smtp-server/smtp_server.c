/*
 * Lab 09: what is said in a session of an SMTP server. Your work, first half: TODO 1 to 4.
 *
 * The contract of each function is in shared/smtp_server.h; the section numbers are those of
 * RFC 5321. One thread runs smtp_server_session for each client. What a session needs to remember
 * stands in its struct smtp_server_session: in a static or global variable all threads would meet.
 */
#include "smtp_server.h"
#include "log.h"
#include <string.h>
#include <strings.h>

/* Greets, and answers each line until the session is over. */
void smtp_server_session(struct smtp_server_session *session) {
    log_not_written(1, "smtp_server_session"); /* once it is, take this line away */
    smtp_server_reply(session, "220 %s ESMTP Lab 09", session->server->site->hostname);
    while (!session->over) {
        enum stream_result result =
            stream_read_line(session->stream, &session->line, SMTP_SERVER_LINE);
        /*
         * TODO 1. So far every line is a command, and anything else the end.
         *   1. Before each line: stream_set_deadline to idle_ms from now.
         *   2. Too long, a bare LF, a control character in it (look at all session->line.length
         *      bytes; one may be NUL): 500, and on.
         *   3. No line, but something else: smtp_server_lost.
         */
        if (result == STREAM_OK)
            smtp_server_command(session);
        else
            session->over = true;
    }
}

/* A read brought no bytes, but `result`: ends the session, and says 421 where somebody listens. */
void smtp_server_lost(struct smtp_server_session *session, enum stream_result result) {
    /*
     * TODO 1
     *   1. The session is over.
     *   2. Time-out, stop of the server: 421, with a new deadline of two seconds; stream_flush.
     *   3. The client has closed, or the connection broke: not a word.
     */
    (void)result;
    log_not_written(1, "smtp_server_lost");
    session->over = true;
}

/* Forgets the envelope. */
void smtp_server_forget(struct smtp_server_session *session) {
    /* TODO 2. No recipient any more; the state is SMTP_SERVER_GREETED, unless nobody greeted yet.
     */
    (void)session;
    log_not_written(2, "smtp_server_forget");
}

/* Runs the command in session->line: exactly one reply. */
void smtp_server_command(struct smtp_server_session *session) {
    /*
     * TODO 2
     *   1. A table: verb, the states in which it may come, function. One function for each of
     *      RSET, NOOP, VRFY, HELP, QUIT, as small as they are, and those below.
     *   2. Take away the blanks at the end. The verb ends at the first blank (strcspn); compare
     *      it without regard to case, and the whole of it: EHLOX is not EHLO.
     *   3. No such verb: 500. Not in this state: 503. Then its function, with the argument.
     *   4. RSET, DATA and QUIT take no argument: 501.
     */
    smtp_server_not_written(session, 2, "smtp_server_command");
}

/* Takes the client's name, and offers what we can. */
void smtp_server_ehlo(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 3
     *   1. Judge the name: missing, too long, characters that cannot stand in a Received field.
     *   2. Keep it; the state is SMTP_SERVER_GREETED, and the envelope is forgotten.
     *   3. Two lines: "250-" and the hostname, "250 PIPELINING".
     */
    (void)argument;
    smtp_server_not_written(session, 3, "smtp_server_ehlo");
}

/* The same, as it was before 1995: no extensions, one line. */
void smtp_server_helo(struct smtp_server_session *session, const char *argument) {
    /* TODO 3, the same again. */
    (void)argument;
    smtp_server_not_written(session, 3, "smtp_server_helo");
}

/* MAIL FROM:<path> begins an envelope. */
void smtp_server_mail(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 4
     *   1. "FROM:" in any case (strncasecmp), and right behind it the path: address_parse says how
     *      many bytes it takes, or what is wrong with it.
     *   2. Behind the path: nothing; or a blank and parameters, which are 555.
     *   3. Keep the sender; the state is SMTP_SERVER_SENDER; 250.
     */
    (void)argument;
    smtp_server_not_written(session, 4, "smtp_server_mail");
}

/* RCPT TO:<path> adds a recipient to it. */
void smtp_server_rcpt(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 4
     *   1. As in MAIL, with "TO:" and ADDRESS_FORWARD. One function can read both.
     *   2. Not our domain (site_is_local): 550. No account (smtp_server_account): 550.
     *   3. In the envelope already: 250. No room: 452.
     *   4. Else add it; the state is SMTP_SERVER_READY; 250.
     */
    (void)argument;
    smtp_server_not_written(session, 4, "smtp_server_rcpt");
}
