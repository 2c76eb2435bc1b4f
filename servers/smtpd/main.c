/*
 * smtpd: takes mail for the local domains and puts it into Maildirs (RFC 5321).
 */
#include "log.h"
#include "mailbox.h"
#include "secure.h"
#include "serve.h"
#include "session.h"
#include "settings.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define MISUSE 2

static const char usage[] =
    "usage: smtpd -c kit.ini [-o section.key=value]... [--ready-fd N]\n"
    "\n"
    "Receives mail over SMTP (RFC 5321) for the local domains and delivers it to Maildirs,\n"
    "mail.store/DOMAIN/USER. Takes mail of the people who have one of these, too, if they say who\n"
    "they are (submission, RFC 6409). Runs until SIGTERM or SIGINT. Logs to stderr.\n"
    "\n"
    "  -c FILE                the configuration\n"
    "  -o SECTION.KEY=VALUE   sets one value over it\n"
    "  --ready-fd N           writes a newline to file descriptor N when it listens\n"
    "  --help                 shows this\n"
    "\n"
    "Keys:\n";

static int fail(int status, const char *text) {
    fprintf(stderr, "smtpd: %s\n", text);
    return status;
}

/* What the command line says. */
struct options {
    const char *config;
    const char **overrides; /* as many as there are arguments, at most */
    size_t override_count;
    int ready_fd;
    bool help;
};

/* 0, or -1 with the reason. */
static int read_options(int count, char **arguments, struct options *options, struct failure *why) {
    static const struct option longs[] = {
        {"ready-fd", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    opterr = 0; /* one line, ours */
    int option;
    long number;
    char *end;
    while ((option = getopt_long(count, arguments, ":c:o:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 'o':
            options->overrides[options->override_count++] = optarg;
            break;
        case 'r':
            number = strtol(optarg, &end, 10);
            if (*optarg == '\0' || *end != '\0' || number < 0 || number > INT_MAX)
                return failure_set(why, "--ready-fd %s: not a file descriptor", optarg);
            options->ready_fd = (int)number;
            break;
        case 'h':
            options->help = true;
            return 0;
        case ':':
            return failure_set(why, "%s needs a value; see smtpd --help", arguments[optind - 1]);
        default:
            return failure_set(why, "unknown option %s; see smtpd --help", arguments[optind - 1]);
        }
    }
    if (optind < count)
        return failure_set(why, "unexpected argument %s; see smtpd --help", arguments[optind]);
    if (options->config == NULL)
        return failure_set(why, "which configuration? say -c kit.ini; see smtpd --help");
    return 0;
}

/* The listeners that one key names. 0 or -1. */
static int listen_on(struct serve *serve, const char *key, const struct service *service,
                     struct tls_context *tls, struct failure *why) {
    char busy[400];
    snprintf(busy, sizeof busy, "421 4.3.2 %s Too many connections, try again later\r\n",
             service->settings->hostname);
    const char *address;
    for (size_t i = 0; (address = config_word(service->settings->config, "smtpd", key, i)) != NULL;
         i++) {
        struct serve_listener listener = {
            .address = address,
            .tls = tls,
            .handshake_seconds = secure_handshake_seconds(service->settings),
            .session = session_run,
            .context = (void *)service,
            .busy = busy,
        };
        if (serve_listen(serve, &listener, why) < 0)
            return -1;
    }
    return 0;
}

static int serve_all(const struct settings *settings, int ready_fd, struct failure *why) {
    struct serve_limits limits = {settings->connections, settings->per_address,
                                  settings->stop_seconds};
    struct serve *serve = serve_new(&limits, why);
    if (serve == NULL)
        return -1;
    int status = listen_on(serve, "listen", &settings->receiving, NULL, why);
    if (status == 0)
        status = listen_on(serve, "submission", &settings->submission, NULL, why);
    if (status == 0)
        status = listen_on(serve, "submissions", &settings->submission, settings->tls, why);
    if (status == 0)
        status = serve_run(serve, ready_fd, why);
    serve_free(serve);
    return status;
}

/* With the configuration read: returns the exit status. */
static int run(const struct config *config, int ready_fd) {
    struct settings settings;
    struct failure why;
    if (settings_load(&settings, config, &why) < 0)
        return fail(EXIT_FAILURE, why.text);
    log_open("smtpd", settings.log_level);
    int status = mailbox_prepare(&settings, &why);
    if (status == 0)
        status = serve_all(&settings, ready_fd, &why);
    if (status < 0)
        exit(fail(EXIT_FAILURE,
                  why.text)); /* a session that would not end may still read settings */
    settings_free(&settings);
    return EXIT_SUCCESS;
}

static int configure(struct config *config, const struct options *options) {
    struct failure why;
    if (config_read(config, options->config, &why) < 0)
        return fail(EXIT_FAILURE, why.text);
    for (size_t i = 0; i < options->override_count; i++)
        if (config_override(config, options->overrides[i], &why) < 0)
            return fail(MISUSE, why.text);
    return run(config, options->ready_fd);
}

int main(int count, char **arguments) {
    struct failure why;
    struct options options = {.ready_fd = -1};
    options.overrides = calloc((size_t)count, sizeof *options.overrides);
    struct config *config = config_new(settings_keys, &why);
    int status;
    if (options.overrides == NULL)
        status = fail(EXIT_FAILURE, "no memory");
    else if (config == NULL)
        status = fail(EXIT_FAILURE, why.text);
    else if (read_options(count, arguments, &options, &why) < 0)
        status = fail(MISUSE, why.text);
    else if (options.help) {
        fputs(usage, stdout);
        config_print_help(settings_keys, stdout);
        status = EXIT_SUCCESS;
    } else
        status = configure(config, &options);
    config_free(config);
    free(options.overrides);
    return status;
}
