/*
 * session: one connection, from the greeting to its end.
 *
 * The loop reads a line, looks the verb up in the table of commands (commands.h) and calls its
 * function, which answers with exactly one reply: one line, or one line and more up to a dot.
 */
#ifndef POP3D_SESSION_H
#define POP3D_SESSION_H

#include "accounts.h"
#include "maildrop.h"
#include "settings.h"
#include "visit.h"

/* Where a session is (RFC 1939 §3); bits, so that a command can allow both. UPDATE is what QUIT
   does. */
enum session_state {
    SESSION_AUTHORIZATION = 1,
    SESSION_TRANSACTION = 2, /* there is a maildrop */
    SESSION_ANY = 3,
};

struct session {
    struct visit visit;
    const struct settings *settings;
    enum session_state state;
    bool utf8;       /* the client has said UTF8 */
    struct buf user; /* as USER said it; empty: PASS may not come now */
    const struct account *account;
    struct maildrop *maildrop;
    unsigned long retrieved; /* messages */
    size_t removed;
};

/* A serve_session; `context` is the const struct settings. */
void session_run(struct stream *stream, unsigned long number, void *context);

/* "+OK text". Control characters in the text become "?", and a line over 512 octets (RFC 2449 §4)
   is cut. */
void session_ok(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * "-ERR [CODE] text". `code` is a response code (RFC 2449 §8) without its brackets, or NULL. The
 * command was wrong: this is counted and logged.
 */
void session_refuse(struct session *session, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same where the client could not know better: a message that has gone, a disk that fails. Not
   counted. */
void session_fail(struct session *session, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses with `code` and `text`, and ends the session after this command. */
void session_close(struct session *session, const char *code, const char *text);

/* Adds to the reply what follows its first line. What is wrong with the connection shows later. */
void session_write(struct session *session, const void *bytes, size_t count);

/* What is to be done when a read did not bring a line: the session is over. */
void session_lost(struct session *session, enum stream_result result);

/* Forgets all that the client said, as if it had just connected (RFC 2595 §4). What it has used up
   of its limits still counts. */
void session_restart(struct session *session);

#endif
