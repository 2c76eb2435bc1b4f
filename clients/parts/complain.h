/*
 * complain: how a client says that something went wrong, or what it is about to do.
 */
#ifndef CLIENTS_COMPLAIN_H
#define CLIENTS_COMPLAIN_H

/* Exit statuses of every program here. */
#define EXIT_FAILED 1
#define EXIT_MISUSE 2

/* Writes one line on stderr: "smtp: …". Control characters in it are shown as '?'. */
void complain(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for wrong use, with where to find help. Returns EXIT_MISUSE. */
int complain_misuse(const char *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for what is no complaint: only where a person sees it, on a terminal. */
void remark(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
