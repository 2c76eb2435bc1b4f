/*
 * visit: one client at a server, from its greeting to its end, whatever the protocol.
 *
 * A server's session begins with a struct visit and adds what its protocol needs. What is the same
 * everywhere is here: the time that a client has, what is counted, the log, and STARTTLS's
 * handshake. What the client is told is the protocol's own.
 */
#ifndef SHARED_VISIT_H
#define SHARED_VISIT_H

#include "bounds.h"
#include "buf.h"
#include "deadline.h"
#include "log.h"
#include "stream.h"
#include "tls.h"

struct visit {
    struct stream *stream;
    const struct bounds *bounds;
    unsigned long number; /* of the session, for the log */
    deadline end;         /* of the whole session */
    const char *over;     /* NULL; or why the session ends, for the log */
    struct buf line;      /* the command in hand */
    unsigned long commands;
    unsigned long errors; /* commands that were refused */
    unsigned failures;    /* wrong passwords */
};

/* Begins, and logs it. `line`: octets of the longest line, without its CR LF. `stream` and `bounds`
   must last until visit_end. */
void visit_begin(struct visit *visit, struct stream *stream, unsigned long number,
                 const struct bounds *bounds, size_t line);

/* One line in the log, with the session's number in front. */
void visit_log(const struct visit *visit, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives what comes next, the client's command or the server's bytes, its time: `idle`, but not
   beyond the session's end. */
void visit_wait(struct visit *visit);

/* What a read that brought no line means. */
enum visit_loss {
    VISIT_GONE,    /* the client closed, or the connection broke */
    VISIT_SILENT,  /* it said nothing for too long */
    VISIT_TOO_OLD, /* the session lasts too long */
    VISIT_STOPPED, /* the server stops */
};

/*
 * To be called with the result of such a read: the session is over, and visit->over says why. After
 * any loss but the first the client may be told; it has two seconds to take that.
 */
enum visit_loss visit_lost(struct visit *visit, enum stream_result result);

/* Whether the line holds what no command may: NUL, CR, LF and other control characters. */
bool visit_has_control(const struct visit *visit);

/* The handshake, after the reply that asked for it; and its line in the log. 0; or -1: the session
   is over. */
int visit_start_tls(struct visit *visit, struct tls_context *tls);

/* Gives up what it holds; the line is overwritten: it may have been a password. */
void visit_end(struct visit *visit);

#endif
