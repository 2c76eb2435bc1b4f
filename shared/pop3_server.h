/*
 * pop3_server: the contract of lab 10. The session of a server that hands out mail (RFC 1939).
 *
 * serve.h accepts connections and gives each a thread; the thread runs pop3_server_session, which
 * talks with that one client until it is done. The client sees a *maildrop*: the messages that were
 * in his Maildir when he logged in, numbered from 1. It is his alone until he is gone, and nothing
 * leaves it before he has said QUIT.
 *
 *     labs/10-pop3-server/pop3_server.c   writes every function below
 *     servers/lab/pop3.c                  the main: configuration, mailboxes, listeners
 *
 * The section numbers are those of RFC 1939. An answer is "+OK" or "-ERR", a blank and words that
 * are yours, and CR LF: at most 512 octets (RFC 2449 §4). Behind some +OK follow more lines, and a
 * dot on a line of its own (§3). A function that answers a command
 *
 *     returns 0   when it has written its whole answer, or has ended the session itself;
 *     returns -1  when it has written nothing, with the reason in session->why: pop3_server_session
 *                 sends "-ERR " and these words. So a reason that a client can do something about
 *                 is said to him, and one that names files of this machine is not: that one goes
 *                 into the log.
 *
 * Some reasons begin with a code in brackets that a program can read (RFC 2449 §8, RFC 3206):
 *
 *     [IN-USE]     somebody else has the maildrop: perhaps later
 *     [AUTH]       user or password is wrong
 *     [SYS/TEMP]   something is wrong on this side: perhaps later
 */
#ifndef SHARED_POP3_SERVER_H
#define SHARED_POP3_SERVER_H

#include "buf.h"
#include "failure.h"
#include "maildir.h"
#include "site.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define POP3_SERVER_LINE  253 /* octets of a command before CR LF, RFC 2449 §4 */
#define POP3_SERVER_UID   70  /* characters of a unique-id, §7 */
#define POP3_SERVER_PIECE 4096

/* What all sessions share. Many threads look at it at the same time: nothing in it is ever changed.
 */
struct pop3_server {
    const struct site *site; /* hostname, accounts, and where the Maildirs are */
    int idle_ms;             /* a client that neither says nor takes anything for so long is gone */
};

/* Bits, so that a command can name all states it may come in (§3). What RFC 1939 calls the UPDATE
   state is the work of pop3_server_quit: no command can come in it. */
enum pop3_server_state {
    POP3_SERVER_AUTHORIZATION = 1, /* who is it? */
    POP3_SERVER_TRANSACTION = 2,   /* the maildrop is open */
    POP3_SERVER_ANY = 3,
};

struct pop3_server_message {
    char *path; /* of its file, at login */
    char uid[POP3_SERVER_UID + 1];
    size_t octets; /* as it is sent, see pop3_server_copy */
    bool deleted;  /* DELE has marked it */
};

/* The messages as they were at login. Whatever is delivered, moved or removed meanwhile, number n
   is messages[n - 1] until the session ends, also when it is marked as deleted. */
struct pop3_server_maildrop {
    int lock; /* what maildir_lock has returned; -1: the maildrop is not open */
    struct pop3_server_message *messages;
    size_t count;
};

/* One connection. Nobody but its thread ever sees it. */
struct pop3_server_session {
    const struct pop3_server *server;
    struct stream *stream;
    unsigned long number; /* for the log */
    enum pop3_server_state state;
    bool over;       /* after this command the session ends */
    struct buf user; /* what USER has named, with a domain; or empty */
    struct pop3_server_maildrop maildrop;
    struct failure why; /* the reason for the next -ERR */
};

