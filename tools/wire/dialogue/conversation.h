/*
 * conversation: the frames of one TCP connection, read as a dialogue. Part of dialogue.
 */
#ifndef WIRE_CONVERSATION_H
#define WIRE_CONVERSATION_H

#include "assembly.h"
#include "dialogue.h"

struct conversation {
    const struct dissect_frame **frames; /* of this connection, in order */
    size_t count;
    const struct dissect_frame *all; /* of the capture: all[n - 1] is frame number n */
    int64_t start;                   /* time of the first of them */
    size_t *budget;                  /* lines that may still be told apart */
};

/* Fills `dialogue`, which is all zero. 0, or -1 without memory: dialogues_free in both cases. */
int conversation_read(const struct conversation *conversation, struct dialogue *dialogue);

/* Adds a step to the end; it is put into its place later. Its time is filled in here. 0 or -1. */
int conversation_add(const struct conversation *conversation, struct dialogue *dialogue,
                     const struct dialogue_step *step);

/* Whether a frame has all flags that are wanted, and none of the others. */
bool frame_has(const struct dissect_frame *frame, unsigned wanted, unsigned unwanted);

/* Who sent this frame. */
enum dialogue_side conversation_side(const struct dialogue *dialogue,
                                     const struct dissect_frame *frame);

/*
 * Where a side began to encrypt: the offset in its assembled bytes of the first TLS record, which
 * is a handshake record at the beginning of a line; `length` when it never did.
 */
size_t tls_start(const struct conversation *conversation, const struct assembly *assembly);

/* Adds the steps that are TLS's own: handshake messages, alerts, and data that keys are missing
   for. 0, or -1 without memory. */
int tls_steps(const struct conversation *conversation, struct dialogue *dialogue);

#endif
