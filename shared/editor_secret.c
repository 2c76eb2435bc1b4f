#include "editor_inside.h"
#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* The signal that came and ends the program, or 0: none, or one that can wait until later. */
static int deadly_signal(const struct editor *editor) {
    struct signalfd_siginfo info;
    if (read(editor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return 0;
    switch (info.ssi_signo) {
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT:
        return (int)info.ssi_signo;
    default:
        return 0;
    }
}

/* Reads until a newline. 0; -1: the end, or too long; else the number of a signal. */
static int read_line(const struct editor *editor, struct buf *secret, struct failure *why) {
    bool fits = true;
    for (;;) {
        if (editor_wait(editor, -1) != STDIN_FILENO) {
            int number = deadly_signal(editor);
            if (number != 0)
                return number;
            continue;
        }
        char bytes[256]; /* the terminal hands out whole lines, in pieces if they are long */
        ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
        if (count <= 0)
            return failure_set(why, "end of typing");
        bool whole = bytes[count - 1] == '\n';
        if (buf_append(secret, bytes, (size_t)count - (whole ? 1 : 0)) < 0)
            fits = false; /* the rest is read all the same: nobody else must see it */
        explicit_bzero(bytes, sizeof bytes);
        if (whole)
            return fits ? 0 : failure_set(why, "longer than %zu bytes", secret->limit);
    }
}

int editor_ask_secret(struct editor *editor, const char *question, struct buf *secret,
                      struct failure *why) {
    editor_hide_line(editor);
    editor_take_prompt_down(editor);
    struct termios before;
    if (tcgetattr(STDIN_FILENO, &before) < 0)
        return failure_system(why, errno, "terminal");
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    buf_clear(secret);

    editor_hold_signals(editor);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
    fputs(question, stdout);
    fflush(stdout);
    int result = read_line(editor, secret, why);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    fputc('\n', stdout);
    fflush(stdout);
    editor_release_signals(editor);

    if (result > 0) {
        buf_wipe(secret);
        editor_die_by(editor, result);
        result = failure_set(why, "interrupted");
    }
    return result;
}
