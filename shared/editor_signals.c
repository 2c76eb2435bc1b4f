#include "editor_inside.h"
#include <sys/signalfd.h>
#include <unistd.h>

void editor_hold_signals(struct editor *editor) {
    pthread_sigmask(SIG_BLOCK, &editor->ours, &editor->before);
}

void editor_release_signals(struct editor *editor) {
    pthread_sigmask(SIG_SETMASK, &editor->before, NULL);
}

void editor_die_by(struct editor *editor, int number) {
    editor_hide_line(editor);
    editor_take_prompt_down(editor);
    signal(number, SIG_DFL);
    raise(number);
}

/* Ctrl-Z: stops here, the terminal as it was, and goes on when the shell says so. */
static void suspend(struct editor *editor) {
    editor_hide_line(editor);
    rl_deprep_terminal();
    editor_release_signals(editor);
    raise(SIGTSTP);
    editor_hold_signals(editor);
    rl_prep_terminal(1);
    editor_show_line(editor);
}

/* Ctrl-C: drops what is typed. Where nothing is, it means the program. */
static void interrupt(struct editor *editor) {
    bool searching = RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
    bool nothing = rl_end == 0 && !searching;
    editor_erase_hint(editor);
    rl_callback_sigcleanup(); /* a search, or a key sequence that was begun */
    rl_point = rl_end;
    rl_redisplay();
    fputs("^C\n", rl_outstream);
    if (nothing) {
        rl_on_new_line();
        editor_die_by(editor, SIGINT);
    }
    rl_replace_line("", 1);
    editor_show_line(editor);
}

void editor_take_signal(struct editor *editor) {
    struct signalfd_siginfo info;
    if (read(editor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGINT:
        interrupt(editor);
        break;
    case SIGWINCH:
        editor_hide_line(editor);
        rl_resize_terminal(); /* draws the line again */
        break;
    case SIGTSTP:
        suspend(editor);
        break;
    case SIGCONT: /* after a SIGSTOP: the shell had the terminal meanwhile */
        rl_deprep_terminal();
        rl_prep_terminal(1);
        editor_show_line(editor);
        break;
    default:
        editor_die_by(editor, (int)info.ssi_signo);
    }
}
