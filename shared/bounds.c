#include "bounds.h"
#include <limits.h>
#include <strings.h>

/* Limits that make sense: below the least, nobody could be served. */
static const struct bounds_range ranges[] = {
    {"commands", 1, LONG_MAX},
    {"errors", 1, LONG_MAX},
    {"idle", 1, INT_MAX / 1000},
    {"session", 1, INT_MAX / 1000},
    {"connections", 1, 1 << 20},
    {"per-address", 1, 1 << 20},
    {"stop", 0, INT_MAX / 1000},
    {"handshake", 1, INT_MAX / 1000},
    {"auth-failures", 1, 20},
    {"auth-delay", 0, 60},
    {NULL, 0, 0},
};

int bounds_check(const struct config *config, const char *section, const struct bounds_range *list,
                 struct failure *why) {
    for (; list->key != NULL; list++) {
        long long value = config_number(config, section, list->key);
        if (value < list->least || value > list->most)
            return failure_set(why, "%s.%s = %lld is out of range: %lld to %lld", section,
                               list->key, value, list->least, list->most);
    }
    return 0;
}

int bounds_load(struct bounds *bounds, const struct config *config, const char *section,
                struct failure *why) {
    if (bounds_check(config, section, ranges, why) < 0)
        return -1;
    int idle = (int)config_number(config, section, "idle");
    int handshake = (int)config_number(config, section, "handshake");
    *bounds = (struct bounds){
        .commands = (unsigned long)config_number(config, section, "commands"),
        .errors = (unsigned long)config_number(config, section, "errors"),
        .idle_ms = idle * 1000,
        .session_ms = (int)config_number(config, section, "session") * 1000,
        .handshake_seconds = idle < handshake ? idle : handshake,
        .serve = {(int)config_number(config, section, "connections"),
                  (int)config_number(config, section, "per-address"),
                  (int)config_number(config, section, "stop")},
        .auth_failures = (unsigned)config_number(config, section, "auth-failures"),
        .auth_delay_ms = (int)config_number(config, section, "auth-delay") * 1000,
        .clear_auth = config_number(config, section, "clear-auth") != 0,
    };
    return 0;
}

bool bounds_may_ask(const struct bounds *bounds, const struct stream *stream) {
    return stream_is_tls(stream) || (bounds->clear_auth && net_is_loopback(stream_peer(stream)));
}

void bounds_delay(const struct bounds *bounds, struct stream *stream, unsigned before,
                  deadline end) {
    stream_pause(stream, deadline_earlier(deadline_in(bounds->auth_delay_ms << before), end));
}

const char *bounds_name(const struct accounts *accounts, const char *user) {
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(accounts, i)) != NULL; i++)
        if (strcasecmp(account->address, user) == 0)
            return account->address;
    return "unknown";
}
