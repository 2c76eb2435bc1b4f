/*
 * run_message: the letter of a run, which `message` in its lab.ini asks for.
 */
#ifndef WIRE_RUN_MESSAGE_H
#define WIRE_RUN_MESSAGE_H

#include "failure.h"
#include "lab.h"

/*
 * Writes DIRECTORY/NAME: so many bytes of a made-up letter, or a copy of the file NAME in `letters`
 * (the lab's directory). No two messages have the same Message-ID (RFC 5322 §3.6.4), and so the
 * copy has one of its own: <selam.1@client.example.org> becomes <NONCE.1@client.example.org>, with
 * the nonce word; which also stands for each {nonce}. Nothing if the run asks for no message. 0 or
 * -1.
 */
int run_message_write(const struct lab_run *run, const char *letters, const char *directory,
                      struct failure *why);

#endif
