/* lab: the five people of the labs. */
#ifndef ACCOUNTS_LAB_H
#define ACCOUNTS_LAB_H

#include "failure.h"

/*
 * Replaces the file by the lab's accounts, and prints address and password of each on standard
 * output. The passwords derive from `seed`: the same seed gives the same ones. 0 or -1.
 */
int lab_write(const char *path, const char *seed, struct failure *why);

#endif
