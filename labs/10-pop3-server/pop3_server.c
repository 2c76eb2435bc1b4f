/*
 * Lab 10: the session of a POP3 server. Your work.
 *
 * The contract of each function is in shared/pop3_server.h; the section numbers are those of
 * RFC 1939. One thread runs pop3_server_session for each client. What a session needs to remember
 * stands in its struct pop3_server_session: in a static or global variable all threads would meet.
 *
 * A function that answers a command returns 0 when it has written its whole answer; or it writes
 * nothing, says why in session->why (failure_set), and returns -1: then the client hears -ERR.
 */
#include "pop3_server.h"
#include "log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* "-ERR" with the reason; the operator reads it, too. */
static void refuse(struct pop3_server_session *session) {
    stream_printf(session->stream, "-ERR %s\r\n", session->why.text);
    log_event(LOG_WARN, "session=%lu refused: %s", session->number, session->why.text);
}

/* Greets, and has each line answered until the session is over. */
void pop3_server_session(struct pop3_server_session *session) {
    struct buf line;
    buf_init(&line, POP3_SERVER_LINE);
    stream_printf(session->stream, "+OK %s POP3 ready\r\n", session->server->site->hostname);
    while (!session->over) {
        enum stream_result result = stream_read_line(session->stream, &line, POP3_SERVER_LINE);
        int status;
        /*
         * TODO 1. So far each whole line is a command, and anything else the end.
         *   1. Before each line: stream_set_deadline to idle_ms from now.
         *   2. Too long, a bare LF, a control character in it (look at all line.length octets: one
         *      may be NUL): -1 with a reason, and on.
         *   3. The server stops (STREAM_INTERRUPTED): a new deadline of two seconds, -1 with a
         *      reason, and over.
         *   4. Time-out, end, broken connection: over, without a word.
         *   5. Behind the loop: pop3_server_close, and wipe the line.
         */
        if (result == STREAM_OK) {
            status = pop3_server_command(session, line.bytes);
        } else {
            session->over = true;
            status = failure_not_written(&session->why, 1, "pop3_server_session");
        }
        if (status < 0)
            refuse(session);
    }
    buf_free(&line);
}

/* Runs one command. */
int pop3_server_command(struct pop3_server_session *session, char *line) {
    /*
     * TODO 2
     *   1. A table: keyword, the states in which it may come, whether an argument may stand behind
     *      it, function. All twelve functions are below.
     *   2. Cut the line at its first blank (strcspn). What stands behind that one blank is the
     *      argument, with every other blank in it.
     *   3. Compare the whole keyword without regard to case (strcasecmp).
     *   4. No such keyword, not in this state, an argument that may not stand there: -1.
     */
    (void)line;
    return failure_not_written(&session->why, 2, "pop3_server_command");
}

/* What this server can do. */
int pop3_server_capa(struct pop3_server_session *session, const char *argument) {
    /* TODO 3. +OK, six lines, the dot: each ends in CR LF. */
    (void)argument;
    return failure_not_written(&session->why, 3, "pop3_server_capa");
}

int pop3_server_noop(struct pop3_server_session *session, const char *argument) {
    /* TODO 3. +OK. (A function that says +OK and some words will be of use more than once.) */
    (void)argument;
    return failure_not_written(&session->why, 3, "pop3_server_noop");
}

/* A message, or `lines` of its body, from the file to the wire; or only counted. */
int pop3_server_copy(FILE *file, long lines, struct stream *stream, int idle_ms, size_t *octets) {
    /*
     * TODO 4. A machine that takes one octet at a time (getc) and remembers: is the line empty so
     * far? Was the last octet a CR? Has the body begun?
     *   1. LF: out go CR LF, whether a CR stood before it or not. So a CR waits for the next octet.
     *   2. A dot in an empty line: one more in front, which does not count.
     *   3. The first empty line ends the header. Behind it each line takes one from `lines`, if
     *      that is not negative; at 0 it is enough.
     *   4. At the end of the file: CR LF, if the last line has none.
     *   5. Each POP3_SERVER_PIECE octets stream_set_deadline to idle_ms from now. stream_write
     *      collects: one octet at a time does no harm.
     *   6. -1 if writing has failed, or reading (ferror).
     */
    (void)file, (void)lines, (void)stream, (void)idle_ms, (void)octets;
    log_not_written(4, "pop3_server_copy");
    return -1;
}

/* Locks the Maildir `path`, and then takes down what is in it. */
int pop3_server_open(struct pop3_server_maildrop *maildrop, const char *path, struct failure *why) {
    /*
     * TODO 5
     *   1. maildir_lock returns a descriptor, MAILDIR_IN_USE or another negative number.
     *   2. A function for maildir_each, with the maildrop as its context: it adds one message.
     *      reallocarray makes room, strdup keeps the path; fopen (mode "re") and pop3_server_copy
     *      count the octets; the unique-id is made of the path.
     *   3. If anything fails behind the lock: pop3_server_close, and -1.
     */
    (void)maildrop, (void)path;
    return failure_not_written(why, 5, "pop3_server_open");
}

