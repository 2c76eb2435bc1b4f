/*
 * message: the letter of a run, which `message` in its lab.ini asks for.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "failure.h"
#include "lab.h"

/*
 * Writes DIRECTORY/NAME: so many bytes of a made-up letter, or a copy of the file NAME in `letters`
 * (the lab's directory) with the nonce word where it belongs. Nothing if the run asks for none.
 * 0 or -1.
 */
int message_write(const struct lab_run *run, const char *letters, const char *directory,
                  struct failure *why);

#endif
