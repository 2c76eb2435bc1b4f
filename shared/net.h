/*
 * net: from a name and a port to a TCP connection, and the other way about.
 *
 * Lab 01 writes the heart of this by hand (shared/talk.h); everything else uses it from here.
 */
#ifndef SHARED_NET_H
#define SHARED_NET_H

#include "deadline.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

/* One end of a connection in text: "127.0.0.2" or "::1", and the port. */
struct net_address {
    char host[64];
    unsigned port;
};

/*
 * Connects to `host` (a name, an IPv4 or an IPv6 address) and `port` (a number or a service name).
 * Tries every address that the name has, in the resolver's order, until one accepts; each gets its
 * share of the time. (The look-up of the name keeps the resolver's own time-outs.)
 * Returns a socket: non-blocking, close-on-exec, TCP_NODELAY. The caller closes it.
 * -1: unknown name, nobody accepted (`why` holds the last address tried), deadline passed.
 */
int net_connect(const char *host, const char *port, deadline until, struct failure *why);

/* Cuts "127.0.0.2:25", "[::1]:25" or "*:25" into `host`, without brackets ("" for "*"), and *port,
   which points into `address`. 0, or -1: not an address and a port. */
int net_split(const char *address, char *host, size_t size, const char **port, struct failure *why);

/*
 * Listens on `address` ("127.0.0.2:25", "[::1]:25", "*:25" for every address) with SO_REUSEADDR.
 * Returns a socket: non-blocking, close-on-exec. The caller closes it.
 * -1: not an address, in use, not allowed (below 1024: `why` says what to do).
 */
int net_listen(const char *address, struct failure *why);

/* The other end and the own end of a socket. 0 or -1. An IPv4 peer of an IPv6 socket shows as IPv4.
 */
int net_peer(int socket, struct net_address *address, struct failure *why);
int net_local(int socket, struct net_address *address, struct failure *why);

/* Whether this is a loopback address: 127.0.0.0/8 or ::1. */
bool net_is_loopback(const struct net_address *address);

/*
 * Waits until the socket can be read (`writing` false) or written, or the deadline passes.
 * 1 ready, 0 deadline passed, -1 failed. Signals do not end the wait.
 */
int net_wait(int socket, bool writing, deadline until);

#endif
