/*
 * b64_command: /b64 TEXT, typed at the keyboard: base64 in both directions. The work is done by the
 * functions of lab 04 (shared/auth.h), so that their author can try them here.
 */
#ifndef CLIENTS_B64_COMMAND_H
#define CLIENTS_B64_COMMAND_H

#include "repl.h"
#include <stdbool.h>

/* Whether this line is one, a secret: TEXT may be a password. */
bool b64_command_is(const char *line);

/* Shows TEXT in base64, and what it stands for if it is base64 already, or why it is not. */
void b64_command(struct repl *repl, const char *line);

#endif
