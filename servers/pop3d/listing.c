#include "listing.h"
#include "number.h"
#include <stdio.h>

#define LINE_ROOM (20 + 1 + MAILDROP_UID_SIZE + 2) /* a number, a blank, and the rest */
#define COLLECTED 16384

/* Writes the line of one message, without CR LF, and returns its length. */
typedef int write_function(const struct maildrop *maildrop, size_t number, char line[LINE_ROOM]);

static int write_size(const struct maildrop *maildrop, size_t number, char line[LINE_ROOM]) {
    return snprintf(line, LINE_ROOM, "%zu %llu", number, maildrop_size(maildrop, number));
}

static int write_uid(const struct maildrop *maildrop, size_t number, char line[LINE_ROOM]) {
    char uid[MAILDROP_UID_SIZE];
    maildrop_uid(maildrop, number, uid);
    return snprintf(line, LINE_ROOM, "%zu %s", number, uid);
}

/* A hundred thousand lines leave in pieces of some size, not line by line. */
static void write_all(struct session *session, write_function *write_line) {
    char lines[COLLECTED];
    size_t used = 0, count = maildrop_count(session->maildrop);
    for (size_t number = 1; number <= count && session->visit.over == NULL; number++) {
        if (maildrop_is_deleted(session->maildrop, number))
            continue;
        if (used + LINE_ROOM > sizeof lines) {
            visit_wait(&session->visit);
            session_write(session, lines, used);
            used = 0;
        }
        used += (size_t)write_line(session->maildrop, number, lines + used);
        lines[used++] = '\r';
        lines[used++] = '\n';
    }
    session_write(session, lines, used);
    session_write(session, ".\r\n", 3);
}

static void list(struct session *session, const char *argument, write_function *write_line) {
    if (*argument == '\0') {
        struct maildrop_total total = maildrop_total(session->maildrop);
        session_ok(session, "%zu messages, %llu octets", total.messages, total.octets);
        write_all(session, write_line);
        return;
    }
    size_t number = number_message(session, argument);
    char line[LINE_ROOM];
    if (number > 0 && write_line(session->maildrop, number, line) > 0)
        session_ok(session, "%s", line);
}

void listing_stat(struct session *session, const char *argument) {
    (void)argument;
    struct maildrop_total total = maildrop_total(session->maildrop);
    session_ok(session, "%zu %llu", total.messages, total.octets);
}

void listing_list(struct session *session, const char *argument) {
    list(session, argument, write_size);
}

void listing_uidl(struct session *session, const char *argument) {
    list(session, argument, write_uid);
}
