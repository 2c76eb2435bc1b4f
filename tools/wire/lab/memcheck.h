/*
 * memcheck: runs a program under valgrind, and reads what valgrind has to say about it: memory that
 * was never given back, memory that was used wrongly, descriptors that were left open.
 *
 * valgrind needs no other build of the program, and no rights that a container may refuse. The
 * program is some twenty times slower under it, and starts half a second later.
 *
 * What happened wholly inside a library, without a line of the kit's or the student's own code on
 * the way there, is nobody's mistake here, and is left out.
 */
#ifndef WIRE_MEMCHECK_H
#define WIRE_MEMCHECK_H

#include "arguments.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

/* The file in a run's directory that holds valgrind's report, as it was written. */
#define MEMCHECK_FILE "valgrind.txt"

/* The program's command line with valgrind in front of it. 0, or -1: it is not installed. */
int memcheck_command_line(const struct arguments *program, struct arguments *line,
                          struct failure *why);

enum memcheck_kind {
    MEMCHECK_LEAK,
    MEMCHECK_DESCRIPTOR, /* left open */
    MEMCHECK_ACCESS,     /* anything else that must not be done with memory */
};

/* Where in the source. */
struct memcheck_place {
    char function[80];
    char file[120]; /* "smtp_send.c"; "" while there is no place */
    unsigned line;
};

struct memcheck_problem {
    enum memcheck_kind kind;
    char words[160];             /* of valgrind: "Invalid write of size 1" */
    unsigned long bytes;         /* LEAK: how many */
    struct memcheck_place place; /* the student's own line on the way there, else the kit's */
    char address[160];           /* ACCESS: "Address 0x52 is 0 bytes after a block of size 10" */
    struct memcheck_place block; /* where that block came from, or was given back */
};

struct memcheck_report {
    struct memcheck_problem *problems; /* in order of kind LEAK, DESCRIPTOR, ACCESS: as found */
    size_t count;
    bool complete; /* valgrind came to its end: else the program was killed before */
};

/* Reads a report. `lab` ("03-smtp-send"): whose files are the student's. 0, or -1 without memory.
   To be freed with memcheck_free. */
int memcheck_read(const char *text, size_t length, const char *lab, struct memcheck_report *report,
                  struct failure *why);

void memcheck_free(struct memcheck_report *report);

#endif
