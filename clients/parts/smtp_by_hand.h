/*
 * smtp_by_hand: SMTP typed by a person or read from a script (by_hand.h).
 *
 * The lines NOOP, RSET, QUIT and VRFY with an argument are sent by the student's smtp_noop,
 * smtp_rset, smtp_quit and smtp_vrfy (the same bytes); every other line goes out as it stands.
 * After a 354 the lines are message text, up to and including a lone dot; nothing is stuffed. After
 * a 334 (AUTH) the next line is the answer to a challenge (challenge.h). When typing ends within
 * message text nothing is sent any more, so that no half message is delivered. 421 ends the
 * session.
 */
#ifndef CLIENTS_SMTP_BY_HAND_H
#define CLIENTS_SMTP_BY_HAND_H

#include "by_hand.h"
#include "smtp.h"
#include "smtp_session.h"

struct smtp_by_hand {
    struct smtp_session *session;
    struct smtp smtp;
    bool verbatim;   /* the student's functions are not called: each line goes out as it stands */
    bool in_text;    /* after a 354 */
    bool challenged; /* after a 334, on a terminal */
};

/* For struct by_hand, whose `own` is a struct smtp_by_hand. */
extern const struct by_hand_protocol smtp_by_hand;

#endif
