/*
 * smtp_server: the contract of lab 09. The session of a server that takes mail (RFC 5321).
 *
 * serve.h accepts connections and gives each a thread; the thread runs smtp_server_session, which
 * talks with that one client until it is done. The message goes into Maildirs (maildir.h), and the
 * 250 behind it is a promise: it is on the disk (§4.2.5).
 *
 *     labs/09-smtp-server/smtp_server.c   TODO 1 to 4, what is said: yours
 *     labs/09-smtp-server/smtp_store.c    TODO 5 to 7, what is kept: yours
 *     shared/smtp_server.c                the others, at the end: what the kit gives you
 *     servers/lab/smtp.c                  the main: configuration, mailboxes, listeners
 *
 * The section numbers are those of RFC 5321. A reply's code is fixed here, its words are yours,
 * but for "Stored as".
 *
 *     421  the server stops, or the client was silent for too long; then it closes (§3.8)
 *     451  the message cannot be stored now: the client keeps it and tries again
 *     452  too many recipients (§4.5.3.1.10)
 *     500  no such command; a line that is too long, ends in LF alone, or holds a control character
 *     501  arguments that are missing, wrong, or not wanted
 *     503  a command that cannot come now (§4.1.4)
 *     550  no such mailbox; a domain of somebody else; CR or LF alone in the message
 *     552  the message is too large (§4.5.3.1.9)
 *     555  a parameter of MAIL or RCPT: none was offered (§4.1.1.11)
 */
#ifndef SHARED_SMTP_SERVER_H
#define SHARED_SMTP_SERVER_H

#include "accounts.h"
#include "address.h"
#include "buf.h"
#include "failure.h"
#include "maildir.h"
#include "site.h"
#include "stream.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SMTP_SERVER_LINE       510 /* octets of a command or a reply before CR LF, §4.5.3.1.4 */
#define SMTP_SERVER_NAME       255 /* octets of a client's name, §4.5.3.1.2 */
#define SMTP_SERVER_RECIPIENTS 100 /* room for recipients of one message, §4.5.3.1.8 */

/* What all sessions share. Many threads look at it at the same time: nothing in it is ever changed,
   but for `messages`, and that only while `lock` is held. */
struct smtp_server {
    const struct site *site;         /* hostname, domains, accounts, where mailboxes are */
    size_t recipients;               /* of one message; at most SMTP_SERVER_RECIPIENTS */
    unsigned long long message_size; /* octets, as struct smtp_server_text counts them */
    int idle_ms;                     /* so long the next line, or piece of a message, may take */
    time_t started;
    pthread_mutex_t lock;
    unsigned long messages; /* begun since the start */
};

/* What has been said so far (§4.1.4). Bits, so that a command can name all states it may come in.
 */
enum smtp_server_state {
    SMTP_SERVER_NEW = 1,     /* nothing: EHLO or HELO comes first */
    SMTP_SERVER_GREETED = 2, /* EHLO or HELO: MAIL may begin a message */
    SMTP_SERVER_SENDER = 4,  /* MAIL: RCPT follows */
    SMTP_SERVER_READY = 8,   /* MAIL and at least one RCPT: more RCPT, or DATA */
    SMTP_SERVER_ANY = 15,
};

/* One connection. Nobody but its thread ever sees it. */
struct smtp_server_session {
    struct smtp_server *server;
    struct stream *stream;
    unsigned long number; /* for the log */
    enum smtp_server_state state;
    bool over;                         /* after this command the session ends */
    struct buf line;                   /* the command in hand, without its CR LF */
    char client[SMTP_SERVER_NAME + 1]; /* its name, from EHLO or HELO */
    bool extended;                     /* it said EHLO */
    /* The envelope of the message under way. */
    struct address sender;
    const struct account *recipients[SMTP_SERVER_RECIPIENTS]; /* different ones */
    size_t recipient_count;
};

/*
 * TODO 1. One session, from its first word to its last. Says "220 HOSTNAME ESMTP …", then reads a
 * line into session->line and has it answered by smtp_server_command, until session->over. The main
 * has made the session, and closes its stream afterwards.
 *
 * Each line has idle_ms from when it is waited for, however it trickles in. What can come instead:
 *   - a line of more than SMTP_SERVER_LINE octets, one that ends in LF alone, one with a control
 *     character in it (below 32, or 127; NUL is one): 500, and the session goes on;
 *   - any other result: smtp_server_lost. Half a line is no command: it is not run.
 *
 * smtp_server_lost ends the session, since a read has brought `result` instead of bytes. At
 * STREAM_TIMEOUT and STREAM_INTERRUPTED (the server stops) with a 421, which is sent at once; so
 * that a client who does not read cannot hold it, it has a deadline of its own, two seconds. At
 * STREAM_END and STREAM_FAILED without a word.
 */
