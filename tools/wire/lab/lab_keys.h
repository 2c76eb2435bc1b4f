/*
 * lab_keys: what the sections of a lab.ini and their keys mean. Part of lab.
 */
#ifndef WIRE_LAB_KEYS_H
#define WIRE_LAB_KEYS_H

#include "failure.h"
#include "lab.h"
#include "lab_ini.h"
#include <stddef.h>

/* Begins a section [run NAME], [check NAME], [question NAME]: adds one to the lab. 0 or -1. */
int lab_new_run(struct lab *lab, const char *name, unsigned line, struct failure *why);
int lab_new_check(struct lab *lab, const char *name, unsigned line, struct failure *why);
int lab_new_question(struct lab *lab, const char *name, unsigned line, struct failure *why);

/* Takes a key of [lab], or of the run, check or question that was added last. 0, or -1: there is no
   such key, its value makes no sense, it stands there too often. */
int lab_take_lab_key(struct lab *lab, const struct ini_entry *entry, struct failure *why);
int lab_take_run_key(struct lab *lab, const struct ini_entry *entry, struct failure *why);
int lab_take_check_key(struct lab *lab, const struct ini_entry *entry, struct failure *why);
int lab_take_question_key(struct lab *lab, const struct ini_entry *entry, struct failure *why);

/* The runs that a check names. They are looked up, so all of them must be known. 0 or -1. */
int lab_take_check_runs(struct lab *lab, struct lab_check *check, const char *value,
                        struct failure *why);

/* Adds one element, zeroed, to a list of structs, and returns the list; NULL without memory. */
void *lab_grow(void *list, size_t *count, size_t size);

void lab_free_lines(struct lab_lines *lines);
void lab_free_check(struct lab_check *check);
void lab_free_question(struct lab_question *question);

#endif
