/*
 * commands: the table of verbs, and the commands that do little.
 */
#ifndef POP3D_COMMANDS_H
#define POP3D_COMMANDS_H

#include "session.h"

/*
 * Runs the command in session->visit.line, which holds no control character: finds its verb in the
 * table, checks that it may come now, and calls its function. One reply is written, whatever
 * happens.
 */
void commands_run(struct session *session);

/*
 * Writes what the log may show of a line into `text`, and returns it. No secret: of PASS and AUTH
 * only the verb, and nothing of a line whose verb is none (it could be a password at the wrong
 * moment).
 */
#define COMMANDS_SHOWN 300
const char *commands_show(const struct buf *line, char text[COMMANDS_SHOWN]);

#endif
