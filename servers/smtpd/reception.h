/*
 * reception: one message on its way from the network into the store, whichever command brings it.
 *
 * It goes to the disk as it comes; a session holds a few KiB of it, whatever its size and however
 * long its lines are. So no limit is set on a line (RFC 5321 §4.5.3.1 asks for as few as possible).
 * Once a message cannot be accepted any more, the rest is read and thrown away: the refusal waits
 * for the end, where the client looks for it.
 */
#ifndef SMTPD_RECEPTION_H
#define SMTPD_RECEPTION_H

#include "session.h"

struct reception; /* opaque */

/*
 * Begins the message of the session's envelope, which has a recipient. `chunked`: it comes in
 * BDAT's chunks, else behind DATA (data.h). NULL: 45x has been answered.
 */
struct reception *reception_begin(struct session *session, bool chunked);

/* Takes bytes, as they came: all of them, or those up to the final dot. Returns how many. */
size_t reception_take(struct session *session, struct reception *reception, const char *bytes,
                      size_t count);

/* Whether the final dot has come. */
bool reception_is_whole(const struct reception *reception);

/* Whether it will be refused, whatever still comes. */
bool reception_is_lost(const struct session *session, const struct reception *reception);

/* How many octets of the message have come. */
unsigned long long reception_size(const struct reception *reception);

/* Stores a message that has come whole, and answers: 250 once it is on the disk, or why not. Also
   answers for one that is lost, at any time. */
void reception_conclude(struct session *session, struct reception *reception);

/* Ends it; what was not stored leaves no trace. NULL is fine. */
void reception_end(struct reception *reception);

#endif
