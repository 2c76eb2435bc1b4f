/*
 * serve_goodbye: the last words to connections that cannot be served, for serve.c alone.
 *
 * To say "busy" and close at once would be rude in a way that shows: when the peer has sent
 * something already, the close becomes a reset, and that can destroy the words on their way. So
 * each such socket is kept for a short time, until the peer has closed too. Nothing here waits.
 */
#ifndef SHARED_SERVE_GOODBYE_H
#define SHARED_SERVE_GOODBYE_H

#include "deadline.h"
#include <poll.h>
#include <stddef.h>

#define SERVE_GOODBYES 64 /* when there are more, the oldest is closed */

struct serve_goodbyes {
    struct {
        int socket;
        deadline until;
    } list[SERVE_GOODBYES]; /* oldest first */
    size_t count;
};

/* Sends `words` (NULL: none) as far as they go at once, and FIN. Takes over the socket, which must
   be non-blocking. */
void serve_goodbye_say(struct serve_goodbyes *goodbyes, int socket, const char *words);

/* Writes what to wait for into polls[0] … [SERVE_GOODBYES - 1]; how many these are. */
size_t serve_goodbye_polls(const struct serve_goodbyes *goodbyes, struct pollfd *polls);

/* The moment at which the first of them has waited long enough. */
deadline serve_goodbye_next(const struct serve_goodbyes *goodbyes);

/* After poll(2) has filled them in: throws away what came, and closes the sockets whose peer has
   closed or whose time is over. */
void serve_goodbye_look(struct serve_goodbyes *goodbyes, const struct pollfd *polls);

/* Closes all. */
void serve_goodbye_end(struct serve_goodbyes *goodbyes);

#endif
