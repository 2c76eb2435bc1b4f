/*
 * drained: whether the other end has read what was sent to it.
 *
 * TCP does not keep writes apart: two that follow each other closely arrive as one. To make a
 * receiver see a piece on its own, the next one must wait until the receiver has read the last. On
 * a network within one machine that can be seen: the kernel tells of each connection what has
 * arrived, and how much of it nobody has read yet (sock_diag(7)).
 */
#ifndef WIRE_DRAINED_H
#define WIRE_DRAINED_H

#include "deadline.h"
#include <stdbool.h>

/*
 * Waits until the process at the other end of `connection` (in the same network) has read all that
 * was sent, or has closed. false: `until` passed first. The kernel announces this to nobody, so it
 * is asked again and again, every 50 microseconds at first, every 2 milliseconds at last. A kernel
 * without sock_diag cannot be asked: then nothing is waited for, and pieces may arrive joined.
 */
bool drained_wait(int connection, deadline until);

#endif
