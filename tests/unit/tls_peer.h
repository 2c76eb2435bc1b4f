/*
 * tls_peer: what the tests of TLS share: certificates of every kind, and a server in a thread.
 */
#ifndef TESTS_TLS_PEER_H
#define TESTS_TLS_PEER_H

#include "certificates.h"
#include "secure.h"
#include "stream_peer.h"
#include <stdlib.h>
#include <string.h>

#define DAY (24 * 3600L)

/* Those of the finished lab 05. */
static const struct tls_rules tls_strict = {secure_rules, secure_name};

/* Everything below is in one directory, made in group setup: authority.pem, NAME.pem, NAME.key. */
static char directory[] = "unit-tls-XXXXXX";

static inline const char *file_path(const char *name) {
    static char paths[4][300];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static inline void save(const char *name, struct identity identity) {
    char file[32];
    snprintf(file, sizeof file, "%s.pem", name);
    save_certificate(file_path(file), &identity);
    snprintf(file, sizeof file, "%s.key", name);
    save_key(file_path(file), &identity, NULL);
    free_identity(&identity);
}

static inline int make_certificates(void **state) {
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    static const char mail[] = "DNS:mail.example.org,IP:127.0.0.2,IP:::1";
    struct identity authority = new_identity("Lab CA", NULL, NULL, -DAY, 10 * DAY);
    struct identity stranger = new_identity("Other CA", NULL, NULL, -DAY, 10 * DAY);
    save("mail", new_identity("mail", mail, &authority, -DAY, 10 * DAY));
    save("wrong-host", new_identity("mx", "DNS:mx.example.com,DNS:mx2.example.com,IP:127.0.0.4",
                                    &authority, -DAY, 10 * DAY));
    save("wildcard", new_identity("any", "DNS:*.example.org", &authority, -DAY, 10 * DAY));
    save("only-cn", new_identity("mx.example.com", NULL, &authority, -DAY, 10 * DAY));
    save("expired", new_identity("mail", mail, &authority, -10 * DAY, -5 * DAY));
    save("future", new_identity("mail", mail, &authority, 5 * DAY, 10 * DAY));
    save("stranger", new_identity("mail", mail, &stranger, -DAY, 10 * DAY));
    save("self-signed", new_identity("mail", mail, NULL, -DAY, 10 * DAY));
    struct identity locked = new_identity("mail", mail, &authority, -DAY, 10 * DAY);
    save_certificate(file_path("locked.pem"), &locked);
    save_key(file_path("locked.key"), &locked, (char[]){"secret"});
    free_identity(&locked);
    free_identity(&stranger);
    save("authority", authority);
    return 0;
}

static inline int remove_certificates(void **state) {
    (void)state;
    DIR *listing = opendir(directory);
    if (listing == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        unlink(file_path(entry->d_name));
    closedir(listing);
    return rmdir(directory);
}

static inline struct tls_context *new_client(void) {
    struct failure why = {""};
    struct tls_context *client = tls_client(&tls_strict, file_path("authority.pem"), &why);
    assert_string_equal(why.text, "");
    assert_non_null(client);
    return client;
}

/* The server: TLS from the start, then lines that it sends back, until the client closes. */
struct server {
    int socket;
    struct tls_context *context;
    struct failure why;
    enum stream_result end;
    char description[80];
    pthread_t thread;
};

static inline void *serve(void *argument) {
    struct server *server = argument;
    struct stream *stream = stream_open(server->socket, NULL);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    if (stream_start_tls(stream, server->context, NULL, &server->why) < 0) {
        stream_close(stream);
        return NULL;
    }
    snprintf(server->description, sizeof server->description, "%s", stream_tls_description(stream));
    struct buf line;
    buf_init(&line, 100000);
    while ((server->end = stream_read_line(stream, &line, 100000)) == STREAM_OK)
        stream_printf(stream, "%s\r\n", line.bytes);
    failure_set(&server->why, "%s", stream_failure(stream));
    buf_free(&line);
    stream_close(stream);
    return NULL;
}

static inline struct stream *start_server(struct server *server, const char *name) {
    char certificate[32], key[32];
    snprintf(certificate, sizeof certificate, "%s.pem", name);
    snprintf(key, sizeof key, "%s.key", name);
    *server = (struct server){0};
    server->context = tls_server(file_path(certificate), file_path(key), &server->why);
    assert_string_equal(server->why.text, "");
    struct stream *stream = open_tcp(&server->socket);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return stream;
}

static inline void stop_server(struct server *server) {
    pthread_join(server->thread, NULL);
    tls_free(server->context);
}

#endif
