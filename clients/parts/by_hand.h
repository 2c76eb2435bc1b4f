/*
 * by_hand: a protocol typed by a person or read from a script, one command a line.
 *
 * What is typed is what is sent. Answers are shown as they come, also those that nobody asked for,
 * and explained on a terminal. What is the same in every protocol is here; what is not is a struct
 * by_hand_protocol: smtp_by_hand.h, pop3_by_hand.h.
 */
#ifndef CLIENTS_BY_HAND_H
#define CLIENTS_BY_HAND_H

#include "buf.h"
#include "line.h"
#include "repl.h"
#include "session.h"
#include <stdbool.h>

#define BY_HAND_LINE_SIZE 300

struct by_hand {
    const struct by_hand_protocol *protocol;
    void *own;               /* the protocol's: its connection, its state */
    struct session *session; /* host and port, and TLS for /tls */
    struct repl *repl;       /* set by by_hand, as all below it */
    struct stream *stream;   /* set by `connect`, as the next two */
    struct line_reader *reader;
    struct failure *why; /* where the protocol's functions say what went wrong */
    bool begun;          /* there was something to do before the first line is typed */
    bool silent;         /* answers are not explained: /explain off */
    bool tls_due;        /* the server has said that TLS may begin */
    bool broken;         /* a program's own command failed, and the connection is over */
    bool over;           /* QUIT was answered */
    unsigned replies;    /* so many, */
    unsigned refused;    /* of them so many that say no, */
    char first_refusal[BY_HAND_LINE_SIZE]; /* the first of these */
};

/* Every function returns 0; or -1 with the reason in hand->why: then the session is over. */
struct by_hand_protocol {
    const char *program;                 /* "smtp": for messages and the history */
    const char *prompt;                  /* "smtp> " */
    const struct repl_word *words;       /* what can be typed */
    bool (*is_secret)(const char *line); /* what of it must not be kept */
    const char *how_to_tls;              /* for /tls in clear, when it is too early */
    const char *after_tls;               /* what to do once TLS stands */

    /* Opens the connection, for which /tls and all others are; sets `stream`, `reader`, `why`. The
       only one whose reason is in its own `why`, as also that of `begin`. */
    int (*connect)(struct by_hand *hand, struct failure *why);
    /* Whether the options ask for something that must be done before a person types … */
    bool (*has_orders)(const struct by_hand *hand);
    /* … and does it, the server's greeting included. */
    int (*begin)(struct by_hand *hand, struct failure *why);
    /* Shows the last answer if the session has begun, else reads and shows the greeting. */
    int (*greeting)(struct by_hand *hand);
    /* Takes a typed line: sends it, reads and shows what the server says. */
    int (*take_line)(struct by_hand *hand, const char *line, size_t length);
    /* Whether the next line is a secret; then take_line gets NULL, and asks. */
    bool (*wants_secret)(const struct by_hand *hand);
    /* Reads and shows an answer that nobody has asked for. */
    int (*take_unasked)(struct by_hand *hand);
    /* Nobody types any more: QUIT, if it is the time for it. Sets `over`. */
    int (*end_typing)(struct by_hand *hand);
    /* TLS, now. */
    int (*begin_tls)(struct by_hand *hand);
    /* The protocol's own commands, beside /tls and /explain: whether it is one. Or NULL. */
    bool (*command)(struct by_hand *hand, const char *line);
};

/*
 * The whole conversation, from the connection to its end. When typing ends without QUIT, QUIT is
 * sent: a client must not just leave (RFC 5321 §4.1.1.10).
 *
 * 0 when the session ended well. -1 with `why`: no connection, it broke, a malformed answer, typing
 * ended in the middle of something. Without a terminal also when a command was refused.
 */
int by_hand(struct by_hand *hand, struct failure *why);

/* For the protocols: sends a line and CR LF; when that fails, the server may have said why: its
   answer decides. */
void by_hand_send(struct by_hand *hand, const char *line, size_t length);

/* Shows bytes of the server. 0 or -1. */
int by_hand_show(struct by_hand *hand, const char *bytes, size_t count);

/* Shows explanations, a remark a line, where there is a person who wants them; frees them. */
void by_hand_explain(struct by_hand *hand, struct buf *lines);
bool by_hand_explains(const struct by_hand *hand);

/* Counts an answer; `line` is its text, on one line. */
void by_hand_count(struct by_hand *hand, bool refused, const char *line);

/* Takes what the server still says until it closes, for a moment at most. */
void by_hand_await_close(struct by_hand *hand);

#endif
