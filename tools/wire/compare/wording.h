/*
 * wording: what stands in a capture, in words for a sentence. Part of compare.
 */
#ifndef WIRE_WORDING_H
#define WIRE_WORDING_H

#include "buf.h"
#include "dialogue.h"

/* "QUIT", in quotes, with escapes for what cannot be printed, a long one cut. */
void wording_quote(const struct dialogue_step *step, struct buf *words);

/* What a step is: the client's "QUIT", the server's FIN, a TLS ClientHello. */
void wording_step(const struct dialogue_step *step, struct buf *words);

/* "the client", "the server"; at the beginning of a sentence "The client". */
const char *wording_side(enum dialogue_side side);
const char *wording_Side(enum dialogue_side side);

#endif
