/*
 * script: wire as the server, playing a session file (session.h, right column).
 */
#ifndef WIRE_SCRIPT_H
#define WIRE_SCRIPT_H

#include "deadline.h"
#include "session.h"

/*
 * Plays `session` with the first client that connects to the listening socket `listener`, or with
 * as many as it has connections, counted in the order in which they come; refuses all others. A
 * connection is accepted when the first step of its own is due. Ends when the last step is done and
 * the clients have closed, at the first line that is not the expected one, at `until`, or when
 * nobody has connected and the descriptor `over` becomes readable: then there is no client any
 * more. Closes `listener`. Writes into `report` what happened: "" when all was played, else one
 * line, for example
 *
 *     line 7: waited for "C: QUIT", the client sent "RSET"
 */
void script_play(const struct session *session, int listener, int over, deadline until,
                 char *report, size_t size);

#endif
