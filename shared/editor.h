/*
 * editor: repl on a terminal. A line editor (readline) that lives in somebody else's poll loop.
 *
 * While the prompt is up, the terminal belongs to readline, and the signals that concern a terminal
 * (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH) are blocked and taken from a
 * signalfd: so none of them can end the program before the terminal is as it was. When a line is
 * taken the prompt goes down, the terminal and the signals are everybody's again, and the program
 * may wait for its server; the next editor_fd or editor_read puts the prompt up.
 *
 * Only repl.c uses this. For each function see its namesake in repl.h.
 */
#ifndef SHARED_EDITOR_H
#define SHARED_EDITOR_H

#include "repl.h"

struct editor; /* opaque */

/* Keeps `options` (not copied). NULL: no memory, no descriptors. At most one at a time. */
struct editor *editor_open(const struct repl_options *options, struct failure *why);

/* Readable when a key was pressed or a signal came. The prompt goes up. */
int editor_fd(struct editor *editor);

/* A line that is for the program itself ("/help") is returned like any other. */
enum repl_result editor_read(struct editor *editor, struct repl_line *line);

/* Whether the lines now typed are commands, behind the prompt of the options. */
bool editor_takes_commands(const struct editor *editor);

/* Keeps the line in the history. */
void editor_remember(struct editor *editor, const char *line);

/* The end of typing, as if Ctrl-D had been pressed. */
void editor_end(struct editor *editor);

int editor_show(struct editor *editor, const void *bytes, size_t count);
void editor_remark(struct editor *editor, const char *text);
void editor_pause(struct editor *editor);
void editor_set_prompt(struct editor *editor, const char *prompt);
int editor_ask_secret(struct editor *editor, const char *question, struct buf *secret,
                      struct failure *why);
void editor_close(struct editor *editor);

#endif
