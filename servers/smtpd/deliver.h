/*
 * deliver: one message into the Maildirs of all its recipients, or into none.
 *
 * The message is written to the first recipient's tmp/ as it comes from the network. At its end it
 * is copied to the others, every copy is flushed to the disk, and only then are they published. If
 * one of that fails, those already published are taken back: the client hears 4xx, keeps the
 * message and sends it again (RFC 5321 §4.2.5), and nobody should have it twice.
 */
#ifndef SMTPD_DELIVER_H
#define SMTPD_DELIVER_H

#include "accounts.h"
#include "failure.h"
#include "settings.h"
#include <stdbool.h>
#include <stddef.h>

struct deliver; /* opaque */

/*
 * Begins a message for `count` (1 or more) different accounts; `recipients` must last until
 * deliver_end. NULL: no memory, or the first Maildir cannot be written.
 */
struct deliver *deliver_begin(const struct settings *settings,
                              const struct account *const *recipients, size_t count,
                              struct failure *why);

/* Adds bytes. 0 or -1. */
int deliver_write(struct deliver *deliver, const void *bytes, size_t count, struct failure *why);

/* The message is whole: delivers it. 0: every recipient has it, on disk. -1: none has. */
int deliver_finish(struct deliver *deliver, struct failure *why);

/* To be asked where one of the above has failed: whether the store has no room left. */
bool deliver_store_is_full(const struct settings *settings);

/* Ends it; what was not delivered leaves no trace. NULL is fine. */
void deliver_end(struct deliver *deliver);

#endif
