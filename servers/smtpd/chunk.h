/*
 * chunk: BDAT (RFC 3030 §2). The message comes in chunks whose size is told, so nothing in it can
 * look like its end.
 *
 *     C: BDAT 28          and 28 octets, without waiting for any reply
 *     S: 250 2.0.0 28 octets taken
 *     C: BDAT 0 LAST
 *     S: 250 2.0.0 Stored as 6412F0A3B9C01
 */
#ifndef SMTPD_CHUNK_H
#define SMTPD_CHUNK_H

#include "session.h"

/*
 * Whatever is wrong with the command, its octets are read before the reply: they are on their way
 * and must never be taken for commands. Where it is not clear how many they are, the session ends.
 * A chunk that is refused ends the transaction; those behind it hear 503.
 */
void chunk_bdat(struct session *session, const char *argument);

/* Whether the line, which no command may look like, might be BDAT's to the client: then nobody
   knows what follows it. */
bool chunk_is_spoilt(const struct buf *line);

/* Ends the session over such a command. */
void chunk_refuse(struct session *session);

#endif
