/*
 * log: one line for each event of a server, on stderr.
 *
 *     2026-11-21T10:07:08.123Z smtpd[411] info session=12 client=127.0.0.1 from=<alice@example.org>
 * …
 *
 * Time is UTC. A line is written in one write(2), so that lines of many threads never mix. Bytes
 * that are not printable UTF-8 (a peer may send anything) are shown as \xHH, so that no peer can
 * forge a line. Secrets are never passed in here. Every function may be called from any thread.
 */
#ifndef SHARED_LOG_H
#define SHARED_LOG_H

enum log_level {
    LOG_ERROR, /* the operator must do something: a disk is full, a file cannot be read */
    LOG_WARN,  /* a peer misbehaved, a limit was reached */
    LOG_INFO,  /* what a server does for a living: a message accepted, a session ended */
    LOG_DEBUG, /* every command */
};

/* Says who writes and how much. Call once, before any thread. Without it: "?", LOG_INFO, stderr. */
void log_open(const char *program, enum log_level level);

/* "error", "warn", "info", "debug" into *level. 0, or -1 when `name` is none of them. */
int log_level_parse(const char *name, enum log_level *level);

/* Writes the line if `level` is not above the one set. Longer than 2,000 bytes is cut with "…". */
void log_event(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says, at LOG_ERROR and once for each `todo` (1 to 31) of a program, that a lab's function is not
   written yet: "TODO 3: smtp_server_ehlo is not written yet". For the starters of server labs,
   where nobody is there to hear of a failure. */
void log_not_written(int todo, const char *function);

#endif
