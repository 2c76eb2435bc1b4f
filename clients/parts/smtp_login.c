#include "smtp_login.h"
#include "auth.h"
#include "password.h"
#include "smtp_explain.h"
#include <string.h>
#include <strings.h>

static int external(struct smtp *smtp, const char *user, const char *password) {
    (void)password;
    return smtp_auth_external(smtp, user);
}

/* What --mechanism can name. The first row is for a login without it. */
static const struct mechanism {
    const char *name;
    int (*run)(struct smtp *smtp, const char *user, const char *password);
    bool secret; /* it needs a password */
} mechanisms[] = {{"PLAIN or LOGIN", smtp_auth, true},
                  {"PLAIN", smtp_auth_plain, true},
                  {"LOGIN", smtp_auth_login, true},
                  {"EXTERNAL", external, false}};

static int take_mechanism(void *into, const char *value, struct failure *why) {
    struct smtp_login *login = into;
    for (size_t i = 1; i < sizeof mechanisms / sizeof *mechanisms; i++) {
        if (strcasecmp(mechanisms[i].name, value) == 0)
            login->mechanism = &mechanisms[i];
    }
    if (login->mechanism == NULL)
        return failure_set(why, "%s is not known here: PLAIN, LOGIN or EXTERNAL", value);
    return 0;
}

const struct option_row smtp_login_options[] = {
    {"mechanism", "NAME",
     "PLAIN, LOGIN or EXTERNAL, whatever the server offers\n(standard: PLAIN if it offers that, "
     "else LOGIN)",
     take_mechanism},
    {NULL, NULL, NULL, NULL},
};

int smtp_login_check(const struct smtp_login *login, struct failure *why) {
    if (login_check(&login->who, "--auth", why) < 0)
        return -1;
    if (login->who.user == NULL && login->mechanism != NULL)
        return failure_set(why, "--mechanism is for --auth");
    return 0;
}

/* Whether the server has a reason that the person can do something about. */
static const char *remedy(int code) {
    switch (code) {
    case 530:
    case 538:
        return " (--starttls or --tls encrypts)";
    case 504:
    case 534:
        return " (--mechanism names another one)";
    default:
        return "";
    }
}

/* The outcome in words, and a good-bye to a server that still listens. 0 or -1. */
static int conclude(const struct smtp_login *login, struct smtp *smtp, int code,
                    struct failure *why) {
    char words[REPLY_LINE_SIZE];
    if (code == 235)
        return 0;
    if (code == 421)
        return failure_set(why, "the server ended the session: %s",
                           reply_line(&smtp->reply, words));
    if (code >= 0)
        failure_set(why, "the server refused the login of %s: %s%s", login->who.user,
                    reply_line(&smtp->reply, words), remedy(code));
    else
        failure_set(why, "no login: %s", smtp->why.text);
    if (smtp->reply.code != 0) /* the last command was answered: it is the server's turn to read */
        smtp_quit(smtp);
    return -1;
}

int smtp_login_run(const struct smtp_login *login, struct smtp *smtp, const char *host,
                   struct repl *repl, struct failure *why) {
    const struct mechanism *mechanism =
        login->mechanism != NULL ? login->mechanism : &mechanisms[0];
    const struct login_place place = {"smtp",       host,         mechanism->name,
                                      "--starttls", smtp->stream, repl};
    struct buf password;
    buf_init(&password, PASSWORD_LIMIT);
    if (!mechanism->secret)
        login_announce(&login->who, &place, false);
    else if (login_password(&login->who, &place, &password, why) < 0) {
        buf_wipe(&password);
        return -1;
    }
    int code = mechanism->run(smtp, login->who.user, password.bytes != NULL ? password.bytes : "");
    buf_wipe(&password);
    return conclude(login, smtp, code, why);
}
