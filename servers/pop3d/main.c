/*
 * pop3d: lets the people who have a mailbox here fetch their mail (RFC 1939).
 */
#include "daemon.h"
#include "serve.h"
#include "session.h"
#include "settings.h"

static int listen_on(struct serve *serve, const char *key, struct settings *settings,
                     struct tls_context *tls, struct failure *why) {
    struct serve_listener listener = {
        .tls = tls,
        .handshake_seconds = settings->bounds.handshake_seconds,
        .session = session_run,
        .context = settings,
        .busy = "-ERR [SYS/TEMP] Too many connections, try again later\r\n",
    };
    return daemon_listen(serve, settings->config, "pop3d", key, &listener, why);
}

static int serve_all(struct settings *settings, int ready_fd, struct failure *why) {
    struct serve *serve = serve_new(&settings->bounds.serve, why);
    if (serve == NULL)
        return -1;
    int status = listen_on(serve, "listen", settings, NULL, why);
    if (status == 0)
        status = listen_on(serve, "pop3s", settings, settings->site.tls, why);
    if (status == 0)
        status = serve_run(serve, ready_fd, why);
    serve_free(serve);
    return status;
}

static int run(const struct config *config, int ready_fd, struct failure *why) {
    static struct settings settings; /* a session that would not end may still read it */
    if (settings_load(&settings, config, why) < 0 || serve_all(&settings, ready_fd, why) < 0)
        return -1;
    settings_free(&settings);
    return 0;
}

int main(int count, char **arguments) {
    static const struct daemon pop3d = {
        "pop3d",
        "Lets the people of the local domains fetch their mail over POP3 (RFC 1939) from their\n"
        "Maildirs, mail.store/DOMAIN/USER. Runs until SIGTERM or SIGINT. Logs to stderr.\n",
        settings_keys,
        run,
    };
    return daemon_main(count, arguments, &pop3d);
}
