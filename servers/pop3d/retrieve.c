#include "retrieve.h"
#include "crlf.h"
#include "language.h"
#include "number.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 16384 /* of the file */
#define ENDS  200   /* the reply's first line, and what ends it */

/* A message on its way to the client. */
struct retrieval {
    struct session *session;
    size_t number;
    int file;
    struct crlf crlf;
    char out[2 * PIECE + ENDS];
    size_t used; /* bytes in `out`, not written yet */
    char in[PIECE];
};

/* Reads a piece. How many bytes; 0 at the end; -1. */
static ssize_t read_piece(struct retrieval *retrieval) {
    ssize_t count;
    do
        count = read(retrieval->file, retrieval->in, PIECE);
    while (count < 0 && errno == EINTR);
    return count;
}

/* The client has `idle` for each piece, so a slow one gets its message, and one that never reads
   does not hold the server for ever. */
static void write_collected(struct retrieval *retrieval) {
    visit_wait(&retrieval->session->visit);
    session_write(retrieval->session, retrieval->out, retrieval->used);
    retrieval->used = 0;
}

static void add(struct retrieval *retrieval, const char *text) {
    size_t length = strlen(text);
    memcpy(retrieval->out + retrieval->used, text, length);
    retrieval->used += length;
}

/* The reply's first line, which no other bytes may follow if the message cannot be sent. */
static bool begin(struct retrieval *retrieval, ssize_t count, bool whole) {
    struct session *session = retrieval->session;
    if (count < 0) {
        visit_log(&session->visit, LOG_ERROR, "message %zu: %s", retrieval->number,
                  strerrordesc_np(errno));
        session_fail(session, "SYS/TEMP", "Message %zu cannot be read now", retrieval->number);
        return false;
    }
    if (language_forbids(session, retrieval->in, (size_t)count)) {
        session_fail(session, "UTF8", "Message %zu has a header in UTF-8: say UTF8 first",
                     retrieval->number);
        return false;
    }
    if (whole)
        retrieval->used = (size_t)snprintf(retrieval->out, ENDS, "+OK %llu octets\r\n",
                                           maildrop_size(session->maildrop, retrieval->number));
    else
        add(retrieval, "+OK The top of it\r\n");
    return true;
}

/* A reply that has begun can only be completed or broken off: without its last dot no client takes
   it for the message. */
static void break_off(struct retrieval *retrieval) {
    struct visit *visit = &retrieval->session->visit;
    visit_log(visit, LOG_ERROR, "message %zu: %s", retrieval->number, strerrordesc_np(errno));
    visit->over = "a message could not be read to its end";
}

static void send_pieces(struct retrieval *retrieval, bool whole) {
    const struct visit *visit = &retrieval->session->visit;
    ssize_t count = read_piece(retrieval);
    if (!begin(retrieval, count, whole))
        return;
    while (count > 0 && !retrieval->crlf.done && visit->over == NULL) {
        retrieval->used += crlf_take(&retrieval->crlf, retrieval->in, (size_t)count,
                                     retrieval->out + retrieval->used);
        count = retrieval->crlf.done ? 0 : read_piece(retrieval);
        if (count > 0)
            write_collected(retrieval);
    }
    if (count < 0) {
        break_off(retrieval);
        return;
    }
    retrieval->used += crlf_end(&retrieval->crlf, retrieval->out + retrieval->used);
    add(retrieval, ".\r\n");
    write_collected(retrieval);
    retrieval->session->retrieved += whole ? 1 : 0;
}

/* A message whose file has changed since the login is sent as it is now. */
static void check_size(const struct retrieval *retrieval) {
    const struct session *session = retrieval->session;
    unsigned long long size = maildrop_size(session->maildrop, retrieval->number);
    if (retrieval->crlf.size != size)
        visit_log(&session->visit, LOG_WARN, "message %zu: %llu octets, it was listed with %llu",
                  retrieval->number, retrieval->crlf.size, size);
}

static void send_message(struct session *session, size_t number, unsigned long long lines) {
    struct failure why;
    bool gone, whole = lines == CRLF_ALL;
    int file = maildrop_read(session->maildrop, number, &gone, &why);
    struct retrieval *retrieval = file < 0 ? NULL : malloc(sizeof *retrieval);
    if (file < 0 && gone) {
        session_fail(session, NULL, "Message %zu has gone: another program removed it", number);
    } else if (retrieval == NULL) {
        visit_log(&session->visit, LOG_ERROR, "message %zu: %s", number,
                  file < 0 ? why.text : "no memory");
        session_fail(session, "SYS/TEMP", "Message %zu cannot be read now", number);
    } else {
        retrieval->session = session;
        retrieval->number = number;
        retrieval->file = file;
        retrieval->used = 0;
        crlf_begin(&retrieval->crlf, lines);
        send_pieces(retrieval, whole);
        if (whole && session->visit.over == NULL)
            check_size(retrieval);
    }
    free(retrieval);
    if (file >= 0)
        close(file);
}

void retrieve_retr(struct session *session, const char *argument) {
    size_t number = number_message(session, argument);
    if (number > 0)
        send_message(session, number, CRLF_ALL);
}

void retrieve_top(struct session *session, const char *argument) {
    unsigned long long message, lines;
    const char *rest = number_read(argument, &message);
    const char *end = rest == NULL || *rest != ' ' ? NULL : number_read(rest + 1, &lines);
    if (end == NULL || *end != '\0') {
        session_refuse(session, NULL, "Syntax: TOP message lines");
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "%llu", message);
    size_t number = number_message(session, text);
    if (number > 0)
        send_message(session, number, lines < CRLF_ALL ? lines : CRLF_ALL - 1);
}