void smtp_server_session(struct smtp_server_session *session);
void smtp_server_lost(struct smtp_server_session *session, enum stream_result result);

/*
 * TODO 2. Runs the command in session->line, which holds no control character: exactly one reply,
 * whatever it is. The verb ends at the first blank; its case does not count (§2.4); blanks at the
 * end do not count either (§4.1.1). A verb of no command is 500; a command that cannot come in this
 * state is 503. Then its function gets the argument, what stands behind the verb and one blank.
 *
 *     EHLO HELO    in any state     smtp_server_ehlo, smtp_server_helo
 *     MAIL         GREETED          smtp_server_mail
 *     RCPT         SENDER, READY    smtp_server_rcpt
 *     DATA         READY            smtp_server_data
 *     RSET         in any state     250, behind smtp_server_forget
 *     NOOP         in any state     250; an argument is ignored (§4.1.1.9)
 *     VRFY         in any state     252: neither yes nor no (§3.5.3); without an argument 501
 *     HELP         in any state     214; an argument may be ignored
 *     QUIT         in any state     221, and the session is over
 *
 * RSET, DATA and QUIT take no argument: 501, and nothing is done.
 *
 * smtp_server_forget forgets the envelope: no recipient is left, and the state is GREETED, if it
 * was SENDER or READY.
 */
void smtp_server_command(struct smtp_server_session *session);
void smtp_server_forget(struct smtp_server_session *session);

/*
 * TODO 3. EHLO and HELO (§4.1.1.1): 250, and the state is GREETED; a message under way is forgotten
 * (§4.1.4). The client's name goes into the Received field, so it is kept; a name that is missing,
 * longer than SMTP_SERVER_NAME, or has a blank or one of "(),;<>@\ in it is 501, and changes
 * nothing. A name that is not true is no reason to refuse (§4.1.4).
 *
 * HELO's reply is one line. EHLO's is two: "250-HOSTNAME …", with a hyphen since another follows,
 * and "250 PIPELINING" (RFC 2920): a client may send commands without waiting for each reply. It
 * costs nothing here, for the stream keeps what came early, and replies leave in order.
 */
void smtp_server_ehlo(struct smtp_server_session *session, const char *argument);
void smtp_server_helo(struct smtp_server_session *session, const char *argument);

/*
 * TODO 4. MAIL FROM:<path> and RCPT TO:<path> (§4.1.1.2, §4.1.1.3): the words in any case, and no
 * blank behind the colon. The path is address_parse's matter (without UTF-8); what it does not take
 * is 501. So is anything behind the path but a blank, and behind that parameters: 555, for none was
 * offered. A refusal changes nothing.
 *
 * MAIL: 250, and the state is SENDER. The null path <> is a sender like any other: reports of
 * failed deliveries have it.
 *
 * RCPT: 250, and the state is READY, if the domain is ours (site_is_local) and the account exists.
 * A domain that is not ours is 550: whoever passes mail on for everybody is an open relay, and soon
 * every spammer knows him. (No domain at all, <postmaster>, is ours.) No such account: 550.
 * With `recipients` different accounts in the envelope, one more is 452; one that is in it already
 * is 250, and gets the message once.
 */
void smtp_server_mail(struct smtp_server_session *session, const char *argument);
void smtp_server_rcpt(struct smtp_server_session *session, const char *argument);

/* Where in the text of a message the next byte stands. */
enum smtp_server_place {
    SMTP_SERVER_LINE_START, /* behind CR LF, or at the very beginning */
    SMTP_SERVER_DOT,        /* behind the dot that a line began with */
    SMTP_SERVER_DOT_CR,     /* behind that dot and a CR */
    SMTP_SERVER_WITHIN,     /* within a line */
    SMTP_SERVER_CR,         /* behind a CR within a line */
    SMTP_SERVER_END,        /* behind CR LF . CR LF: the message has ended */
};

/* At first all zero. */
struct smtp_server_text {
    enum smtp_server_place place;
    bool bare;               /* a CR without LF or an LF without CR has come: it must be refused */
    unsigned long long size; /* octets so far: CR LF counts two; stuffed dots and the end, nothing.
                                Once `bare` is set it does not matter any more */
};

