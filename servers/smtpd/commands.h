/*
 * commands: the table of verbs, and those commands that are not about a message.
 */
#ifndef SMTPD_COMMANDS_H
#define SMTPD_COMMANDS_H

#include "session.h"

/*
 * Runs the command in session->line, which holds no control character: finds its verb in the table,
 * checks that it may come now, and calls its function. One reply is written, whatever happens.
 */
void commands_run(struct session *session);

#endif
