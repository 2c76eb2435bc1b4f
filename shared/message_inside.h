/* What the files of module message share among themselves. */
#ifndef SHARED_MESSAGE_INSIDE_H
#define SHARED_MESSAGE_INSIDE_H

#include "message.h"

/*
 * Reads the header at the front of bytes[0] … bytes[length - 1] into part->fields and what follows
 * from them: type, charset, filename … `fallback` is the type where there is no Content-Type.
 * part->body is then what stands behind the empty line. 0, or -1 without memory.
 */
int message_read_header(struct message_part *part, const char *bytes, size_t length,
                        const char *fallback);

/* How long the line at text[0] is, with its line end; *content is without it. */
size_t message_line(const char *text, size_t length, size_t *content);

/* Sets the flaw, if there is none yet. */
void message_set_flaw(struct message_part *part, const char *words);

#endif