/*
 * TODO 5. Takes `count` bytes that follow DATA's 354, or fewer when the message ends before: what
 * stands behind its end is the next command. Writes what they become in the file into `into`, which
 * has room for `count` bytes, and says in *length how many these are: LF for each CR LF, and the
 * dot that a line begins with is left out (§4.5.2). Bytes come in pieces of any size, so what must
 * be remembered from one to the next is in `text`. Returns how many bytes it took.
 *
 * Nothing but CR LF . CR LF ends a message. A server to which LF . LF, or LF . CR LF, is an end too
 * takes for commands what to others was text (SMTP smuggling, CVE-2023-51764). A CR or LF alone
 * therefore begins no new line: `bare` is set, and it goes on to the real end. From then on nothing
 * need be written.
 */
size_t smtp_server_take(struct smtp_server_text *text, const char *bytes, size_t count, char *into,
                        size_t *length);

#define SMTP_SERVER_ID 64

/* A message on its way from the network into the store. */
struct smtp_server_message {
    struct smtp_server_text text;
    char id[SMTP_SERVER_ID];                                 /* "17.1732183628" */
    struct maildir_delivery *copies[SMTP_SERVER_RECIPIENTS]; /* one for each recipient, or NULL */
    size_t copy_count;
};

/*
 * TODO 6. The store: for all recipients, or for none.
 *
 * smtp_server_begin begins a message for the session's envelope. Its id is a number, a dot, and the
 * server's `started` in seconds. The first message since the start has the number 1, each further
 * one the next: server->messages counts them, and is every thread's, so `lock` is held meanwhile,
 * but not while anything slow is done. Then a delivery (maildir_begin) in the Maildir of each
 * recipient (site_mailbox), and at the top of each what smtp_server_trace writes.
 *
 * smtp_server_write adds `count` bytes to each copy.
 *
 * smtp_server_publish, at the end: flushes every copy to the disk (maildir_sync), and only when all
 * are there, publishes them. If one cannot be published, those that were are taken back
 * (maildir_retract): the client hears 451 and sends it again, and nobody should have it twice.
 *
 * These three return 0, or -1 with maildir's words in `why`; after a -1 the message can only be
 * ended.
 *
 * smtp_server_end gives everything back. What was not published leaves no trace. It may be called
 * after a smtp_server_begin that failed.
 */
int smtp_server_begin(struct smtp_server_session *session, struct smtp_server_message *message,
                      struct failure *why);
int smtp_server_write(struct smtp_server_message *message, const char *bytes, size_t count,
                      struct failure *why);
int smtp_server_publish(struct smtp_server_message *message, struct failure *why);
void smtp_server_end(struct smtp_server_message *message);

/*
 * TODO 7. DATA (§4.1.1.4). If smtp_server_begin fails: 451 in place of the 354. Else 354, and the
 * message, each piece within idle_ms, to its end. What comes behind its end stays in the stream. It
 * goes to the disk as it comes: the session never holds more than a few KiB of it, however large it
 * is and however long its lines are.
 *
 * Exactly one reply at the end, and not before it, for then the client does not look:
 *     550  a CR or LF alone was in it
 *     552  it has more than message_size octets
 *     451  the store failed, at any time; why is told the operator (log_event, LOG_ERROR)
 *     250  "250 Stored as 17.1732183628", once smtp_server_publish says that it is on the disk
 * Once it cannot be stored any more, the rest is read and thrown away. Whatever the reply, also
 * that in place of the 354, the envelope is forgotten: the state is GREETED.
 *
 * A client that is silent for too long gets 421; one that is gone gets nothing. Either way the
 * session is over, and nothing of the message is left behind.
 */
void smtp_server_data(struct smtp_server_session *session, const char *argument);

/*
 * What the kit gives.
 */

/*
 * Writes one line of a reply into the stream, and CR LF behind it. It leaves with the others before
 * the next read (stream.h). Control characters become "?", and what is over SMTP_SERVER_LINE octets
 * is cut. A client that is gone is noticed at the next read.
 */
void smtp_server_reply(struct smtp_server_session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The account that has this address, or NULL. Postmaster, with a domain or without, is the first
   one of the accounts file unless there is an account of that name (§4.5.1). */
const struct account *smtp_server_account(const struct smtp_server *server,
                                          const struct address *address);

/*
 * Adds the two fields that a server which delivers puts on top of a message (§4.4), with LF for
 * line ends. 0, or -1 without memory.
 *
 *     Return-Path: <alice@example.org>
 *     Received: from client.example.org ([127.0.0.1])
 *         by mail.example.org with ESMTP id 17.1732183628;
 *         Sat, 21 Nov 2026 10:07:08 +0000
 */
int smtp_server_trace(const struct smtp_server_session *session, const char *id, struct buf *into);

/* What a command that is not written yet answers: 502. It is told once in the log, too:
   "TODO 4: smtp_server_mail is not written yet". The checks know these words: keep them. */
void smtp_server_not_written(struct smtp_server_session *session, int todo, const char *function);

#endif
