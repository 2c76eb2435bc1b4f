#include "scene.h"
#include "arguments.h"
#include "files.h"
#include "net.h"
#include "peer.h"
#include "process.h"
#include "script.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLOSING_MS = 2000,
    ROOM = 65536 /* for what the client sends and the script has not read */
};

/* The kernel would make more and more room, and whether a client ever has to wait would depend on
   who is faster. The sockets that are accepted have the listener's. */
static void limit_room(int listener) {
    int room = ROOM;
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
}

static int start_script(struct scene *scene, const struct lab_run *run, const char *listen,
                        const char *keys, int limit_ms, struct failure *why) {
    int report[2], over[2];
    int listener = net_listen(listen, why);
    if (listener < 0)
        return -1;
    limit_room(listener);
    if (pipe2(report, O_CLOEXEC) < 0 || pipe2(over, O_CLOEXEC) < 0)
        return failure_system(why, errno, "a pipe");
    scene->script_report = report[0];
    scene->script_over = over[1];
    pid_t pid = process_fork(why);
    if (pid == 0) {
        char words[300];
        close(over[1]);
        setenv("SSLKEYLOGFILE", keys, 1);
        script_play(&run->script, listener, over[0], deadline_in(limit_ms), words, sizeof words);
        _exit(write(report[1], words, strlen(words)) < 0 ? 1 : 0);
    }
    close(report[1]);
    close(over[0]);
    close(listener);
    scene->script = pid < 0 ? 0 : pid;
    return pid < 0 ? -1 : 0;
}

static const char *port_of(const char *address) {
    return strrchr(address, ':') + 1; /* lab_run.c: there is one */
}

/* Before a server of the kit he has its address; before a student's, who keeps his own, another. */
static int start_peer(struct scene *scene, const struct lab_run *run, size_t number,
                      const char *keys, struct failure *why) {
    const char *address = run->listen.words[number];
    char own[80], host[64] = PEER_BACK;
    const char *port = port_of(address);
    snprintf(own, sizeof own, "%s:%s", PEER_BACK, port);
    if (run->serves && net_split(address, host, sizeof host, &port, why) < 0)
        return -1;
    int listener = net_listen(run->serves ? own : address, why);
    if (listener < 0)
        return -1;
    pid_t pid = process_fork(why);
    if (pid == 0) {
        if (scene->script > 0)
            close(scene->script_over);
        setenv("SSLKEYLOGFILE", keys, 1);
        peer_serve(&run->peers, listener, host, port);
    }
    close(listener);
    scene->peers[number] = pid < 0 ? 0 : pid;
    return pid < 0 ? -1 : 0;
}

/* Where the servers listen: behind a peer at an address of its own. */
static int name_addresses(const struct lab_run *run, struct arguments *addresses,
                          struct failure *why) {
    for (size_t i = 0; i < run->listen.count; i++) {
        const char *address = run->listen.words[i];
        if (run->peers.count == 0)
            arguments_add(addresses, address);
        else
            arguments_addf(addresses, "%s:%s", PEER_BACK, port_of(address));
    }
    return addresses->failed ? failure_set(why, "not enough memory") : 0;
}

static int start_behind(struct scene *scene, const struct lab_run *run,
                        const struct servers_setup *servers, int limit_ms, struct failure *why) {
    if (servers_start(servers, &scene->servers, why) < 0)
        return -1;
    return run->scripted
               ? start_script(scene, run, servers->listen[0], servers->keys, limit_ms, why)
               : 0;
}

static int start(struct scene *scene, const struct scene_setup *setup, struct failure *why) {
    const struct lab_run *run = setup->run;
    char keys[PATH_MAX], store[PATH_MAX];
    struct arguments addresses = {0};
    if (files_path(keys, why, "%s/" SCENE_KEYS, setup->directory) < 0 ||
        files_path(store, why, "%s/store", setup->directory) < 0 ||
        mailboxes_make(&run->mailboxes, setup->letters, run->nonce, store, why) < 0)
        return -1;
    int result = name_addresses(run, &addresses, why);
    const struct servers_setup servers = {
        .names = run->servers.words,
        .options = run->options.words,
        .listen = addresses.words,
        .directory = setup->directory,
        .keys = keys,
    };
    if (result == 0)
        result = start_behind(scene, run, &servers, setup->limit_ms, why);
    for (size_t i = 0; run->peers.count > 0 && result == 0 && i < run->listen.count; i++)
        result = start_peer(scene, run, i, keys, why);
    arguments_free(&addresses);
    return result;
}

int scene_start(struct scene *scene, const struct scene_setup *setup, struct failure *why) {
    *scene = (struct scene){.script_report = -1, .script_over = -1};
    int result = start(scene, setup, why);
    if (result < 0)
        scene_end(scene, NULL);
    return result;
}

void scene_end_script(struct scene *scene, char *words, size_t size) {
    int status;
    words[0] = '\0';
    if (scene->script == 0)
        return;
    close(scene->script_over);
    if (process_wait(scene->script, deadline_in(CLOSING_MS), &status)) {
        ssize_t count = read(scene->script_report, words, size - 1);
        words[count > 0 ? count : 0] = '\0';
    } else {
        process_end(scene->script, 0);
        snprintf(words, size, "it was not played to its end");
    }
    close(scene->script_report);
    scene->script = 0;
}

int scene_end(struct scene *scene, struct failure *why) {
    if (scene->script > 0)
        process_end(scene->script, 0);
    for (size_t i = 0; i < RUN_LISTEN_LIMIT; i++) {
        if (scene->peers[i] > 0)
            process_end(scene->peers[i], 0);
        scene->peers[i] = 0;
    }
    scene->script = 0;
    return servers_stop(&scene->servers, why);
}
