/*
 * retrieve: RETR and TOP (RFC 1939 §5, §7).
 */
#ifndef POP3D_RETRIEVE_H
#define POP3D_RETRIEVE_H

#include "session.h"

/* The whole message. */
void retrieve_retr(struct session *session, const char *argument);

/* Its header, and as many lines of its body. */
void retrieve_top(struct session *session, const char *argument);

#endif
