/*
 * update: DELE, RSET, and what QUIT does with that (RFC 1939 §6).
 *
 * DELE marks. Only QUIT removes: who closes without it, or is silent for too long, has removed
 * nothing.
 */
#ifndef POP3D_UPDATE_H
#define POP3D_UPDATE_H

#include "session.h"

void update_dele(struct session *session, const char *argument);
void update_rset(struct session *session, const char *argument);

/* QUIT in the TRANSACTION state: removes all that it can, gives the maildrop back, and only then
   answers, with -ERR if something marked could not be removed. */
void update_remove(struct session *session);

#endif
