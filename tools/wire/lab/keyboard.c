#include "keyboard.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum outcome {
    DONE,
    WAIT_TO_TYPE,
    WAIT_TO_SEE,
    GIVE_UP,
};

void keyboard_start(struct keyboard *keyboard, const struct session *session, int *input) {
    *keyboard = (struct keyboard){
        .session = session, .input = input, .until = deadline_in(KEYBOARD_PATIENCE_MS)};
}

static void close_input(struct keyboard *keyboard) {
    if (*keyboard->input >= 0)
        close(*keyboard->input);
    *keyboard->input = -1;
}

static bool is_over(const struct keyboard *keyboard) {
    return keyboard->step >= keyboard->session->count || keyboard->note[0] != '\0';
}

static enum outcome give_up(struct keyboard *keyboard, const struct session_step *step,
                            const char *instead, const char *shown, size_t length) {
    struct buf words;
    char wanted[100];
    session_describe(step, wanted, sizeof wanted);
    buf_init(&words, 600);
    text_printable(shown, length < 80 ? length : 80, &words, NULL);
    snprintf(keyboard->note, sizeof keyboard->note, "line %u: waited for \"%s\", %s%s%s%s",
             step->line, wanted, instead, length > 0 ? " \"" : "",
             words.length > 0 ? words.bytes : "", length > 0 ? "\"" : "");
    buf_free(&words);
    return GIVE_UP;
}

static enum outcome type(struct keyboard *keyboard, const struct session_step *step) {
    static char enter[] = "\n";
    size_t whole = step->bytes.length + (step->kind == SESSION_LINE ? 1 : 0);
    while (keyboard->typed < whole) {
        /* The rest of the text, and Enter, in one piece. */
        size_t done = keyboard->typed < step->bytes.length ? keyboard->typed : step->bytes.length;
        struct iovec rest[2] = {
            {.iov_base = done < step->bytes.length ? step->bytes.bytes + done : enter,
             .iov_len = step->bytes.length - done},
            {.iov_base = enter, .iov_len = whole - step->bytes.length},
        };
        ssize_t count = writev(*keyboard->input, rest, 2);
        if (count > 0)
            keyboard->typed += (size_t)count;
        else if (errno == EAGAIN)
            return WAIT_TO_TYPE;
        else if (errno != EINTR)
            return give_up(keyboard, step, "but the program has closed its input", "", 0);
    }
    return DONE;
}

static enum outcome see_line(struct keyboard *keyboard, const struct session_step *step,
                             const struct buf *output) {
    for (;;) {
        size_t left = output->length - keyboard->shown;
        if (left == 0)
            return WAIT_TO_SEE;
        const char *line = output->bytes + keyboard->shown;
        const char *end = memchr(line, '\n', left);
        if (end == NULL)
            return WAIT_TO_SEE;
        size_t length = (size_t)(end - line);
        keyboard->shown += length + 1;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        if (session_line_matches(step, line, length))
            return DONE;
        if (!step->skip)
            return give_up(keyboard, step, "the program showed", line, length);
    }
}

/* A program may show CR LF as LF: so CR does not count on either side. */
static enum outcome see_bytes(struct keyboard *keyboard, const struct session_step *step,
                              const struct buf *output) {
    const struct buf *wanted = &step->bytes;
    size_t at = keyboard->shown;
    for (size_t i = 0; i < wanted->length; i++) {
        if (wanted->bytes[i] == '\r')
            continue;
        while (at < output->length && output->bytes[at] == '\r')
            at++;
        if (at == output->length)
            return WAIT_TO_SEE;
        if (output->bytes[at++] != wanted->bytes[i])
            return give_up(keyboard, step, "the program showed", output->bytes + keyboard->shown,
                           at - keyboard->shown);
    }
    keyboard->shown = at;
    return DONE;
}

static enum outcome play_step(struct keyboard *keyboard, const struct session_step *step,
                              const struct buf *output) {
    switch (step->kind) {
    case SESSION_LINE:
        return step->server ? see_line(keyboard, step, output) : type(keyboard, step);
    case SESSION_BYTES:
        return step->server ? see_bytes(keyboard, step, output) : type(keyboard, step);
    case SESSION_END:
        close_input(keyboard);
        return DONE;
    case SESSION_DRIP:
    case SESSION_TLS:
    case SESSION_CUT:
    case SESSION_CLOSE:
    case SESSION_RESET:
    case SESSION_STOP:
    case SESSION_KILL:
    case SESSION_RESTART:
    case SESSION_CHANGE:
        break; /* the server's business */
    }
    return DONE;
}

bool keyboard_play(struct keyboard *keyboard, const struct buf *output, bool news) {
    if (news)
        keyboard->until = deadline_in(KEYBOARD_PATIENCE_MS);
    while (!is_over(keyboard)) {
        const struct session_step *step = &keyboard->session->steps[keyboard->step];
        enum outcome outcome = play_step(keyboard, step, output);
        if (outcome == WAIT_TO_TYPE)
            return true;
        if (outcome == WAIT_TO_SEE && deadline_left(keyboard->until) > 0)
            return false;
        if (outcome == WAIT_TO_SEE)
            give_up(keyboard, step, "the program showed no more", "", 0);
        if (outcome != DONE) {
            close_input(keyboard);
            return false;
        }
        keyboard->step++;
        keyboard->typed = 0;
        keyboard->until = deadline_in(KEYBOARD_PATIENCE_MS);
    }
    return false;
}

deadline keyboard_patience(const struct keyboard *keyboard) {
    return is_over(keyboard) ? DEADLINE_NEVER : keyboard->until;
}

void keyboard_end(struct keyboard *keyboard) {
    while (!is_over(keyboard)) {
        const struct session_step *step = &keyboard->session->steps[keyboard->step++];
        if (step->kind == SESSION_LINE || step->kind == SESSION_BYTES)
            give_up(keyboard, step, "the program ended", "", 0);
    }
    close_input(keyboard);
}
