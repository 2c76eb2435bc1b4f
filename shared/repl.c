#include "repl.h"
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
    struct buf input; /* read and not yet given out: input.bytes[start] … */
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
    buf_init(&repl->input, REPL_LINE_LIMIT + PIECE);
    return repl;
}

int repl_fd(const struct repl *repl) {
    return repl->ended ? -1 : STDIN_FILENO;
}

const char *repl_failure(const struct repl *repl) {
    return repl->failure.text[0] != '\0' ? repl->failure.text : NULL;
}

/* Gives out the line that ends before `end`; `next` is where the one behind it begins. */
static enum repl_result give_line(struct repl *repl, size_t end, size_t next,
                                  struct repl_line *line) {
    char *text = repl->input.bytes + repl->start;
    size_t length = end - repl->start;
    if (next > end && length > 0 && text[length - 1] == '\r')
        length--;
    text[length] = '\0';
    *line = (struct repl_line){text, length};
    repl->start = next;
    return REPL_LINE;
}

/* Nobody types any more; `failed`: because of repl->failure. What was begun is then lost. */
static enum repl_result end_typing(struct repl *repl) {
    repl->ended = true;
    return REPL_END;
}

/* Reads what is there, without waiting. REPL_LINE: something came, or the end; look again. */
static enum repl_result read_piece(struct repl *repl) {
    buf_consume(&repl->input, repl->start);
    repl->start = 0;
    if (repl->input.length > REPL_LINE_LIMIT) {
        failure_set(&repl->failure, "standard input: a line is longer than %d bytes",
                    REPL_LINE_LIMIT);
        return end_typing(repl);
    }
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, 0) == 0)
        return REPL_MORE;
    char piece[PIECE];
    ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return REPL_MORE;
    if (count < 0 || buf_append(&repl->input, piece, (size_t)count) < 0) {
        failure_system(&repl->failure, count < 0 ? errno : ENOMEM, "standard input");
        return end_typing(repl);
    }
    repl->at_end = count == 0;
    return REPL_LINE;
}

enum repl_result repl_read(struct repl *repl, struct repl_line *line) {
    if (repl->ended)
        return REPL_END;
    size_t seen = 0; /* bytes behind start that hold no newline */
    for (;;) {
        size_t here = repl->start + seen;
        const char *newline = repl->input.length == here ? NULL
                                                         : memchr(repl->input.bytes + here, '\n',
                                                                  repl->input.length - here);
        if (newline != NULL) {
            size_t end = (size_t)(newline - repl->input.bytes);
            return give_line(repl, end, end + 1, line);
        }
        if (repl->at_end)
            return repl->start < repl->input.length
                       ? give_line(repl, repl->input.length, repl->input.length, line)
                       : end_typing(repl);
        seen = repl->input.length - repl->start;
        enum repl_result result = read_piece(repl);
        if (result != REPL_LINE)
            return result;
    }
}

int repl_show(struct repl *repl, const void *bytes, size_t count) {
    (void)repl;
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
    (void)repl, (void)format;
}

void repl_help(struct repl *repl) {
    (void)repl;
}

void repl_set_prompt(struct repl *repl, const char *prompt) {
    (void)repl, (void)prompt;
}

bool repl_is_terminal(const struct repl *repl) {
    (void)repl;
    return false;
}

int repl_ask_secret(struct repl *repl, const char *question, struct buf *secret,
                    struct failure *why) {
    (void)repl, (void)question, (void)secret;
    return failure_set(why, "not yet");
}

void repl_close(struct repl *repl) {
    if (repl == NULL)
        return;
    buf_wipe(&repl->input);
    free(repl);
}
