/*
 * The main of lab 09: smtp-server, whose sessions the student writes (shared/smtp_server.h).
 */
#include "bounds.h"
#include "daemon.h"
#include "log.h"
#include "smtp_server.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME "smtp-server"

static const struct config_key keys[] = {
    SITE_KEYS,
    {NAME, "listen", CONFIG_LIST, "127.0.0.2:25", "addresses and ports, port 0: any free one"},
    {NAME, "recipients", CONFIG_NUMBER, "100", "recipients of one message"},
    {NAME, "message-size", CONFIG_BYTES, "25M", "the largest message that is taken"},
    {NAME, "idle", CONFIG_SECONDS, "5m", "a session that is silent for so long is closed"},
    {NAME, "connections", CONFIG_NUMBER, "1000", "connections at once, a further one hears 421"},
    {NAME, "stop", CONFIG_SECONDS, "5s", "how long a stop waits for messages under way"},
    {NAME, "log", CONFIG_TEXT, "info", "error, warn, info or debug"},
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

static const struct bounds_range ranges[] = {
    {"recipients", 1, SMTP_SERVER_RECIPIENTS},
    {"message-size", 1, LLONG_MAX},
    {"idle", 1, INT_MAX / 1000},
    {"connections", 1, 1 << 20},
    {"stop", 0, INT_MAX / 1000},
    {NULL, 0, 0},
};

static int load(struct smtp_server *server, struct site *site, const struct config *config,
                struct failure *why) {
    if (bounds_check(config, NAME, ranges, why) < 0 || site_load(site, config, why) < 0)
        return -1;
    *server = (struct smtp_server){
        .site = site,
        .recipients = (size_t)config_number(config, NAME, "recipients"),
        .message_size = (unsigned long long)config_number(config, NAME, "message-size"),
        .idle_ms = (int)config_number(config, NAME, "idle") * 1000,
        .started = time(NULL),
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    return 0;
}

/* Makes the session of a connection, and has the student's function talk. */
static void talk(struct stream *stream, unsigned long number, void *context) {
    struct smtp_server_session session = {
        .server = context,
        .stream = stream,
        .number = number,
        .state = SMTP_SERVER_NEW,
    };
    buf_init(&session.line, SMTP_SERVER_LINE);
    log_event(LOG_INFO, "session=%lu begins client=%s", number, stream_peer(stream)->host);
    smtp_server_session(&session);
    log_event(LOG_INFO, "session=%lu ends", number);
    buf_free(&session.line);
}

static int serve_all(struct smtp_server *server, const struct config *config, int ready_fd,
                     struct failure *why) {
    char busy[400];
    snprintf(busy, sizeof busy, "421 %s Too many connections, try again later\r\n",
             server->site->hostname);
    struct serve_listener listener = {
        .session = talk,
        .context = server,
        .busy = busy,
    };
    return daemon_serve(config, NAME, &listener, ready_fd, why);
}

static int run(const struct config *config, int ready_fd, struct failure *why) {
    static struct smtp_server server; /* a session that would not end may still use them */
    static struct site site;
    if (load(&server, &site, config, why) < 0)
        return -1;
    site_prepare_most(&site);
    if (serve_all(&server, config, ready_fd, why) < 0)
        return -1;
    site_free(&site);
    return 0;
}

int main(int count, char **arguments) {
    static const struct daemon smtp_server = {
        NAME,
        "Receives mail over SMTP (RFC 5321) for the local domains and delivers it to Maildirs,\n"
        "mail.store/DOMAIN/USER. Its sessions are what lab 09 is about. Runs until SIGTERM or\n"
        "SIGINT. Logs to stderr.\n",
        keys,
        run,
    };
    return daemon_main(count, arguments, &smtp_server);
}
