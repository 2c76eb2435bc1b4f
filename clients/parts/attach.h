/*
 * attach: --subject and --attach. A message is made of a text and of files, instead of being a file
 * that holds one already (compose.h; the format is lab 06's).
 */
#ifndef CLIENTS_ATTACH_H
#define CLIENTS_ATTACH_H

#include "options.h"
#include <stdbool.h>
#include <stddef.h>

#define ATTACH_LIMIT 100 /* files in one message */

struct attach {
    const char *subject; /* --subject, or NULL */
    const char *files[ATTACH_LIMIT];
    size_t file_count;
};

extern const struct option_row attach_options[]; /* into a struct attach */

/* Whether a message is to be made. */
bool attach_wanted(const struct attach *attach);

/*
 * Makes the message around `text` (read to its end; NULL: there is none), to be read by smtp_send
 * and closed by the caller. NULL with `why`: something cannot be read or is too large, the text is
 * no text, or the sender or a recipient cannot stand in a header.
 */
FILE *attach_compose(const struct attach *attach, const char *sender, const char *const *recipients,
                     size_t recipient_count, FILE *text, struct failure *why);

#endif
