/*
 * connections: the TCP connections of this network, as /proc/net/tcp and tcp6 list them.
 */
#ifndef WIRE_CONNECTIONS_H
#define WIRE_CONNECTIONS_H

#include "deadline.h"

/* How many are open: neither listening, nor closed at both ends (TIME_WAIT). Each end of a
   connection within this machine counts. */
unsigned connections_open(void);

/* Waits until no more than `others` are open, or the deadline passes (0: looks once). Returns how
   many more there are. */
unsigned connections_wait(unsigned others, deadline until);

#endif
