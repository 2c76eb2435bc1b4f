/*
 * attach: --attach and --subject. A message is made of what is typed or written plainly, instead of
 * being a file that holds one already. The format is lab 06's.
 */
#ifndef CLIENTS_ATTACH_H
#define CLIENTS_ATTACH_H

#include "options.h"
#include <stdbool.h>
#include <stddef.h>

struct attach {
    const char *subject; /* --subject, or NULL */
};

extern const struct option_row attach_options[]; /* into a struct attach */

/* Whether a message is to be made. */
bool attach_wanted(const struct attach *attach);

/*
 * Makes the message around `text` (read to its end; NULL: there is none), to be read by smtp_send
 * and closed by the caller. NULL with `why`: something to attach cannot be read.
 */
FILE *attach_compose(const struct attach *attach, const char *sender, const char *const *recipients,
                     size_t recipient_count, FILE *text, struct failure *why);

#endif