/*
 * TODO 1. One session, which the main has made: in AUTHORIZATION, the maildrop not open. Says
 * "+OK HOSTNAME …", then reads a line, and has it answered by pop3_server_command, until
 * session->over. The stream is serve's: it is not closed here.
 *
 * Each line has idle_ms from when it is waited for, however it trickles in. What can come instead:
 *   - a line of more than POP3_SERVER_LINE octets, one that ends in LF alone, one with a control
 *     character in it (below 32, or 127; NUL is one): -ERR, and the session goes on;
 *   - STREAM_TIMEOUT: the end, without a word and without an UPDATE state (§3);
 *   - STREAM_INTERRUPTED, the server stops: -ERR, and the end. So that a client who does not read
 *     cannot hold it, the words have a deadline of their own, two seconds;
 *   - STREAM_END, STREAM_FAILED: the end. Half a line is no command: it is not run.
 *
 * However it ends: the maildrop is closed, so that the next can open it; the line, which has held a
 * password, is wiped (buf_wipe); and nothing is removed from the maildrop but by QUIT (§6).
 */
void pop3_server_session(struct pop3_server_session *session);

/*
 * TODO 2. Runs one command. `line` is changed; it holds no control character. The keyword ends at
 * the first blank or with the line, and its case does not count (§3); the argument is all that
 * stands behind that one blank: "" when there is nothing.
 *
 *     CAPA                in any state     pop3_server_capa
 *     NOOP                TRANSACTION      pop3_server_noop
 *     USER name           AUTHORIZATION    pop3_server_user
 *     PASS password       AUTHORIZATION    pop3_server_pass
 *     STAT                TRANSACTION      pop3_server_stat
 *     LIST [number]       TRANSACTION      pop3_server_list
 *     UIDL [number]       TRANSACTION      pop3_server_uidl
 *     RETR number         TRANSACTION      pop3_server_retr
 *     TOP number lines    TRANSACTION      pop3_server_top
 *     DELE number         TRANSACTION      pop3_server_dele
 *     RSET                TRANSACTION      pop3_server_rset
 *     QUIT                in any state     pop3_server_quit
 *
 * Returns what that function returns; -1, too, for a keyword that is none of these, a command that
 * cannot come in this state, and an argument where none may stand.
 */
int pop3_server_command(struct pop3_server_session *session, char *line);

/*
 * TODO 3. CAPA (RFC 2449 §5): what this server can do beside the minimum. +OK, then each on a line
 * of its own: TOP, USER, UIDL, RESP-CODES, AUTH-RESP-CODE, PIPELINING. Then the dot. NOOP: +OK.
 */
int pop3_server_capa(struct pop3_server_session *session, const char *argument);
int pop3_server_noop(struct pop3_server_session *session, const char *argument);

/*
 * TODO 4. A message on its way from the file to the wire (§3). Lines of the file end in LF, or in
 * CR LF, and the last one perhaps in nothing: each is sent with CR LF, and the rest as it is, octet
 * for octet. A line that begins with a dot gets one more in front. The dot that ends the message is
 * not written here.
 *
 * `lines`: how many lines of the body are sent (TOP, §7): the header and the empty line behind it
 * are sent whole, and do not count. -1: all of it.
 * `stream`: where it goes; NULL: nowhere, it is only counted.
 * `octets`: what it came to; each line end counts two, and a dot that was put in front nothing: it
 * is not the message's (§11). NULL: nobody wants to know.
 *
 * Reads the file from where it stands, one octet after the other: it may be larger than memory, and
 * so may a line of it. A client that reads slowly is no reason to give up as long as he reads: each
 * POP3_SERVER_PIECE octets have idle_ms. 0; -1: the file cannot be read (ferror), or the stream not
 * be written.
 */
int pop3_server_copy(FILE *file, long lines, struct stream *stream, int idle_ms, size_t *octets);

/*
 * TODO 5. The maildrop (§4). It comes as it is made: not open.
 *
 * pop3_server_open takes the lock of the Maildir `path` (maildir_lock), and then looks, once, at
 * what is in it: for each message (maildir_each) its path, its unique-id, and its octets. In that
 * order: who looks first and locks then sees what the holder is about to remove.
 * The unique-id is the file's name up to the ":" behind which Maildir has its flags, so that it is
 * the same in every session, in new/ and in cur/. At most 70 characters are allowed, from 0x21 to
 * 0x7E (§7): of a longer name the first 70 are taken, and a "_" for each other character.
 * A message that is gone by the time it is opened (ENOENT) is left out.
 * 0, and maildrop->lock is not -1. MAILDIR_IN_USE: somebody else has it. -1: it cannot be locked or
 * read; no memory. After these two nothing is held, the lock neither (§4).
 *
 * pop3_server_close gives back lock and memory; afterwards it is as it came. It may be called for
 * one that is not open.
 */
