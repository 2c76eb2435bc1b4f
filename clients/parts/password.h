/*
 * password: where a password comes from. Never from the arguments: those every user of the machine
 * can read (ps).
 */
#ifndef CLIENTS_PASSWORD_H
#define CLIENTS_PASSWORD_H

#include "buf.h"
#include "failure.h"
#include "repl.h"

#define PASSWORD_LIMIT    65536 /* bytes */
#define PASSWORD_VARIABLE "KIT_PASSWORD"

/*
 * Puts the password of `user` at `host` into `password` (empty, with PASSWORD_LIMIT), which the
 * caller wipes, also after -1. It is the first that there is of:
 *   - the first line of `file`, if that is not NULL, without its line end;
 *   - the environment's KIT_PASSWORD, which is overwritten and taken out of it;
 *   - what the person at the terminal types, without echo. `repl` is his; NULL: one is opened for
 *     the question.
 * An empty one is a password, too.
 *
 * 0, or -1 with `why`: the file cannot be read, it holds a NUL or too much; there is no terminal to
 * ask at; typing ended.
 */
int password_find(const char *user, const char *host, const char *file, struct repl *repl,
                  struct buf *password, struct failure *why);

#endif
