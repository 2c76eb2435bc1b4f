/*
 * The main of lab 10: pop3-server, whose sessions the student writes (shared/pop3_server.h).
 */
#include "bounds.h"
#include "daemon.h"
#include "log.h"
#include "pop3_server.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define NAME "pop3-server"

static const struct config_key keys[] = {
    SITE_KEYS,
    {NAME, "listen", CONFIG_LIST, "127.0.0.2:110", "addresses and ports, port 0: any free one"},
    {NAME, "idle", CONFIG_SECONDS, "10m", "a session that is silent for so long is closed"},
    {NAME, "connections", CONFIG_NUMBER, "1000", "connections at once, a further one hears -ERR"},
    {NAME, "stop", CONFIG_SECONDS, "5s", "how long a stop waits for commands under way"},
    {NAME, "log", CONFIG_TEXT, "info", "error, warn, info or debug"},
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

static const struct bounds_range ranges[] = {
    {"idle", 1, INT_MAX / 1000},
    {"connections", 1, 1 << 20},
    {"stop", 0, INT_MAX / 1000},
    {NULL, 0, 0},
};

/* Makes the session of a connection, and has the student's function talk. */
static void talk(struct stream *stream, unsigned long number, void *context) {
    struct pop3_server_session session = {
        .server = context,
        .stream = stream,
        .number = number,
        .state = POP3_SERVER_AUTHORIZATION,
        .maildrop = {.lock = -1},
    };
    buf_init(&session.user, POP3_SERVER_LINE);
    log_event(LOG_INFO, "session=%lu begins client=%s", number, stream_peer(stream)->host);
    pop3_server_session(&session);
    log_event(LOG_INFO, "session=%lu ends", number);
    buf_free(&session.user);
}

static int serve_all(struct pop3_server *server, const struct config *config, int ready_fd,
                     struct failure *why) {
    struct serve_listener listener = {
        .session = talk,
        .context = server,
        .busy = "-ERR [SYS/TEMP] too many connections, try again later\r\n",
    };
    return daemon_serve(config, NAME, &listener, ready_fd, why);
}

static int run(const struct config *config, int ready_fd, struct failure *why) {
    static struct pop3_server server; /* a session that would not end may still use them */
    static struct site site;
    if (bounds_check(config, NAME, ranges, why) < 0 || site_load(&site, config, why) < 0)
        return -1;
    server.site = &site;
    server.idle_ms = (int)config_number(config, NAME, "idle") * 1000;
    site_prepare_most(&site);
    if (serve_all(&server, config, ready_fd, why) < 0)
        return -1;
    site_free(&site);
    return 0;
}

int main(int count, char **arguments) {
    static const struct daemon pop3_server = {
        NAME,
        "Hands out mail over POP3 (RFC 1939) from Maildirs, mail.store/DOMAIN/USER. Its sessions\n"
        "are what lab 10 is about. Runs until SIGTERM or SIGINT. Logs to stderr.\n",
        keys,
        run,
    };
    return daemon_main(count, arguments, &pop3_server);
}
