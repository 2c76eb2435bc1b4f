/*
 * pop3_by_hand: POP3 typed by a person or read from a script (by_hand.h).
 *
 * The lines STAT, NOOP, RSET, QUIT, and LIST, UIDL, DELE, RETR and TOP with numbers behind them are
 * sent by the student's functions (the same bytes); every other line goes out as it stands. Of a
 * multi-line answer the lines are shown as they are in the message, and then the dot. After a "+"
 * (AUTH) the next line is the answer to a challenge (challenge.h).
 *
 * PASS, typed alone at a terminal, asks for the password without echo. PASS does not go out in
 * clear to another machine, and it is never kept.
 */
#ifndef CLIENTS_POP3_BY_HAND_H
#define CLIENTS_POP3_BY_HAND_H

#include "by_hand.h"
#include "pop3.h"
#include "pop3_session.h"

struct pop3_by_hand {
    struct pop3_session *session;
    struct pop3 pop3;
    bool shown;        /* the answer's line, ahead of the lines that follow it */
    bool challenged;   /* after a "+", on a terminal */
    struct buf offers; /* what CAPA says, to be explained */
};

/* For struct by_hand, whose `own` is a struct pop3_by_hand. */
extern const struct by_hand_protocol pop3_by_hand;

#endif
