/*
 * repl: the person at the keyboard.
 *
 * On a terminal: a line editor (readline) with history, completion and grey hints, and server text
 * that arrives while somebody types is shown above the half-typed line, which survives. With
 * standard input from a file or a pipe: plain lines in, plain bytes out, no prompt, no echo, so
 * that a client scripts well. The program does not have to know which.
 *
 * It is made for a poll(2) loop:
 *
 *     struct pollfd wait[] = {{repl_fd(repl), POLLIN, 0}, {connection, POLLIN, 0}};
 *     …
 *     if (wait[0].revents != 0) {
 *         struct repl_line line;
 *         enum repl_result result;
 *         while ((result = repl_read(repl, &line)) == REPL_LINE)
 *             send it
 *         if (result == REPL_END)
 *             nobody types any more
 *     }
 *
 * On a terminal Tab completes, the arrow keys bring back earlier lines, Ctrl-D on an empty line
 * ends typing, Ctrl-Z stops the program, and Ctrl-C drops what is typed; where nothing is typed it
 * ends the program. Whatever ends it, also SIGTERM or exit(3), the terminal is given back as it
 * was.
 *
 * A program has one repl; it is for one thread.
 */
#ifndef SHARED_REPL_H
#define SHARED_REPL_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

struct repl; /* opaque */

/* A word that can be typed at the start of a line: offered for completion, hinted at while typing.
 */
struct repl_word {
    const char *word;    /* "MAIL FROM:", "/help" */
    const char *hint;    /* what follows it, shown in grey: "<sender> [SIZE=n]" */
    const char *meaning; /* for /help: "begins a message; the envelope's sender" */
};

/* The longest line that is taken, in bytes. */
#define REPL_LINE_LIMIT 1048576

struct repl_options {
    const char *program;           /* names the history (shared/history_file.h): each has its own */
    const char *prompt;            /* "smtp> " */
    const struct repl_word *words; /* ends with a NULL word; or NULL */
    /* Whether this line must not be kept in the history (a password); or NULL. */
    bool (*is_secret)(const char *line);
    /*
     * The program's own commands, or NULL. On a terminal a typed line that begins with "/" is for
     * the program, not for the server, and repl_read never returns it: /help and /quit (the end of
     * typing) are handled by the repl, any other is handed to `command`, which says whether it
     * knows it. "//x" is the line "/x" for the server. Elsewhere "/" is a byte like any other.
     */
    bool (*command)(void *context, const char *line);
    void *context;
};

/* Starts reading from standard input. NULL: no memory, or standard input is closed. */
struct repl *repl_open(const struct repl_options *options, struct failure *why);

/*
 * What to poll for reading; -1 once typing has ended. Ask anew before each poll: on a terminal this
 * is where the prompt appears. poll(2) cannot see lines that the repl holds already: call repl_read
 * until it stops saying REPL_LINE, or poll without waiting.
 */
int repl_fd(struct repl *repl);

enum repl_result {
    REPL_LINE, /* a whole line is there */
    REPL_MORE, /* not yet: poll again */
    REPL_END,  /* end of typing (Ctrl-D, end of the file); every further call says so too */
};

/* Why typing ended early (a line over the limit, an error of the disk), or NULL: it just ended. */
const char *repl_failure(const struct repl *repl);

struct repl_line {
    const char *text; /* without its newline (a CR before it is taken off too); ends in NUL, may
                         hold NUL; belongs to the repl until the next repl_read */
    size_t length;
};

/* Takes what was typed, without waiting. Call it until it stops saying REPL_LINE. */
enum repl_result repl_read(struct repl *repl, struct repl_line *line);

/*
 * Shows bytes from the server as they are. On a terminal control characters other than CR LF and
 * tab are made visible (shared/visible.h: a server must not move the cursor), and a line that has
 * no end yet stands in front of what is typed ("Password: "). Elsewhere not one byte is changed.
 * 0, or -1 when standard output cannot be written any more.
 */
int repl_show(struct repl *repl, const void *bytes, size_t count);

/* A remark of the program's own, on a line of its own, in grey: only on a terminal, else nothing.
 */
void repl_remark(struct repl *repl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the words with their hints and meanings: what /help shows. On any output. */
void repl_help(struct repl *repl);

/*
 * Takes the prompt and the half-typed line away before the program waits for something else than
 * the keyboard; the next repl_fd or repl_read brings them back. Meanwhile Ctrl-C ends the program.
 * (While no prompt is up, as after REPL_LINE, this is so anyway.) Does nothing without a terminal.
 */
void repl_pause(struct repl *repl);

/*
 * Changes the prompt: message text is typed behind another one than commands. Copied. NULL: back to
 * the one of the options. Behind another prompt a line is text: no completion, no hints, not kept
 * in the history, and "/" is a byte like any other.
 */
void repl_set_prompt(struct repl *repl, const char *prompt);

/* Whether a person sits there (both standard input and output are terminals). */
bool repl_is_terminal(const struct repl *repl);

/*
 * Asks for a secret without echo; it is never in the history. Without a terminal it takes the next
 * line of standard input. The caller wipes `secret` (buf_wipe). 0, or -1: end of typing, too long.
 */
int repl_ask_secret(struct repl *repl, const char *question, struct buf *secret,
                    struct failure *why);

/* Takes the prompt away and gives the terminal back as it was. NULL is fine. */
void repl_close(struct repl *repl);

#endif
