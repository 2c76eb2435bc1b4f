/*
 * store: where --fetch puts messages, a Maildir or an mbox, and what it remembers of them.
 *
 * The promise (shared/pop3.h, struct pop3_store): after a commit neither a crash nor a power cut
 * can lose the message, and wherever the program is killed, no message is fetched a second time.
 *
 *     maildir   written and flushed in tmp/ · the note: unique-id and name · renamed into new/
 *     mbox      written and flushed beside it · the note: unique-id and place · appended
 *
 * The note (uids.h) comes before the last step, and that step is looked for when the store is
 * opened the next time. The notes are PLACE/pop3-uids of a Maildir, PLACE.pop3-uids of an mbox.
 */
#ifndef CLIENTS_STORE_H
#define CLIENTS_STORE_H

#include "failure.h"
#include "pop3.h"
#include "uids.h"
#include <stdbool.h>

struct store; /* opaque */

/*
 * `place` is an mbox if it is a file, or, where there is nothing yet, if its name ends in ".mbox";
 * else it is a Maildir. What a crash has left is put in order. NULL with `why`: the place cannot be
 * used, it is a directory with other things in it, another program fetches into it.
 */
struct store *store_open(const char *place, const char *user, const char *host,
                         struct failure *why);

/* "Maildir", "mbox". */
const char *store_kind(const struct store *store);

/* For struct pop3_store. */
bool store_has(struct store *store, const char *uid);
int store_begin(struct store *store, const struct pop3_message *message, struct failure *why);
int store_add(struct store *store, const char *bytes, size_t count, struct failure *why);
int store_commit(struct store *store, struct failure *why);
void store_drop(struct store *store);

/* Ends it, and keeps what is worth remembering. 0 or -1. NULL is fine. */
int store_close(struct store *store, enum uids_keep keep, struct failure *why);

#endif
