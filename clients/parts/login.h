/*
 * login: who logs in, and where the password comes from. How is smtp_login.h's and
 * pop3_session.h's.
 *
 * A password is never in the arguments, where every user of the machine could read it (ps), and
 * never leaves in clear, except to this machine itself (loopback), where nobody listens on the way.
 */
#ifndef CLIENTS_LOGIN_H
#define CLIENTS_LOGIN_H

#include "buf.h"
#include "options.h"
#include "repl.h"
#include "stream.h"
#include <stdbool.h>

struct login {
    const char *user;          /* --auth, --user; NULL: no login */
    const char *password_file; /* --password-file, or NULL */
};

/* Into a struct login. */
extern const struct option_row login_smtp_options[];
extern const struct option_row login_pop3_options[];

/* Whether a login is asked for. */
bool login_wanted(const struct login *login);

/* What of the options makes no sense together; `user` is the first one's name, "--auth". 0 or -1.
 */
int login_check(const struct login *login, const char *user, struct failure *why);

/* What login_password must know beside the login. */
struct login_place {
    const char *program;
    const char *host;      /* what the person calls the server */
    const char *mechanism; /* "PLAIN or LOGIN", for the person */
    const char *upgrade;   /* the option that would encrypt, "--starttls" */
    const struct stream *stream;
    struct repl *repl; /* who is asked; or NULL */
};

/* Tells a person at a terminal what is about to be done; `secret`: with a password. */
void login_announce(const struct login *login, const struct login_place *place, bool secret);

/*
 * Puts the password into `password` (empty, with PASSWORD_LIMIT), which the caller wipes, also
 * after -1. One that would go to another machine in clear is not even asked for; else the person is
 * told what is about to be done, and password.h says where it comes from.
 *
 * 0 or -1 with `why`.
 */
int login_password(const struct login *login, const struct login_place *place, struct buf *password,
                   struct failure *why);

#endif
