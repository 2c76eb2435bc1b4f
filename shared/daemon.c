#include "daemon.h"
#include "log.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MISUSE 2

static int fail(const struct daemon *daemon, int status, const char *text) {
    fprintf(stderr, "%s: %s\n", daemon->name, text);
    return status;
}

static void print_help(const struct daemon *daemon) {
    printf("usage: %s -c kit.ini [-o section.key=value]... [--ready-fd N]\n\n%s\n", daemon->name,
           daemon->about);
    fputs("  -c FILE                the configuration\n"
          "  -o SECTION.KEY=VALUE   sets one value over it\n"
          "  --ready-fd N           writes a newline to file descriptor N when it listens\n"
          "  --help                 shows this\n"
          "\n"
          "Keys:\n",
          stdout);
    config_print_help(daemon->keys, stdout);
}

/* What the command line says. */
struct options {
    const char *config;
    const char **overrides; /* as many as there are arguments, at most */
    size_t override_count;
    int ready_fd;
    bool help;
};

static int read_descriptor(const char *text, int *descriptor, struct failure *why) {
    char *end;
    long number = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || number < 0 || number > INT_MAX)
        return failure_set(why, "--ready-fd %s: not a file descriptor", text);
    *descriptor = (int)number;
    return 0;
}

/* 0, or -1 with the reason. */
static int read_options(const struct daemon *daemon, int count, char **arguments,
                        struct options *options, struct failure *why) {
    static const struct option longs[] = {
        {"ready-fd", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *name = daemon->name;
    opterr = 0; /* one line, ours */
    int option;
    while ((option = getopt_long(count, arguments, ":c:o:h", longs, NULL)) != -1) {
        switch (option) {
        case 'c':
            options->config = optarg;
            break;
        case 'o':
            options->overrides[options->override_count++] = optarg;
            break;
        case 'r':
            if (read_descriptor(optarg, &options->ready_fd, why) < 0)
                return -1;
            break;
        case 'h':
            options->help = true;
            return 0;
        case ':':
            return failure_set(why, "%s needs a value; see %s --help", arguments[optind - 1], name);
        default:
            return failure_set(why, "unknown option %s; see %s --help", arguments[optind - 1],
                               name);
        }
    }
    if (optind < count)
        return failure_set(why, "unexpected argument %s; see %s --help", arguments[optind], name);
    if (options->config == NULL)
        return failure_set(why, "which configuration? say -c kit.ini; see %s --help", name);
    return 0;
}

/* A server without a key for it logs what is usual. */
static int open_log(const struct daemon *daemon, const struct config *config, struct failure *why) {
    enum log_level level = LOG_INFO;
    for (const struct config_key *key = daemon->keys; key->section != NULL; key++) {
        if (strcmp(key->section, daemon->name) != 0 || strcmp(key->key, "log") != 0)
            continue;
        const char *text = config_text(config, key->section, key->key);
        if (log_level_parse(text, &level) < 0)
            return failure_set(why, "%s.log = %s is none of error, warn, info, debug", daemon->name,
                               text);
    }
    log_open(daemon->name, level);
    return 0;
}

/* With the command line read: returns the exit status. */
static int serve(const struct daemon *daemon, struct config *config,
                 const struct options *options) {
    struct failure why;
    if (config_read(config, options->config, &why) < 0)
        return fail(daemon, EXIT_FAILURE, why.text);
    for (size_t i = 0; i < options->override_count; i++)
        if (config_override(config, options->overrides[i], &why) < 0)
            return fail(daemon, MISUSE, why.text);
    if (open_log(daemon, config, &why) < 0)
        return fail(daemon, EXIT_FAILURE, why.text);
    if (daemon->run(config, options->ready_fd, &why) < 0)
        exit(fail(daemon, EXIT_FAILURE, /* a session that would not end may still read `config` */
                  why.text));
    return EXIT_SUCCESS;
}

int daemon_main(int count, char **arguments, const struct daemon *daemon) {
    struct failure why;
    struct options options = {.ready_fd = -1};
    options.overrides = calloc((size_t)count, sizeof *options.overrides);
    struct config *config = config_new(daemon->keys, &why);
    int status;
    if (options.overrides == NULL)
        status = fail(daemon, EXIT_FAILURE, "no memory");
    else if (config == NULL)
        status = fail(daemon, EXIT_FAILURE, why.text);
    else if (read_options(daemon, count, arguments, &options, &why) < 0)
        status = fail(daemon, MISUSE, why.text);
    else if (options.help) {
        print_help(daemon);
        status = EXIT_SUCCESS;
    } else
        status = serve(daemon, config, &options);
    config_free(config);
    free(options.overrides);
    return status;
}

int daemon_listen(struct serve *serve, const struct config *config, const char *section,
                  const char *key, const struct serve_listener *listener, struct failure *why) {
    struct serve_listener one = *listener;
    for (size_t i = 0; (one.address = config_word(config, section, key, i)) != NULL; i++)
        if (serve_listen(serve, &one, why) < 0)
            return -1;
    return 0;
}

int daemon_serve(const struct config *config, const char *section,
                 const struct serve_listener *listener, int ready_fd, struct failure *why) {
    int connections = (int)config_number(config, section, "connections");
    struct serve_limits limits = {connections, connections,
                                  (int)config_number(config, section, "stop")};
    struct serve *serve = serve_new(&limits, why);
    if (serve == NULL)
        return -1;
    int status = daemon_listen(serve, config, section, "listen", listener, why);
    if (status == 0)
        status = serve_run(serve, ready_fd, why);
    serve_free(serve);
    return status;
}