int pop3_server_open(struct pop3_server_maildrop *maildrop, const char *path, struct failure *why);
void pop3_server_close(struct pop3_server_maildrop *maildrop);

/*
 * TODO 6. USER and PASS (§7).
 *
 * USER: keeps the name for PASS, with a domain (site_complete). +OK, whether there is such a user
 * or not: that is nobody's business. Without a name, or with one that is too long: -1.
 *
 * PASS: the argument is the password, with every blank in it, also at its ends. It counts only
 * right behind a USER: whatever comes of it, the name is forgotten, and without one it is -1.
 * When accounts_login says no: "[AUTH] …", the same words whoever it was. Else the maildrop is
 * opened, in the Maildir of the account (site_mailbox). Somebody else has it: "[IN-USE] …"; it
 * cannot be opened: "[SYS/TEMP] …", and why stands in the log. The session is in AUTHORIZATION
 * after that as before. +OK, and the state is TRANSACTION.
 */
int pop3_server_user(struct pop3_server_session *session, const char *argument);
int pop3_server_pass(struct pop3_server_session *session, const char *argument);

/*
 * TODO 7. What is there (§5, §7). Messages that are marked as deleted are not seen by any of these.
 *
 * pop3_server_number reads a message number: decimal digits at *text, up to a blank or the end;
 * *text then stands there. Returns the message; NULL, with the reason in session->why: no number,
 * something else behind it, none of the messages has it (0, too large, larger than any number of
 * C), or it is deleted.
 *
 * STAT: "+OK", a blank, how many there are, a blank, their octets together; and nothing behind.
 * LIST: "+OK …", for each message a line of its number, a blank and its octets; then the dot. With
 * an argument one line alone: "+OK", a blank, and what LIST says of that one.
 * UIDL: the same with the unique-id in place of the octets.
 */
struct pop3_server_message *pop3_server_number(struct pop3_server_session *session,
                                               const char **text);
int pop3_server_stat(struct pop3_server_session *session, const char *argument);
int pop3_server_list(struct pop3_server_session *session, const char *argument);
int pop3_server_uidl(struct pop3_server_session *session, const char *argument);

/*
 * TODO 8. RETR (§5): "+OK …", the message, the dot. TOP (§7): the same with so many lines of the
 * body; the number of lines is decimal digits, too, and both must be there.
 *
 * Mail programs move messages and change their flags, whoever has the lock: maildir_find says where
 * the file is now. If it is gone, or cannot be opened: -1. If it cannot be read to its end, the +OK
 * is out already: then there is no dot, and the session is over, so that nobody takes half a
 * message for a whole one.
 */
int pop3_server_retr(struct pop3_server_session *session, const char *argument);
int pop3_server_top(struct pop3_server_session *session, const char *argument);

/*
 * TODO 9. DELE marks a message as deleted, and does nothing else: it stays where it is (§5). RSET
 * takes all marks away. Both +OK.
 */
int pop3_server_dele(struct pop3_server_session *session, const char *argument);
int pop3_server_rset(struct pop3_server_session *session, const char *argument);

/*
 * TODO 10. QUIT: the session is over. In TRANSACTION first the UPDATE state (§6): each message that
 * is marked is removed, wherever it is by now (maildir_find); one that cannot be removed does
 * not save the others; one that is gone already is no fault. Nothing else is removed. Then the
 * maildrop is closed, and only then comes the answer: who has read it finds the maildrop free.
 * +OK; -1, "[SYS/TEMP] …", if something could not be removed. In AUTHORIZATION: +OK.
 */
int pop3_server_quit(struct pop3_server_session *session, const char *argument);

#endif
