/*
 * editor_inside: what editor.c, editor_draw.c, editor_signals.c and editor_secret.c share. Nobody
 * else looks inside.
 */
#ifndef SHARED_EDITOR_INSIDE_H
#define SHARED_EDITOR_INSIDE_H

#include "editor.h"
#include <signal.h>
#include <stdio.h> /* readline.h wants it first */

#include <readline/readline.h>

struct editor {
    const struct repl_options *options;
    int events;            /* epoll: the keyboard and `signals` */
    int signals;           /* signalfd */
    sigset_t ours, before; /* the signals of a terminal; what was blocked before the prompt */
    bool prompt_up, hint_up, ended, colours;
    char *half_typed; /* while editor_pause has taken it away, and where the cursor was; or NULL */
    int half_point;
    char *text_prompt;  /* instead of the one of the options; or NULL */
    struct buf typed;   /* lines taken and not yet given out, each with its newline */
    struct buf given;   /* the line given out last */
    struct buf partial; /* what the server has sent of a line that has no end yet */
};

/* readline is one for the whole program, and its callbacks carry no context: here it is. NULL when
   there is none. */
extern struct editor *editor_now;

/* editor_draw.c */

/* Whether text can be grey on this terminal. */
bool editor_has_colours(void);

/* What stands in front of the line that is typed, into `prompt`. */
void editor_make_prompt(const struct editor *editor, struct buf *prompt);

/* For rl_redisplay_function: the line, and the hint behind it. */
void editor_redisplay(void);

/* Takes away the hint, of which readline does not know, before anybody else draws. */
void editor_erase_hint(struct editor *editor);

/* Takes away prompt and line to make room for other text, and draws them again below it. When the
   prompt is down, they do nothing. */
void editor_hide_line(struct editor *editor);
void editor_show_line(struct editor *editor);

/* Writes text above the prompt. 0, or -1 when the terminal is gone. */
int editor_write(struct editor *editor, const char *text, size_t count);

/* editor.c */

/* Waits for a key or a signal: STDIN_FILENO, `signals`, or -1 when neither came in time. */
int editor_wait(const struct editor *editor, int milliseconds);

void editor_put_prompt_up(struct editor *editor);
void editor_take_prompt_down(struct editor *editor);

/* editor_signals.c */

/* Blocks the signals of a terminal, so that they come to `signals`; lets them through again. */
void editor_hold_signals(struct editor *editor);
void editor_release_signals(struct editor *editor);

/* Takes one signal from `signals`, if there is one. Some end the program. */
void editor_take_signal(struct editor *editor);

/* Ends the program as the signal does: who started it sees the truth. */
void editor_die_by(struct editor *editor, int number);

#endif
