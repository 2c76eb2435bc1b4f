/*
 * ADDRESS PORT SESSIONS MESSAGES OCTETS SENDER RECIPIENT [AUTHORITIES NAME]: sends MESSAGES
 * messages from SESSIONS threads, each over a connection of its own, as smtp-source does; with
 * AUTHORITIES (PEM) and the server's NAME under STARTTLS, which smtp-source cannot. Prints the
 * seconds that took.
 */
#include "deadline.h"
#include "secure.h"
#include "stream.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PATIENCE_MS = 120000,
    SESSIONS_LIMIT = 1000,
    LINE = 64,
};

/* Those of the finished lab 05. */
static const struct tls_rules strict = {secure_rules, secure_name};

static const char *address, *port, *sender, *recipient, *name;
static struct tls_context *tls;
static char *text;
static size_t octets;
static atomic_long left;

static _Noreturn void stop(const char *what, const char *why) {
    fprintf(stderr, "bench-source: %s: %s\n", what, why);
    exit(1);
}

/* Sends a command (NULL: none) and wants this code. */
static void ask(struct stream *stream, const char *command, const char *code) {
    struct buf line;
    buf_init(&line, 1000);
    if (command != NULL)
        stream_printf(stream, "%s\r\n", command);
    do {
        if (stream_read_line(stream, &line, 998) != STREAM_OK)
            stop(command != NULL ? command : "greeting", stream_failure(stream));
        if (line.length < 3 || strncmp(line.bytes, code, 3) != 0)
            stop(command != NULL ? command : "greeting", line.bytes);
    } while (line.length > 3 && line.bytes[3] == '-');
    buf_free(&line);
}

static void envelope(struct stream *stream, const char *verb, const char *path) {
    char command[400];
    snprintf(command, sizeof command, "%s:<%s>", verb, path);
    ask(stream, command, "250");
}

static void send_one(void) {
    struct failure why;
    struct stream *stream = stream_connect(address, port, deadline_in(PATIENCE_MS), &why);
    if (stream == NULL)
        stop(address, why.text);
    stream_set_deadline(stream, deadline_in(PATIENCE_MS));
    ask(stream, NULL, "220");
    ask(stream, "EHLO client.example.org", "250");
    if (tls != NULL) {
        ask(stream, "STARTTLS", "220");
        if (stream_start_tls(stream, tls, name, &why) < 0)
            stop("TLS", why.text);
        ask(stream, "EHLO client.example.org", "250");
    }
    envelope(stream, "MAIL FROM", sender);
    envelope(stream, "RCPT TO", recipient);
    ask(stream, "DATA", "354");
    stream_write(stream, text, octets);
    ask(stream, ".", "250");
    ask(stream, "QUIT", "221");
    stream_close(stream);
}

static void *session(void *context) {
    while (atomic_fetch_sub(&left, 1) > 0)
        send_one();
    return context;
}

/* Lines of `x`, behind a header. */
static void write_text(void) {
    static const char header[] = "Subject: bench\r\n\r\n";
    if (octets < sizeof header + LINE || (text = malloc(octets)) == NULL)
        stop("OCTETS", "too few, or too many");
    memset(text, 'x', octets);
    memcpy(text, header, sizeof header - 1);
    for (size_t at = sizeof header - 1 + LINE; at < octets - 2; at += LINE)
        memcpy(text + at - 2, "\r\n", 2);
    memcpy(text + octets - 2, "\r\n", 2);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    static pthread_t threads[SESSIONS_LIMIT];
    if (argc != 8 && argc != 10)
        stop("usage", "ADDRESS PORT SESSIONS MESSAGES OCTETS SENDER RECIPIENT [AUTHORITIES NAME]");
    address = argv[1], port = argv[2], sender = argv[6], recipient = argv[7];
    unsigned long sessions = strtoul(argv[3], NULL, 10);
    left = strtol(argv[4], NULL, 10);
    octets = strtoul(argv[5], NULL, 10);
    if (sessions < 1 || sessions > SESSIONS_LIMIT)
        stop("SESSIONS", "1 to 1000");
    write_text();
    struct failure why;
    if (argc == 10) {
        name = argv[9];
        if ((tls = tls_client(&strict, argv[8], &why)) == NULL)
            stop("TLS", why.text);
    }
    double begin = now();
    for (unsigned long i = 0; i < sessions; i++)
        if (pthread_create(&threads[i], NULL, session, NULL) != 0)
            stop("threads", "cannot be made");
    for (unsigned long i = 0; i < sessions; i++)
        pthread_join(threads[i], NULL);
    printf("%.6f\n", now() - begin);
    tls_free(tls);
    free(text);
    return 0;
}
