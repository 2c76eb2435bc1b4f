/*
 * bounds: how much a server takes from its clients: the keys that every server has in its own
 * section of kit.ini, and what follows from them.
 *
 * A server puts BOUNDS_KEYS("pop3d", "10m", "1000000") into its list of keys.
 */
#ifndef SHARED_BOUNDS_H
#define SHARED_BOUNDS_H

#include "accounts.h"
#include "config.h"
#include "deadline.h"
#include "failure.h"
#include "serve.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>

#define BOUNDS_KEYS(section, idle, most)                                                           \
    {section, "commands", CONFIG_NUMBER, most, "commands in one session, then it is closed"},      \
        {section, "errors", CONFIG_NUMBER, "100",                                                  \
         "refused commands in one session, then it is closed"},                                    \
        {section, "idle", CONFIG_SECONDS, idle, "a session that is silent for so long is closed"}, \
        {section, "session", CONFIG_SECONDS, "1h", "no session lasts longer"},                     \
        {section, "handshake", CONFIG_SECONDS, "30s",                                              \
         "a TLS handshake that takes longer is given up"},                                         \
        {section, "connections", CONFIG_NUMBER, "1200",                                            \
         "connections at once, a further one is refused"},                                         \
        {section, "per-address", CONFIG_NUMBER, "1000", "connections at once from one address"},   \
        {section, "stop", CONFIG_SECONDS, "5s", "how long a stop waits for commands under way"},   \
        {section, "clear-auth", CONFIG_YES_NO, "no",                                               \
         "whether passwords are taken without TLS, of clients on this machine; never of others"},  \
        {section, "auth-failures", CONFIG_NUMBER, "3",                                             \
         "wrong passwords in one session, then it is closed"},                                     \
        {section, "auth-delay", CONFIG_SECONDS, "1s",                                              \
         "how long the reply to a wrong password takes, each further one twice as long"},          \
    {                                                                                              \
        section, "log", CONFIG_TEXT, "info", "error, warn, info or debug (every command)"          \
    }

struct bounds {
    unsigned long commands; /* a session */
    unsigned long errors;   /* a session */
    int idle_ms;
    int session_ms;
    int handshake_seconds; /* not longer than a command may take */
    struct serve_limits serve;
    unsigned auth_failures; /* a session */
    int auth_delay_ms;      /* behind the first of them */
    bool clear_auth;
};

/* Reads them from `section`. 0, or -1: one of them is out of range. */
int bounds_load(struct bounds *bounds, const struct config *config, const char *section,
                struct failure *why);

/* For a server's own numbers: a value that makes sense. The list ends with a NULL key. 0 or -1. */
struct bounds_range {
    const char *key;
    long long least;
    long long most;
};
int bounds_check(const struct config *config, const char *section,
                 const struct bounds_range *ranges, struct failure *why);

/*
 * Whether a password may travel on this connection: under TLS; in clear only where the
 * configuration says so (clear-auth), and then only to and from this machine itself.
 */
bool bounds_may_ask(const struct bounds *bounds, const struct stream *stream);

/*
 * Lets the answer to a wrong password wait: each in a session twice as long as the one before. The
 * wait holds nothing that others need; a stop and `end` cut it short. `before`: how many of them
 * there were before.
 */
void bounds_delay(const struct bounds *bounds, struct stream *stream, unsigned before,
                  deadline end);

/*
 * What the log may call one whose password was wrong: the address, if somebody has it; else
 * "unknown": it could be a password, too.
 */
const char *bounds_name(const struct accounts *accounts, const char *user);

#endif
