/*
 * save: attachments as files. The name of an attachment is whatever its sender chose, "../../x" or
 * ".bashrc" or one with a line end in it; what is written stays in the given directory, under a
 * harmless name, and replaces no file that is there.
 */
#ifndef CLIENTS_SAVE_H
#define CLIENTS_SAVE_H

#include "failure.h"
#include "message.h"

#define SAVE_NAME_SIZE 201

/*
 * A harmless file name for one that a sender chose (UTF-8; NULL or "": part `number` of a message
 * becomes "part-2.1"): what stands behind the last "/" or "\", with "_" for control characters, for
 * what turns the direction of writing (so that "exe.txt" is not really "txt.exe"), and for a dot or
 * hyphen at the front; cut, at a whole character and before its suffix, to SAVE_NAME_SIZE - 1
 * bytes.
 */
void save_name(const char *filename, const char *number, char name[SAVE_NAME_SIZE]);

/*
 * Writes every attachment of the message (what has a file name, or says that it is one) into
 * `directory`, which must be there. A name that is taken gets a number: "logo-2.png". Calls `saved`
 * for each file written. 0, or -1 with `why`; what is written by then stays.
 */
typedef void save_report(const char *number, const char *name, size_t length, void *context);
int save_attachments(const struct message_part *message, const char *directory, save_report *saved,
                     void *context, struct failure *why);

#endif
