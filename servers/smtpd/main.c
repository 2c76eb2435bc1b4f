/*
 * smtpd: takes mail for the local domains and puts it into Maildirs (RFC 5321).
 */
#include "daemon.h"
#include "serve.h"
#include "session.h"
#include "settings.h"
#include <stdio.h>

/* The listeners that one key names. 0 or -1. */
static int listen_on(struct serve *serve, const char *key, const struct service *service,
                     struct tls_context *tls, struct failure *why) {
    const struct settings *settings = service->settings;
    char busy[400];
    snprintf(busy, sizeof busy, "421 4.3.2 %s Too many connections, try again later\r\n",
             settings->site.hostname);
    struct serve_listener listener = {
        .tls = tls,
        .handshake_seconds = settings->bounds.handshake_seconds,
        .session = session_run,
        .context = (void *)service,
        .busy = busy,
    };
    return daemon_listen(serve, settings->config, "smtpd", key, &listener, why);
}

static int serve_all(const struct settings *settings, int ready_fd, struct failure *why) {
    struct serve *serve = serve_new(&settings->bounds.serve, why);
    if (serve == NULL)
        return -1;
    int status = listen_on(serve, "listen", &settings->receiving, NULL, why);
    if (status == 0)
        status = listen_on(serve, "submission", &settings->submission, NULL, why);
    if (status == 0)
        status = listen_on(serve, "submissions", &settings->submission, settings->site.tls, why);
    if (status == 0)
        status = serve_run(serve, ready_fd, why);
    serve_free(serve);
    return status;
}

static int run(const struct config *config, int ready_fd, struct failure *why) {
    static struct settings settings; /* a session that would not end may still read it */
    if (settings_load(&settings, config, why) < 0 || site_prepare(&settings.site, why) < 0 ||
        serve_all(&settings, ready_fd, why) < 0)
        return -1;
    settings_free(&settings);
    return 0;
}

int main(int count, char **arguments) {
    static const struct daemon smtpd = {
        "smtpd",
        "Receives mail over SMTP (RFC 5321) for the local domains and delivers it to Maildirs,\n"
        "mail.store/DOMAIN/USER. Takes mail of the people who have one of these, too, if they say\n"
        "who they are (submission, RFC 6409). Runs until SIGTERM or SIGINT. Logs to stderr.\n",
        settings_keys,
        run,
    };
    return daemon_main(count, arguments, &smtpd);
}
