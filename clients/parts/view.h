/*
 * view: a message for a person to read (message.h): its header decoded, its parts as a tree, its
 * text. Whatever came from the sender passes visible.h: no message can give orders to a terminal.
 */
#ifndef CLIENTS_VIEW_H
#define CLIENTS_VIEW_H

#include "failure.h"
#include "message.h"
#include <stdbool.h>
#include <stdio.h>

/* So much of the text of one part is shown. */
#define VIEW_TEXT_LIMIT ((size_t)1 << 20)

/*
 * Writes to `out`: the fields that matter to a reader (`all_fields`: all), a line for each part
 * with its number, type, size and name, and what is wrong with it, and then each text that is to be
 * read with the message: no attachments, no HTML. 0, or -1: no memory, or `out` takes no more.
 */
int view_message(const struct message_part *message, bool all_fields, FILE *out,
                 struct failure *why);

#endif
