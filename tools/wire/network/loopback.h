/*
 * loopback: makes the loopback interface of the lab network behave like an Ethernet.
 *
 * A plain loopback carries 64 KiB in one packet. Students would see captures unlike any real one
 * (ten megabytes of mail in 160 frames), and the kernel, which sets aside room for the largest
 * packet each time, could keep only a few hundred for the recorder. With Ethernet's 1,500 bytes a
 * segment carries 1,460 as it does outside, and the recorder loses none even of a flood.
 */
#ifndef WIRE_LOOPBACK_H
#define WIRE_LOOPBACK_H

#include "failure.h"

#define LOOPBACK_MTU 1500

/*
 * Sets the interface's MTU and turns off segmentation offload, which would hand packets over
 * unsplit. For the private network only, once, before anything connects: it changes the interface
 * for every program in the network. 0, or -1: not allowed here.
 */
int loopback_like_ethernet(struct failure *why);

#endif
