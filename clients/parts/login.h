/*
 * login: --auth, and where the password comes from. Who logs in is lab 04's (shared/auth.h).
 *
 * A password is never in the arguments, where every user of the machine could read it (ps), and
 * never leaves in clear, except to this machine itself (loopback), where nobody listens on the way.
 */
#ifndef CLIENTS_LOGIN_H
#define CLIENTS_LOGIN_H

#include "options.h"
#include "repl.h"
#include "smtp.h"
#include <stdbool.h>

struct login {
    const char *user;                  /* --auth; NULL: no login */
    const struct mechanism *mechanism; /* --mechanism; NULL: what the server offers (smtp_auth) */
    const char *password_file;         /* --password-file, or NULL */
};

extern const struct option_row login_options[]; /* into a struct login */

/* Whether a login is asked for. */
bool login_wanted(const struct login *login);

/* What of the options makes no sense together. 0 or -1. */
int login_check(const struct login *login, struct failure *why);

/*
 * Logs in, after EHLO (smtp->ehlo). A password that would go to another machine in clear is not
 * even asked for (password.h says where it comes from; `repl`, which may be NULL, is who is asked).
 * A person at a terminal is told what is about to be done before he is asked. After a refusal it
 * says QUIT. `host`: what the person calls the server.
 *
 * 0: logged in, smtp->reply is the 235. -1 with `why`: not so; the words say what to do.
 */
int login_run(const struct login *login, struct smtp *smtp, const char *host, struct repl *repl,
              struct failure *why);

#endif
