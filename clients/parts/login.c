#include "login.h"
#include "auth.h"
#include <string.h>

static int take_user(void *into, const char *value, struct failure *why) {
    struct login *login = into;
    (void)why;
    login->user = value;
    return 0;
}

const struct option_row login_options[] = {
    {"auth", "USER", "logs in as USER", take_user},
    {NULL, NULL, NULL, NULL},
};

bool login_wanted(const struct login *login) {
    return login->user != NULL;
}

int login_check(const struct login *login, struct failure *why) {
    (void)login, (void)why;
    return 0;
}

int login_run(const struct login *login, struct smtp *smtp, struct repl *repl,
              struct failure *why) {
    (void)login, (void)smtp, (void)repl;
    return failure_set(why, "--auth is not written yet");
}
