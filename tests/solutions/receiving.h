/*
 * One place with three mailboxes, and sessions of lab 09's server in it, each in a thread of its
 * own at the end of a TCP connection. Nothing sleeps: what must have happened is seen in what the
 * server says, and a client that has said all closes its direction.
 */
#ifndef TESTS_RECEIVING_H
#define TESTS_RECEIVING_H

#include "smtp_server.h"

#include <dirent.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE 50 /* seconds that only a hang ever takes */
#define TEXT     200000

struct place {
    char directory[64];
    struct config *config;
    struct site site;
    struct smtp_server server;
};

static inline int remove_one(const char *path, const struct stat *status, int kind,
                             struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static inline void place_begin(struct place *place) {
    static const struct config_key keys[] = {SITE_KEYS, {NULL, NULL, CONFIG_TEXT, NULL, NULL}};
    char path[300];
    struct failure why;
    snprintf(place->directory, sizeof place->directory, "smtp-server-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(path, sizeof path, "%s/accounts", place->directory);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    static const char *const people[] = {"alice@example.org", "bob@example.org",
                                         "carol@example.org", "dave@example.com"};
    for (size_t i = 0; i < 4; i++)
        assert_true(fprintf(file,
                            "%s:$y$j9T$mailwire$sVhcXufW1GfNEvZQs3bkIi/eshEqts1mvo76Ve3O6wC:\n",
                            people[i]) > 0);
    assert_int_equal(fclose(file), 0);
    place->config = config_new(keys, &why);
    assert_non_null(place->config);
    snprintf(path, sizeof path, "mail.accounts=%s/accounts", place->directory);
    assert_int_equal(config_override(place->config, path, &why), 0);
    snprintf(path, sizeof path, "mail.store=%s/store", place->directory);
    assert_int_equal(config_override(place->config, path, &why), 0);
    if (site_load(&place->site, place->config, &why) < 0 || site_prepare(&place->site, &why) < 0)
        fail_msg("%s", why.text);
    place->server = (struct smtp_server){
        .site = &place->site,
        .recipients = 100,
        .message_size = 1000,
        .idle_ms = PATIENCE * 1000,
        .started = 7,
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
}

static inline void place_end(struct place *place) {
    site_free(&place->site);
    config_free(place->config);
    pthread_mutex_destroy(&place->server.lock);
    assert_int_equal(nftw(place->directory, remove_one, 20, FTW_DEPTH | FTW_PHYS), 0);
}

/* How many files are in one directory of a mailbox: "new". */
static inline size_t messages_in(const struct place *place, const char *user, const char *part) {
    char path[300];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/store/example.org/%s/%s", place->directory, user, part);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

/* So many are delivered to alice, bob and carol, and nothing is left in any tmp/. */
static inline void assert_delivered(const struct place *place, size_t alice, size_t bob,
                                    size_t carol) {
    static const char *const users[] = {"alice", "bob", "carol"};
    const size_t wanted[] = {alice, bob, carol};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(messages_in(place, users[i], "new"), wanted[i]);
        assert_int_equal(messages_in(place, users[i], "tmp"), 0);
    }
}

/* The text of the only message in a mailbox, behind the fields that the server has put on top. */
static inline int read_first(const char *message, void *context) {
    char *text = context;
    FILE *file = fopen(message, "re");
    assert_non_null(file);
    text[fread(text, 1, TEXT, file)] = '\0';
    fclose(file);
    return 0;
}

static inline void only_message(const struct place *place, const char *user, char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/store/example.org/%s", place->directory, user);
    assert_int_equal(messages_in(place, user, "new"), 1);
    assert_int_equal(maildir_each(path, read_first, text, NULL), 0);
}

/* One connection: the client's end, and the thread that talks at the other one. */
struct client {
    struct smtp_server *server;
    struct stream *stream;
    int socket;
    int stop[2]; /* closing the second end stops the server */
    pthread_t thread;
};

static inline void *run_session(void *context) {
    struct client *client = context;
    struct smtp_server_session session = {
        .server = client->server, .stream = client->stream, .number = 1, .state = SMTP_SERVER_NEW};
    buf_init(&session.line, SMTP_SERVER_LINE);
    smtp_server_session(&session);
    buf_free(&session.line);
    stream_close(client->stream);
    return NULL;
}

static inline void client_begin(struct client *client, struct smtp_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000001)};
    struct timeval patience = {.tv_sec = PATIENCE};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    client->server = server;
    client->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client->socket, (struct sockaddr *)&address, size), 0);
    setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    client->stream = stream_open(accept4(listener, NULL, NULL, SOCK_CLOEXEC), NULL);
    assert_non_null(client->stream);
    close(listener);
    assert_int_equal(pipe(client->stop), 0);
    stream_set_interrupt(client->stream, client->stop[0]);
    assert_int_equal(pthread_create(&client->thread, NULL, run_session, client), 0);
}

static inline void says(struct client *client, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(client->socket, bytes, count, MSG_NOSIGNAL);
        assert_true(sent > 0);
        bytes += sent;
        count -= (size_t)sent;
    }
}

/* Reads one reply, and writes its lines into `text`. Returns its code; 0: the server has closed. */
static inline int hears(struct client *client, char text[TEXT]) {
    size_t length = 0, start = 0;
    for (;;) {
        if (recv(client->socket, text + length, 1, 0) <= 0)
            return 0;
        if (text[length++] != '\n')
            continue;
        text[length] = '\0';
        assert_true(length - start > 5 && text[length - 2] == '\r');
        if (text[start + 3] == ' ')
            return (int)strtol(text + start, NULL, 10);
        start = length;
    }
}

static inline void expects(struct client *client, int code) {
    char text[TEXT];
    int heard = hears(client, text);
    if (heard != code)
        fail_msg("should have answered %d, but did %s", code, heard == 0 ? "close" : text);
}

/* Reads to the end, and writes the codes of all replies, "220 250 ", into `codes`. */
static inline void hears_all(struct client *client, char codes[1000]) {
    char text[TEXT];
    int code;
    *codes = '\0';
    while ((code = hears(client, text)) != 0)
        snprintf(codes + strlen(codes), 1000 - strlen(codes), "%d ", code);
}

static inline void client_end(struct client *client) {
    close(client->socket);
    assert_int_equal(pthread_join(client->thread, NULL), 0);
    close(client->stop[0]);
    close(client->stop[1]);
}

/* A session in which the client says all this at once, and closes: these are the replies. */
static inline void assert_replies(struct smtp_server *server, const char *bytes, size_t count,
                                  const char *expected) {
    struct client client;
    char codes[1000];
    client_begin(&client, server);
    says(&client, bytes, count);
    shutdown(client.socket, SHUT_WR);
    hears_all(&client, codes);
    client_end(&client);
    if (strcmp(codes, expected) != 0)
        fail_msg("%s\nshould have had %s, but had %s", bytes, expected, codes);
}

#define HELLO "EHLO client.example.org\r\n"
#define MAIL  "MAIL FROM:<alice@example.org>\r\n"
#define BOB   "RCPT TO:<bob@example.org>\r\n"
#define CAROL "RCPT TO:<carol@example.org>\r\n"
#define DATA  "DATA\r\n"
#define END   ".\r\n"

#endif
