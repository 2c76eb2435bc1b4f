/*
 * lab_captures: which capture a person means. Wherever a command wants one, the number of a lab
 * will do: ./kit show 3, ./kit diff 3.
 *
 * A word of digits, or the whole name of a lab (3, 03, 03-smtp-send), is that lab; everything else
 * is a file. (A file called 3 is ./3.)
 */
#ifndef WIRE_LAB_CAPTURES_H
#define WIRE_LAB_CAPTURES_H

#include "failure.h"
#include <limits.h>
#include <stdbool.h>

/* Whether this word means a lab. */
bool lab_captures_is_lab(const char *word);

/*
 * What the student has recorded of that lab, or the file itself. Of a lab it is the newer one of
 *
 *     labs/NN-name/capture.pcapng          ./kit capture: what the questions are about
 *     build/run/NN-name/start.pcapng       ./kit start: by hand
 *
 * and if there is neither, build/run/NN-name/main/capture.pcapng, which ./kit check has left.
 * 0, or -1: there is no such lab, or nothing was recorded of it yet. Whether a FILE is there is
 * for its reader to see.
 */
int lab_captures_mine(const char *word, char path[PATH_MAX], struct failure *why);

/* How it should look: captures/NN-name.pcapng. `word` must mean a lab. 0, or -1: there is none. */
int lab_captures_reference(const char *word, char path[PATH_MAX], struct failure *why);

/*
 * lab_captures_mine for a command: where `word` means a lab, which file that came to is said in one
 * line on stderr, "wire show: labs/03-smtp-send/capture.pcapng".
 */
int lab_captures_choose(const char *command, const char *word, char path[PATH_MAX],
                        struct failure *why);

/*
 * For a command that compares: one or two words, `path[0]` becomes the student's, path[1] the
 * reference. `3` alone is both of lab 3; as the second word, 3 is its reference. Says on stderr
 * which files that came to, as lab_captures_choose does. 0, or -1: also when the one word is a
 * file.
 */
int lab_captures_choose_two(const char *command, char *const *words, int count,
                            char path[2][PATH_MAX], struct failure *why);

#endif
