/*
 * network_open: when there is no private network. Why there is none, what to do about it, and what
 * can be done without.
 */
#ifndef WIRE_NETWORK_OPEN_H
#define WIRE_NETWORK_OPEN_H

#include "failure.h"
#include <stdbool.h>
#include <sys/types.h>

/*
 * Looks for what keeps bubblewrap from working. `words` is what it said itself ("" when it is not
 * there at all: not_found). Writes one line into `reason`: what is missing, and the remedy.
 */
void network_open_reason(bool not_found, const char *words, struct failure *reason);

/*
 * Makes the machine's own network usable: checks that this process may capture on it and bind ports
 * below 1024, waits until no other wire uses it, and has the lab's names answered in this process's
 * children. 0, or -1: not allowed.
 */
int network_open_prepare(struct failure *why);

/* Afterwards: whether a program that runs as this user could get at what it needs. */
bool network_open_reaches(uid_t user);

#endif
