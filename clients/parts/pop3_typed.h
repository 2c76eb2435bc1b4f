/*
 * pop3_typed: what a line that a person types is: which verb, what its answer looks like, and
 * whether one of the student's functions sends just this line.
 */
#ifndef CLIENTS_POP3_TYPED_H
#define CLIENTS_POP3_TYPED_H

#include "pop3.h"
#include <stdbool.h>

/* Whether the line is this verb, in any case, alone or with a blank and something behind it. */
bool pop3_typed_is(const char *line, const char *verb);

/* Whether its +OK is followed by lines. */
bool pop3_typed_has_lines(const char *line);

/*
 * Has the student's function send the line, if there is one that sends just these bytes, and says
 * what that returned in *result; lines go to `take`. False: there is none, and nothing was sent.
 */
bool pop3_typed_call(struct pop3 *pop3, const char *line, pop3_bytes *take, void *context,
                     int *result);

#endif
