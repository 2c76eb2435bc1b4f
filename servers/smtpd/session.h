/*
 * session: one connection, from the 220 to its end.
 *
 * The loop reads a line, looks the verb up in the table of commands (commands.h) and calls its
 * function, which answers with exactly one reply. That is all that keeps both sides in step.
 */
#ifndef SMTPD_SESSION_H
#define SMTPD_SESSION_H

#include "accounts.h"
#include "address.h"
#include "notify.h"
#include "settings.h"
#include "visit.h"

/* Where in the dialogue a session is (RFC 5321 §4.1.4); bits, so that a command can allow several.
 */
enum session_state {
    SESSION_NEW = 1,      /* no EHLO or HELO yet */
    SESSION_GREETED = 2,  /* a message can begin */
    SESSION_ENVELOPE = 4, /* MAIL was accepted; RCPT or DATA may follow */
    SESSION_CHUNKS = 8,   /* BDAT has begun the message; nothing but BDAT goes on with it */
    SESSION_ANY = 15,
};

/* What RCPT asked for besides. */
struct envelope_wish {
    unsigned notify; /* enum notify_when */
    char *original;  /* ORCPT, decoded: "rfc822;bob@old.example.org"; or NULL */
};

/* Who sends the message under way, and who gets it. */
struct envelope {
    struct address sender;
    bool utf8; /* MAIL had SMTPUTF8 */
    enum notify_return content;
    char id[NOTIFY_ENVID_LIMIT + 1];   /* ENVID, decoded; or "" */
    const struct account **recipients; /* different ones, each gets the message once */
    struct envelope_wish *wishes;      /* of each, by the first RCPT that named it */
    size_t count;
    size_t capacity;
    size_t accepted;        /* RCPT commands with 250; more than `count` if some name the same */
    struct address written; /* the last of them, as the client wrote it */
};

#define SESSION_NAME_LIMIT 255 /* RFC 5321 §4.5.3.1.2 */

struct session {
    struct visit visit;
    const struct service *service;
    const struct settings *settings;
    enum session_state state;
    char name[SESSION_NAME_LIMIT + 1]; /* from EHLO or HELO */
    bool esmtp;                        /* it was EHLO */
    const struct account *account;     /* who has said who he is, with AUTH; or NULL */
    struct envelope envelope;
    struct reception *reception; /* a message that BDAT has begun, or NULL */
    unsigned long messages;
};

/* A serve_session; `context` is the const struct service of the listener. */
void session_run(struct stream *stream, unsigned long number, void *context);

/*
 * Answers: one line, "250 2.1.0 Sender accepted". `status` is the reply code, and the enhanced
 * status code where the reply has one (RFC 2034): "250 2.1.0". Control characters in the text
 * become "?", and a line over 512 octets (RFC 5321 §4.5.3.1.5) is cut. 4xx and 5xx are counted and
 * logged.
 */
void session_reply(struct session *session, const char *status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line of a reply with more to follow: "250-SIZE 26214400". The last one is session_reply's. */
void session_reply_more(struct session *session, const char *status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says 421 with `status` and `text`, and ends the session after this command (§3.8). */
void session_close(struct session *session, const char *status, const char *text);

/* Waits for bytes of the peer and shows them, as stream_look does. false: session_lost was to be
   done, and is. */
bool session_look(struct session *session, const char **bytes, size_t *count);

/* What is to be done when a read did not bring what it should: says 421 if the peer still listens,
   and ends the session. */
void session_lost(struct session *session, enum stream_result result);

/* Forgets the message under way (RSET, EHLO, and the end of DATA). */
void session_reset(struct session *session);

/* Forgets all that the client said, as if it had just connected (RFC 3207 §4.2). What it has used
   up of its limits still counts. */
void session_restart(struct session *session);

#endif
