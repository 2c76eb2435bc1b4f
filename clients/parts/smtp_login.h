/*
 * smtp_login: logging in with AUTH, and --mechanism. The protocol is lab 04's (shared/auth.h).
 */
#ifndef CLIENTS_SMTP_LOGIN_H
#define CLIENTS_SMTP_LOGIN_H

#include "login.h"
#include "smtp.h"

struct smtp_login {
    struct login who;
    const struct mechanism *mechanism; /* --mechanism; NULL: what the server offers (smtp_auth) */
};

extern const struct option_row smtp_login_options[]; /* --mechanism, into a struct smtp_login */

/* What of the options makes no sense together. 0 or -1. */
int smtp_login_check(const struct smtp_login *login, struct failure *why);

/*
 * Logs in, after EHLO (smtp->ehlo), with a password as login_password gives it. After a refusal it
 * says QUIT. `host`: what the person calls the server; `repl`, which may be NULL, is who is asked.
 *
 * 0: logged in, smtp->reply is the 235. -1 with `why`: not so; the words say what to do.
 */
int smtp_login_run(const struct smtp_login *login, struct smtp *smtp, const char *host,
                   struct repl *repl, struct failure *why);

#endif