/* Gives back what pop3_server_open took. */
void pop3_server_close(struct pop3_server_maildrop *maildrop) {
    /* TODO 5. Free each path and the array; close(2) the lock, if there is one: that ends it. Then
       the maildrop is as it came: lock -1, and no messages. */
    (void)maildrop;
}

/* Who is it? */
int pop3_server_user(struct pop3_server_session *session, const char *argument) {
    /*
     * TODO 6
     *   1. No name: -1. Else buf_append it to session->user, which must be empty before.
     *   2. site_complete adds the domain, if it has none. If either fails, the name is too long.
     *   3. +OK, whoever it is.
     */
    (void)argument;
    return failure_not_written(&session->why, 6, "pop3_server_user");
}

/* And the password. */
int pop3_server_pass(struct pop3_server_session *session, const char *argument) {
    /*
     * TODO 6
     *   1. No USER before: -1.
     *   2. accounts_login finds the account, or not. Forget the name. Not: "[AUTH] …".
     *   3. site_mailbox says where the account's Maildir is; pop3_server_open it.
     *   4. In use: "[IN-USE] …". Cannot be opened: log_event says why, the client "[SYS/TEMP] …".
     *   5. The state is POP3_SERVER_TRANSACTION; +OK.
     */
    (void)argument;
    return failure_not_written(&session->why, 6, "pop3_server_pass");
}

/* Reads a message number, and finds the message. */
struct pop3_server_message *pop3_server_number(struct pop3_server_session *session,
                                               const char **text) {
    /*
     * TODO 7
     *   1. strspn counts the digits. There must be one at least, and behind them a blank or NUL.
     *   2. strtoul makes a number of them: ULONG_MAX when it would be larger than that.
     *   3. From 1 to maildrop.count, and not deleted. Message number n is messages[n - 1].
     */
    (void)text;
    failure_not_written(&session->why, 7, "pop3_server_number");
    return NULL;
}

/* How many messages, and how many octets. */
int pop3_server_stat(struct pop3_server_session *session, const char *argument) {
    /* TODO 7. Count those that are not deleted. */
    (void)argument;
    return failure_not_written(&session->why, 7, "pop3_server_stat");
}

/* The octets of each message, or of one. */
int pop3_server_list(struct pop3_server_session *session, const char *argument) {
    /* TODO 7. With an argument: one line. Without: +OK, a line for each, the dot. */
    (void)argument;
    return failure_not_written(&session->why, 7, "pop3_server_list");
}

/* The unique-id of each message, or of one. */
int pop3_server_uidl(struct pop3_server_session *session, const char *argument) {
    /* TODO 7, the same again. */
    (void)argument;
    return failure_not_written(&session->why, 7, "pop3_server_uidl");
}

/* A whole message. */
int pop3_server_retr(struct pop3_server_session *session, const char *argument) {
    /*
     * TODO 8
     *   1. The message of this number, and nothing behind it.
     *   2. maildir_find: where is the file now? Open it. If it cannot be: -1.
     *   3. +OK, pop3_server_copy, the dot. If copying fails: no dot, the session is over; 0.
     */
    (void)argument;
    return failure_not_written(&session->why, 8, "pop3_server_retr");
}

/* The header and some lines. */
int pop3_server_top(struct pop3_server_session *session, const char *argument) {
    /* TODO 8. Two numbers, with one blank between them; then as in RETR. */
    (void)argument;
    return failure_not_written(&session->why, 8, "pop3_server_top");
}

/* Marks a message. */
int pop3_server_dele(struct pop3_server_session *session, const char *argument) {
    /* TODO 9. Only a mark. The file stays where it is. */
    (void)argument;
    return failure_not_written(&session->why, 9, "pop3_server_dele");
}

/* Takes all marks away. */
int pop3_server_rset(struct pop3_server_session *session, const char *argument) {
    /* TODO 9. */
    (void)argument;
    return failure_not_written(&session->why, 9, "pop3_server_rset");
}

/* Removes what is marked, and says good-bye. */
int pop3_server_quit(struct pop3_server_session *session, const char *argument) {
    /*
     * TODO 10
     *   1. The session is over, whatever comes of it.
     *   2. For each marked message: maildir_find, unlink. Go on when one cannot be removed; one
     *      that has gone is no fault.
     *   3. pop3_server_close, and only then the answer.
     */
    (void)argument;
    return failure_not_written(&session->why, 10, "pop3_server_quit");
}
