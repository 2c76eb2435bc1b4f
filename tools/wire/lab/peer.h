/*
 * peer: somebody between the program and its server, who passes on every byte, but in his own way.
 *
 * He listens where the server would, and connects to the server on 127.0.0.102: the program's
 * command line stays the same, and so does its side of the recording. (The other side is in the
 * recording too; checks do not look at it.) Each way of a connection has a thread of its own.
 *
 *     one-byte    each byte in a segment of its own, the next one when the last one was read
 *     slow        pieces of at most 7 bytes, 2 milliseconds apart
 *     coalesced   what was sent in several pieces arrives as one: everything that comes without
 *                 a gap of 20 milliseconds
 *
 * A new peer is a row in peer.c's table and a function.
 */
#ifndef WIRE_PEER_H
#define WIRE_PEER_H

#include "failure.h"

/* Where a server listens that has a peer in front of it. */
#define PEER_BACK "127.0.0.102"

struct peer; /* a row of the table */

/* NULL: there is none of this name. */
const struct peer *peer_find(const char *name);

/* All names, for a message. */
const char *peer_names(void);

/* Serves the listening socket `listener`, connecting each client to `host` and `port`. Does not
   return: it is for a process of its own, which is killed when it is no longer needed. */
_Noreturn void peer_serve(const struct peer *peer, int listener, const char *host,
                          const char *port);

#endif
