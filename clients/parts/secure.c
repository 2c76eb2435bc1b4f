#include "secure.h"

const struct option_row secure_options[] = {
    {NULL, NULL, NULL, NULL},
};

int secure_check(const struct secure *secure, struct failure *why) {
    (void)secure, (void)why;
    return 0;
}

int secure_connect(const struct secure *secure, struct smtp *smtp, const char *host,
                   struct failure *why) {
    (void)secure, (void)smtp, (void)host, (void)why;
    return 0;
}

int secure_upgrade(const struct secure *secure, struct smtp *smtp, const char *host,
                   struct failure *why) {
    (void)secure, (void)smtp, (void)host;
    return failure_set(why, "--starttls is not written yet");
}
