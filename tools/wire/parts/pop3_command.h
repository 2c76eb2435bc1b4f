/*
 * pop3_command: what a POP3 server answers, as far as both a reader of captures and a peer must
 * know it.
 *
 * Whether an answer has more lines than one its first line does not tell: "+OK 2 320" is all that
 * STAT gets, and the beginning of what LIST gets. One must know the command (RFC 1939 §3).
 */
#ifndef WIRE_POP3_COMMAND_H
#define WIRE_POP3_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* What stands behind the status line of an answer that agrees. */
enum pop3_answer {
    POP3_LINE,    /* nothing */
    POP3_LINES,   /* lines, up to one that is a single dot: LIST, UIDL, LANG and AUTH without an
                     argument, CAPA (RFC 1939 §5, §7, RFC 2449 §5, RFC 6856 §3.2) */
    POP3_MESSAGE, /* a message, with a dot more where a line begins with one, up to a single dot:
                     RETR, TOP */
    POP3_TLS,     /* TLS: STLS (RFC 2595 §4) */
};

/* `command` is a line without its ending; small and capital letters mean the same. */
enum pop3_answer pop3_answer_to(const char *command, size_t length);

/* What a line of the server is, where it begins an answer. */
enum pop3_status {
    POP3_NONE, /* no status line of POP3 at all */
    POP3_OK,   /* "+OK …" */
    POP3_ERR,  /* "-ERR …" */
    POP3_GO,   /* "+ …": the next line of the client is part of AUTH (RFC 5034 §4) */
};
enum pop3_status pop3_status_of(const char *line, size_t length);

#endif
