#include "servers.h"
#include "arguments.h"
#include "buf.h"
#include "files.h"
#include "net.h"
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    START_MS = 10000,
    STOP_MS = 5000,
};

/* A server of the kit, build/bin/NAME, and the keys of kit.ini that say where it listens. */
struct server {
    const char *name;
    struct service {
        const char *key;
        const char *port;
        bool others; /* every port, too, that is nobody's */
    } services[4];   /* up to one without a key */
};

static const struct server known[] = {
    {"smtpd",
     {{"smtpd.submission", "587", false},
      {"smtpd.submissions", "465", false},
      {"smtpd.listen", "25", true}}},
    {"pop3d", {{"pop3d.listen", "110", false}, {"pop3d.pop3s", "995", false}}},
};
#define KNOWN (sizeof known / sizeof known[0])

static const char names[] = "smtpd, pop3d";

static const struct server *find(const char *name) {
    for (size_t i = 0; i < KNOWN; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

bool servers_known(const char *name) {
    return find(name) != NULL;
}

const char *servers_names(void) {
    return names;
}

/* "587" of "127.0.0.2:587". */
static const char *port_of(const char *address) {
    const char *colon = strrchr(address, ':');
    return colon == NULL ? "" : colon + 1;
}

/* The server whose own port it is; NULL: nobody's. */
static const struct server *owner_of(const char *port) {
    for (size_t i = 0; i < KNOWN; i++)
        for (const struct service *service = known[i].services; service->key != NULL; service++)
            if (strcmp(service->port, port) == 0)
                return &known[i];
    return NULL;
}

/* The service of this server that listens at the address, or NULL. */
static const struct service *service_at(const struct server *server, const char *address) {
    const char *port = port_of(address);
    bool nobodys = owner_of(port) == NULL;
    for (const struct service *service = server->services; service->key != NULL; service++)
        if (strcmp(service->port, port) == 0 || (service->others && nobodys))
            return service;
    return NULL;
}

static int check_address(char *const *servers, const char *address, struct failure *why) {
    for (size_t i = 0; servers[i] != NULL; i++) {
        const struct server *server = find(servers[i]);
        if (server != NULL && service_at(server, address) != NULL)
            return 0;
    }
    const struct server *owner = owner_of(port_of(address));
    if (owner != NULL)
        return failure_set(why, "%s: port %s is for %s, which is not among the servers", address,
                           port_of(address), owner->name);
    return failure_set(why, "%s: none of the servers listens at port %s", address,
                       port_of(address));
}

int servers_check(char *const *servers, char *const *addresses, struct failure *why) {
    for (size_t i = 0; servers != NULL && servers[0] != NULL && addresses[i] != NULL; i++)
        if (check_address(servers, addresses[i], why) < 0)
            return -1;
    return 0;
}

/* "-o smtpd.listen=127.0.0.2:25" for each service; one that is not asked for listens nowhere. */
static void add_services(const struct server *server, char *const *addresses,
                         struct arguments *line) {
    for (const struct service *service = server->services; service->key != NULL; service++) {
        struct buf value;
        buf_init(&value, 1024);
        int added = buf_printf(&value, "%s=", service->key);
        for (size_t i = 0; addresses[i] != NULL; i++)
            if (service_at(server, addresses[i]) == service)
                added |= buf_printf(&value, " %s", addresses[i]);
        arguments_add(line, "-o");
        if (added < 0)
            line->failed = true;
        else
            arguments_add(line, value.bytes);
        buf_free(&value);
    }
}

static void command_line(const struct server *server, const struct servers_setup *setup, int ready,
                         struct arguments *line) {
    arguments_addf(line, "%s/bin/%s", KIT_BUILD_DIR, server->name);
    arguments_add(line, "-c");
    arguments_add(line, KIT_SOURCE_DIR "/kit.ini");
    arguments_add(line, "-o");
    arguments_addf(line, "mail.store=%s/store", setup->directory);
    arguments_add(line, "-o");
    arguments_add(line, "mail.accounts=" KIT_BUILD_DIR "/lab/accounts");
    arguments_add(line, "-o");
    arguments_add(line, "mail.certificate=" KIT_BUILD_DIR "/lab/tls/mail.pem");
    arguments_add(line, "-o");
    arguments_add(line, "mail.key=" KIT_BUILD_DIR "/lab/tls/mail.key");
    add_services(server, setup->listen, line);
    for (size_t i = 0; setup->options != NULL && setup->options[i] != NULL; i++) {
        arguments_add(line, "-o");
        arguments_add(line, setup->options[i]);
    }
    arguments_add(line, "--ready-fd");
    arguments_addf(line, "%d", ready);
}

/* The last line of a server's log is why it ended. */
static int quote_log(const char *name, const char *path, struct failure *why) {
    char line[256] = "", last[256] = "it did not say why";
    FILE *log = fopen(path, "re");
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        if (line[0] != '\n')
            snprintf(last, sizeof last, "%s", line);
    if (log != NULL)
        fclose(log);
    last[strcspn(last, "\n")] = '\0';
    return failure_set(why, "%s did not start: %s", name, last);
}

static int start(const struct server *server, const struct servers_setup *setup, pid_t *pid,
                 struct failure *why) {
    char log_path[PATH_MAX];
    if (files_path(log_path, why, "%s/%s.log", setup->directory, server->name) < 0)
        return -1;
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    int ready[2];
    if (log < 0)
        return failure_system(why, errno, "%s", log_path);
    if (pipe2(ready, O_CLOEXEC) < 0) {
        close(log);
        return failure_system(why, errno, "a pipe");
    }
    struct arguments line = {0};
    command_line(server, setup, ready[1], &line);
    *pid = line.failed ? failure_set(why, "not enough memory") : process_fork(why);
    if (*pid == 0) {
        fcntl(ready[1], F_SETFD, 0);
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        setenv("SSLKEYLOGFILE", setup->keys, 1);
        execv(line.words[0], line.words);
        dprintf(STDERR_FILENO, "%s: %s: not built? ./kit build\n", line.words[0], strerror(errno));
        _exit(127);
    }
    close(ready[1]);
    close(log);
    char byte;
    int result = *pid < 0 ? -1 : 0;
    if (result == 0 &&
        (net_wait(ready[0], false, deadline_in(START_MS)) != 1 || read(ready[0], &byte, 1) != 1)) {
        process_end(*pid, STOP_MS);
        result = quote_log(server->name, log_path, why);
    }
    close(ready[0]);
    arguments_free(&line);
    return result;
}

int servers_start(const struct servers_setup *setup, struct servers *servers, struct failure *why) {
    *servers = (struct servers){0};
    for (size_t i = 0; setup->names != NULL && setup->names[i] != NULL; i++) {
        const struct server *server = find(setup->names[i]);
        int result = 0;
        if (server == NULL)
            result = failure_set(why, "there is no server \"%s\"", setup->names[i]);
        else if (servers->count == SERVERS_LIMIT)
            result = failure_set(why, "more than %d servers", SERVERS_LIMIT);
        else
            result = start(server, setup, &servers->pids[servers->count], why);
        if (result < 0) {
            servers_stop(servers, NULL);
            return -1;
        }
        servers->count++;
    }
    return 0;
}

int servers_stop(struct servers *servers, struct failure *why) {
    int result = 0;
    for (size_t i = 0; i < servers->count; i++) {
        int status = process_end(servers->pids[i], STOP_MS);
        if (WIFSIGNALED(status))
            result = failure_set(why, "a server ended by signal %d", WTERMSIG(status));
    }
    servers->count = 0;
    return result;
}
