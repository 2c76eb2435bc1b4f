/* password: asks for a new password. */
#ifndef ACCOUNTS_PASSWORD_H
#define ACCOUNTS_PASSWORD_H

#include "failure.h"

#define PASSWORD_LIMIT 511 /* bytes; what crypt(3) takes */

/*
 * At a terminal: asks twice, without echo. Otherwise: the first line of standard input. 0, or -1:
 * none, empty, too long, not the same twice. The caller wipes `password`.
 */
int password_ask(char password[PASSWORD_LIMIT + 1], const char *address, struct failure *why);

#endif
