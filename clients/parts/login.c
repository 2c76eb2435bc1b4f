#include "login.h"
#include "auth.h"
#include "complain.h"
#include "explain.h"
#include "password.h"
#include <string.h>
#include <strings.h>

static int take_user(void *into, const char *value, struct failure *why) {
    struct login *login = into;
    (void)why;
    login->user = value;
    return 0;
}

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
    struct login *login = into;
    for (size_t i = 1; i < sizeof mechanisms / sizeof *mechanisms; i++) {
        if (strcasecmp(mechanisms[i].name, value) == 0)
            login->mechanism = &mechanisms[i];
    }
    if (login->mechanism == NULL)
        return failure_set(why, "%s is not known here: PLAIN, LOGIN or EXTERNAL", value);
    return 0;
}

static int take_password_file(void *into, const char *value, struct failure *why) {
    struct login *login = into;
    (void)why;
    login->password_file = value;
    return 0;
}

const struct option_row login_options[] = {
    {"auth", "USER",
     "logs in as USER. The password is asked for at the terminal, or\n"
     "comes from --password-file or the environment (KIT_PASSWORD);\n"
     "in clear it goes to this machine only",
     take_user},
    {"password-file", "FILE", "whose first line is the password", take_password_file},
    {"mechanism", "NAME",
     "PLAIN, LOGIN or EXTERNAL, whatever the server offers\n(standard: PLAIN if it offers that, "
     "else LOGIN)",
     take_mechanism},
    {NULL, NULL, NULL, NULL},
};

bool login_wanted(const struct login *login) {
    return login->user != NULL;
}

int login_check(const struct login *login, struct failure *why) {
    if (login->user != NULL)
        return 0;
    if (login->password_file != NULL)
        return failure_set(why, "--password-file is for --auth");
    if (login->mechanism != NULL)
        return failure_set(why, "--mechanism is for --auth");
    return 0;
}

/* Says what is about to be done. */
static void announce(const struct login *login, const struct mechanism *mechanism,
                     const struct smtp *smtp, struct repl *repl) {
    const char *how = stream_is_tls(smtp->stream) ? "under TLS"
                      : mechanism->secret         ? "in clear: the server is on this machine"
                                                  : "in clear, without a password";
    if (repl != NULL)
        repl_remark(repl, "logs in as \"%s\" with %s, %s", login->user, mechanism->name, how);
    else
        remark("smtp", "logs in as \"%s\" with %s, %s", login->user, mechanism->name, how);
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
static int conclude(const struct login *login, struct smtp *smtp, int code, struct failure *why) {
    char words[REPLY_LINE_SIZE];
    if (code == 235)
        return 0;
    if (code == 421)
        return failure_set(why, "the server ended the session: %s",
                           reply_line(&smtp->reply, words));
    if (code >= 0)
        failure_set(why, "the server refused the login of %s: %s%s", login->user,
                    reply_line(&smtp->reply, words), remedy(code));
    else
        failure_set(why, "no login: %s", smtp->why.text);
    if (smtp->reply.code != 0) /* the last command was answered: it is the server's turn to read */
        smtp_quit(smtp);
    return -1;
}

int login_run(const struct login *login, struct smtp *smtp, const char *host, struct repl *repl,
              struct failure *why) {
    const struct mechanism *mechanism =
        login->mechanism != NULL ? login->mechanism : &mechanisms[0];
    if (mechanism->secret && !stream_is_tls(smtp->stream) &&
        !net_is_loopback(stream_peer(smtp->stream)))
        return failure_set(why,
                           "the password would go to %s in clear, for everybody on the way to "
                           "read: encrypt with --starttls or --tls",
                           host);

    announce(login, mechanism, smtp, repl);
    struct buf password;
    buf_init(&password, PASSWORD_LIMIT);
    if (mechanism->secret &&
        password_find(login->user, host, login->password_file, repl, &password, why) < 0) {
        buf_wipe(&password);
        return -1;
    }
    int code = mechanism->run(smtp, login->user, password.bytes != NULL ? password.bytes : "");
    buf_wipe(&password);
    return conclude(login, smtp, code, why);
}
