/*
 * compose: a letter out of a text and files, with the functions of lab 06 (mime.h).
 */
#ifndef CLIENTS_COMPOSE_H
#define CLIENTS_COMPOSE_H

#include "buf.h"
#include "failure.h"
#include <stddef.h>
#include <time.h>

/* The largest message, and the largest file in it, in bytes. */
#define COMPOSE_LIMIT ((size_t)64 << 20)

struct compose_file {
    const char *name; /* without directories; of the text: how to call it in a complaint */
    struct buf bytes;
};

struct compose_letter {
    const char *sender;
    const char *const *recipients;
    size_t recipient_count;
    const char *subject; /* UTF-8; NULL or "": no such field */
    const char *host;    /* ours, for Message-ID */
    time_t date;
    const struct compose_file *text;
    const struct compose_file *files; /* attached */
    size_t file_count;
};

/*
 * Adds the message to `message`, with CR LF as line end: Date, From, To, Subject, Message-ID,
 * MIME-Version, and the text; with files, as multipart/mixed with the text as its first part.
 * 0, or -1: an address or name cannot stand in a header, the subject or the text is not UTF-8, or
 * what the functions of lab 06 say.
 */
int compose(const struct compose_letter *letter, struct buf *message, struct failure *why);

#endif
