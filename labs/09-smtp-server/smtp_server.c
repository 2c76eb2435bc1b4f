/*
 * Lab 09: the session of an SMTP server. Your work.
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
         *   3. Time-out, stop of the server: 421, within a new deadline of two seconds, and out.
         *   4. The client has closed, or the connection broke: out, without a word.
         */
        if (result == STREAM_OK)
            smtp_server_command(session);
        else
            session->over = true;
    }
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
     * A function that forgets the envelope helps: RSET, EHLO, HELO and DATA need it.
     */
    smtp_server_not_written(session, 2, "smtp_server_command");
}

/* Takes the client's name, and offers what we can. */
void smtp_server_ehlo(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 3
     *   1. Judge the name: missing, too long, characters that cannot stand in a Received field.
     *   2. Keep it; forget the envelope; the state is SMTP_SERVER_GREETED.
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

/* Turns bytes from the wire into bytes of the file, and finds the end of the message. */
size_t smtp_server_take(struct smtp_server_text *text, const char *bytes, size_t count, char *into,
                        size_t *length) {
    /*
     * TODO 5. A machine that takes one byte at a time: from the place where it is and the byte
     * follows the next place. Write the table first: six places, and CR, LF, dot, anything else.
     *   1. LF behind CR ends a line: LF into the file. Behind CR LF . CR it ends the message.
     *   2. A dot at the start of a line is left out, whatever follows.
     *   3. LF without CR, CR without LF: text->bare. Where does the next byte stand then?
     *   4. Stop at the end, and say how many bytes you took.
     */
    (void)bytes, (void)into;
    log_not_written(5, "smtp_server_take");
    text->bare = true;
    text->place = SMTP_SERVER_END;
    *length = 0;
    return count;
}

/* Begins a message in the mailbox of each recipient. */
int smtp_server_begin(struct smtp_server_session *session, struct smtp_server_message *message,
                      struct failure *why) {
    /*
     * TODO 6
     *   1. All of *message is zero.
     *   2. The id: server->messages is every thread's. Lock, count and copy, unlock; then snprintf.
     *   3. For each recipient site_mailbox and maildir_begin. Count the copies that are
     * there.
     *   4. smtp_server_trace into a buf; smtp_server_write it; free it.
     */
    (void)session;
    *message = (struct smtp_server_message){.copy_count = 0};
    log_not_written(6, "smtp_server_begin");
    return failure_not_written(why, 6, "smtp_server_begin");
}

/* Adds bytes to each copy. */
int smtp_server_write(struct smtp_server_message *message, const char *bytes, size_t count,
                      struct failure *why) {
    /* TODO 6, the same for all copies: maildir_write. */
    (void)message, (void)bytes, (void)count;
    log_not_written(6, "smtp_server_write");
    return failure_not_written(why, 6, "smtp_server_write");
}

/* The message is whole: everybody has it, on the disk, or nobody. */
int smtp_server_publish(struct smtp_server_message *message, struct failure *why) {
    /*
     * TODO 6
     *   1. maildir_sync each copy. One fails: nobody has anything yet.
     *   2. Only then maildir_publish each. One fails: maildir_retract those before it.
     */
    (void)message;
    log_not_written(6, "smtp_server_publish");
    return failure_not_written(why, 6, "smtp_server_publish");
}

/* Gives everything back. */
void smtp_server_end(struct smtp_server_message *message) {
    /* TODO 6. maildir_end for each copy: what was not published disappears. */
    (void)message;
}

/* DATA: the message, and the promise. */
void smtp_server_data(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 7
     *   1. smtp_server_begin. It fails: 451, and no 354.
     *   2. 354. Then until the end of the message: a deadline, stream_look, smtp_server_take (a few
     *      KiB at a time: `into` must have room), stream_consume of what it took, and
     *      smtp_server_write, unless the message is lost already.
     *   3. stream_look brings something else than STREAM_OK: as in TODO 1, 421 or nothing.
     *   4. One reply: 550, 552, 451, or smtp_server_publish and "250 Stored as " with the id.
     *   5. Always smtp_server_end, and forget the envelope.
     */
    (void)argument;
    smtp_server_not_written(session, 7, "smtp_server_data");
}
