/*
 * by_hand: SMTP typed by a person or read from a script, one command a line.
 *
 * What is typed is what is sent. The lines NOOP, RSET, QUIT and VRFY with an argument are sent by
 * the student's smtp_noop, smtp_rset, smtp_quit and smtp_vrfy (the same bytes); every other line
 * goes out as it stands. After a 354 the lines are message text, up to and including a lone dot;
 * nothing is stuffed. After a 334 (AUTH) the next line is the answer to a challenge (challenge.h).
 * Replies are shown as they come, also those that nobody asked for.
 */
#ifndef CLIENTS_BY_HAND_H
#define CLIENTS_BY_HAND_H

#include "encrypt.h"
#include "explain.h"
#include "repl.h"
#include "smtp.h"

/* What a person can type, and what of it is a secret, for repl_options. */
extern const struct repl_word by_hand_words[];
bool by_hand_is_secret(const char *line);

struct by_hand {
    struct smtp *smtp;
    struct repl *repl;
    struct encrypt *encrypt; /* for /tls, with … */
    const char *host;        /* … whom the certificate must be for */
    bool begun;              /* the server has been greeted already (session.h) */
    bool verbatim;    /* the student's functions are not called: each line goes out as it stands */
    bool silent;      /* replies are not explained: /explain off */
    bool in_text;     /* after a 354 */
    bool challenged;  /* after a 334, on a terminal */
    bool tls_due;     /* STARTTLS was the last line, and was answered with 220 */
    bool broken;      /* /tls failed: smtp->why */
    bool over;        /* QUIT was answered */
    unsigned replies; /* so many, */
    unsigned refused; /* of them so many 4yz or 5yz, */
    char first_refusal[REPLY_LINE_SIZE]; /* the first of these */
};

/*
 * From the server's greeting, or the last reply if the session has begun, to the end of the
 * session. When typing ends without QUIT, QUIT is
 * sent: a client must not just leave (RFC 5321 §4.1.1.10). When it ends within message text nothing
 * is sent any more, so that no half message is delivered.
 *
 * 0 when the session ended well. -1 with `why`: the connection broke, 421, a malformed reply,
 * typing ended within a message. Without a terminal also when a command was refused.
 */
int by_hand(struct by_hand *session, struct failure *why);

/* The program's own commands, for repl_options: /explain on, /explain off, /tls. `context` is a
   struct by_hand. */
bool by_hand_command(void *context, const char *line);

#endif
