/*
 * number: the numbers of commands.
 */
#ifndef POP3D_NUMBER_H
#define POP3D_NUMBER_H

#include "session.h"

/* Reads digits and nothing else, up to a blank or the end. Returns what stands behind it; NULL: no
   number, or one that is too large for anything. */
const char *number_read(const char *text, unsigned long long *number);

/*
 * The message that `text` names, and nothing behind it: its number, from 1. 0: there is none, or it
 * is deleted; then the command has been refused.
 */
size_t number_message(struct session *session, const char *text);

#endif
