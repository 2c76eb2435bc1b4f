#include "repl.h"
#include "editor.h"
#include "words.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536 /* what one read(2) may bring */

struct repl {
    struct repl_options options;
    struct editor *editor; /* NULL: no terminal, and what follows is used instead */
    struct buf input;      /* read and not yet given out: input.bytes[start] … */
    size_t start;
    bool at_end; /* read(2) said so */
    bool ended;  /* REPL_END was said */
    struct failure failure;
};

struct repl *repl_open(const struct repl_options *options, struct failure *why) {
    if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
        failure_system(why, errno, "standard input");
        return NULL;
    }
    struct repl *repl = calloc(1, sizeof *repl);
    if (repl == NULL) {
        failure_system(why, ENOMEM, "standard input");
        return NULL;
    }
    repl->options = *options;
    buf_init(&repl->input, REPL_LINE_LIMIT + 1 + PIECE);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        repl->editor = editor_open(&repl->options, why);
        if (repl->editor == NULL) {
            free(repl);
            return NULL;
        }
    }
    return repl;
}

int repl_fd(struct repl *repl) {
    if (repl->ended)
        return -1;
    return repl->editor != NULL ? editor_fd(repl->editor) : STDIN_FILENO;
}

const char *repl_failure(const struct repl *repl) {
    return repl->failure.text[0] != '\0' ? repl->failure.text : NULL;
}

static enum repl_result too_long(struct repl *repl) {
    failure_set(&repl->failure, "standard input: a line is longer than %d bytes", REPL_LINE_LIMIT);
    return REPL_END;
}

/* Gives out the line that ends before `end`; `next` is where the one behind it begins. */
static enum repl_result give_line(struct repl *repl, size_t end, size_t next,
                                  struct repl_line *line) {
    char *text = repl->input.bytes + repl->start;
    size_t length = end - repl->start;
    if (next > end && length > 0 && text[length - 1] == '\r')
        length--;
    if (length > REPL_LINE_LIMIT)
        return too_long(repl);
    text[length] = '\0';
    *line = (struct repl_line){text, length};
    repl->start = next;
    return REPL_LINE;
}

/* Reads what is there, without waiting. REPL_LINE: something came, or the end; look again. */
static enum repl_result read_piece(struct repl *repl) {
    buf_consume(&repl->input, repl->start);
    repl->start = 0;
    if (repl->input.length > REPL_LINE_LIMIT + 1) /* with a CR */
        return too_long(repl);
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, 0) == 0)
        return REPL_MORE;
    char piece[PIECE];
    ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return REPL_MORE;
    if (count < 0 || buf_append(&repl->input, piece, (size_t)count) < 0) {
        failure_system(&repl->failure, count < 0 ? errno : ENOMEM, "standard input");
        return REPL_END;
    }
    repl->at_end = count == 0;
    return REPL_LINE;
}

static enum repl_result read_plain(struct repl *repl, struct repl_line *line) {
    size_t seen = 0; /* bytes behind `start` that hold no newline */
    for (;;) {
        const char *from = repl->input.bytes;
        size_t here = repl->start + seen;
        const char *newline = NULL;
        if (here < repl->input.length)
            newline = memchr(from + here, '\n', repl->input.length - here);
        if (newline != NULL)
            return give_line(repl, (size_t)(newline - from), (size_t)(newline - from) + 1, line);
        if (repl->at_end && repl->start < repl->input.length) /* the last line, without newline */
            return give_line(repl, repl->input.length, repl->input.length, line);
        if (repl->at_end)
            return REPL_END;
        seen = repl->input.length - repl->start;
        enum repl_result result = read_piece(repl);
        if (result != REPL_LINE)
            return result;
    }
}

/* A line that begins with "/" on a terminal. Whether it is for the server all the same. */
static bool run_command(struct repl *repl, struct repl_line *line) {
    const char *text = line->text;
    if (text[1] == '/') {
        line->text++;
        line->length--;
        return true;
    }
    if (strcmp(text, "/help") == 0)
        repl_help(repl);
    else if (strcmp(text, "/quit") == 0)
        editor_end(repl->editor);
    else if (repl->options.command == NULL || !repl->options.command(repl->options.context, text))
        repl_remark(repl, "%s is not known here; /help lists what is, and //… sends /…", text);
    return false;
}

static enum repl_result read_terminal(struct repl *repl, struct repl_line *line) {
    enum repl_result result;
    while ((result = editor_read(repl->editor, line)) == REPL_LINE) {
        if (!editor_takes_commands(repl->editor))
            return REPL_LINE;
        if (repl->options.is_secret == NULL || !repl->options.is_secret(line->text))
            editor_remember(repl->editor, line->text);
        if (line->text[0] != '/' || run_command(repl, line))
            return REPL_LINE;
    }
    return result;
}

enum repl_result repl_read(struct repl *repl, struct repl_line *line) {
    if (repl->ended)
        return REPL_END;
    enum repl_result result =
        repl->editor != NULL ? read_terminal(repl, line) : read_plain(repl, line);
    repl->ended = result == REPL_END;
    return result;
}

int repl_show(struct repl *repl, const void *bytes, size_t count) {
    if (repl->editor != NULL)
        return editor_show(repl->editor, bytes, count);
    const char *from = bytes;
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, from, count);
        if (written >= 0) {
            from += written;
            count -= (size_t)written;
        } else if (errno == EAGAIN) { /* somebody else made it non-blocking */
            struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

void repl_remark(struct repl *repl, const char *format, ...) {
    if (repl->editor == NULL)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    editor_remark(repl->editor, text);
}

void repl_help(struct repl *repl) {
    struct buf list;
    buf_init(&list, 65536);
    words_list(repl->options.words, &list);
    if (repl->editor != NULL)
        buf_printf(&list,
                   "  Tab completes, the arrow keys bring back earlier lines, Ctrl-C drops the "
                   "line\n  (where nothing is typed: ends the program), Ctrl-D ends typing.\n");
    repl_show(repl, list.bytes, list.length);
    buf_free(&list);
}

void repl_pause(struct repl *repl) {
    if (repl->editor != NULL)
        editor_pause(repl->editor);
}

void repl_set_prompt(struct repl *repl, const char *prompt) {
    if (repl->editor != NULL)
        editor_set_prompt(repl->editor, prompt);
}

bool repl_is_terminal(const struct repl *repl) {
    return repl->editor != NULL;
}

int repl_ask_secret(struct repl *repl, const char *question, struct buf *secret,
                    struct failure *why) {
    if (repl->editor != NULL)
        return editor_ask_secret(repl->editor, question, secret, why);
    struct repl_line line;
    enum repl_result result;
    while ((result = repl_read(repl, &line)) == REPL_MORE) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        poll(&input, 1, -1);
    }
    if (result == REPL_END)
        return failure_set(why, "end of typing");
    buf_clear(secret);
    if (buf_append(secret, line.text, line.length) < 0)
        return failure_set(why, "longer than %zu bytes", secret->limit);
    return 0;
}

void repl_close(struct repl *repl) {
    if (repl == NULL)
        return;
    editor_close(repl->editor);
    buf_wipe(&repl->input);
    free(repl);
}
