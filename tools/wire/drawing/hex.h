/*
 * hex: the octets of a step, as everybody dumps them, for a <pre>. Part of drawing.
 *
 *     0000  45 48 4c 4f 20 63 6c 69  65 6e 74 2e 65 78 61 6d  EHLO client.exam
 *     0010  70 6c 65 2e 6f 72 67 0d  0a                       ple.org··
 *
 * Of a long step the middle is left out, but not the row with the marked octet.
 */
#ifndef WIRE_HEX_H
#define WIRE_HEX_H

#include "dialogue.h"
#include <stdint.h>
#include <stdio.h>

#define HEX_COLUMNS 16
#define HEX_FIRST   20 /* rows */
#define HEX_LAST    4
#define HEX_NO_MARK SIZE_MAX

/* The line ending is an octet like others. `marked` is the octet to point to, HEX_NO_MARK none. */
void hex_dump(const struct dialogue_step *step, size_t marked, FILE *out);

#endif
