#include "login.h"
#include "complain.h"
#include "encrypt.h"
#include "password.h"

static int take_user(void *into, const char *value, struct failure *why) {
    struct login *login = into;
    (void)why;
    login->user = value;
    return 0;
}

static int take_password_file(void *into, const char *value, struct failure *why) {
    struct login *login = into;
    (void)why;
    login->password_file = value;
    return 0;
}

#define SOURCES                                                        \
    "logs in as USER. The password is asked for at the terminal, or\n" \
    "comes from --password-file or the environment (KIT_PASSWORD);\n"  \
    "in clear it goes to this machine only"
#define FIRST_LINE "whose first line is the password"

const struct option_row login_smtp_options[] = {
    {"auth", "USER", SOURCES, take_user},
    {"password-file", "FILE", FIRST_LINE, take_password_file},
    {NULL, NULL, NULL, NULL},
};

const struct option_row login_pop3_options[] = {
    {"user", "USER", SOURCES, take_user},
    {"password-file", "FILE", FIRST_LINE, take_password_file},
    {NULL, NULL, NULL, NULL},
};

bool login_wanted(const struct login *login) {
    return login->user != NULL;
}

int login_check(const struct login *login, const char *user, struct failure *why) {
    if (login->user == NULL && login->password_file != NULL)
        return failure_set(why, "--password-file is for %s", user);
    return 0;
}

void login_announce(const struct login *login, const struct login_place *place, bool secret) {
    const char *how = stream_is_tls(place->stream) ? "under TLS"
                      : secret                     ? "in clear: the server is on this machine"
                                                   : "in clear, without a password";
    if (place->repl != NULL)
        repl_remark(place->repl, "logs in as \"%s\" with %s, %s", login->user, place->mechanism,
                    how);
    else
        remark(place->program, "logs in as \"%s\" with %s, %s", login->user, place->mechanism, how);
}

int login_password(const struct login *login, const struct login_place *place, struct buf *password,
                   struct failure *why) {
    if (encrypt_is_heard(place->stream))
        return failure_set(why,
                           "the password would go to %s in clear, for everybody on the way to "
                           "read: encrypt with %s or --tls",
                           place->host, place->upgrade);
    login_announce(login, place, true);
    return password_find(login->user, place->host, login->password_file, place->repl, password,
                         why);
}
