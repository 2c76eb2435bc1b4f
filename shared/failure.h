/*
 * failure: why something did not work, in words that a person understands.
 *
 * A function that can fail takes a `struct failure *why` as its last argument and returns -1 (or
 * NULL). It writes one line into `why`: what failed, on what, and why, for example
 *
 *     mail.example.org port 25: connection refused
 *
 * No full stop, no newline, no program name: the caller decides what to do, and only a program's
 * main prints. `why` may be NULL everywhere: then nobody wants to know. Control characters, such as
 * a peer may send, become '?'. The old words may be an argument of the new ones:
 *
 *     failure_set(why, "%s: %s", path, why->text)
 */
#ifndef SHARED_FAILURE_H
#define SHARED_FAILURE_H

struct failure {
    char text[400]; /* always ends in NUL; cut, never overrun, when the words are too many */
};

/* Writes the words. Returns -1 always, so that a caller can say `return failure_set(why, …)`. */
int failure_set(struct failure *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and the system's words for `error` (an errno value). Returns -1. */
int failure_system(struct failure *why, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * What the stub of an unwritten lab function returns: "TODO 3: smtp_data is not written yet".
 * The checks know these words: keep them. `todo` is the number in the handout. Returns -1.
 */
int failure_not_written(struct failure *why, int todo, const char *function);

#endif
