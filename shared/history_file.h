/*
 * history_file: the lines typed in earlier runs, one file for each program, for readline's history.
 *
 * The file lies in the directory KIT_STATE_DIR (from the environment, else the build tree's
 * state/), and only its owner can read it. A line is added when it is typed, so nothing is lost
 * when the program is killed. When the file cannot be read or written there is simply no memory of
 * earlier runs: that never stops anybody from working.
 */
#ifndef SHARED_HISTORY_FILE_H
#define SHARED_HISTORY_FILE_H

#define HISTORY_FILE_LINES 1000 /* no more are kept */

/* Reads the program's history. */
void history_file_load(const char *program);

/* Adds a line, here and in the file, unless it is empty or the same as the last. */
void history_file_add(const char *program, const char *line);

#endif
