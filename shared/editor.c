#include "editor_inside.h"
#include "history_file.h"
#include "visible.h"
#include "words.h"
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* A line of the server that is longer, and has no end yet, is shown in pieces. */
#define PARTIAL_LIMIT 1024

/* What a person types or pastes is in memory already: readline has it. */
#define TYPED_LIMIT (SIZE_MAX / 4)

struct editor *editor_now;

/* --- the prompt goes up and down --- */

void editor_take_prompt_down(struct editor *editor) {
    if (!editor->prompt_up)
        return;
    editor_erase_hint(editor);
    rl_callback_handler_remove();
    editor->prompt_up = false;
    editor_release_signals(editor);
}

/* readline has a line, or NULL at the end of typing. */
static void take_line(char *text) {
    struct editor *editor = editor_now;
    if (text == NULL)
        editor_hide_line(editor);
    editor_take_prompt_down(editor);
    buf_clear(&editor->partial); /* it stands above now, as a line of its own */
    editor->ended = text == NULL;
    if (text == NULL)
        return;
    /* A paste can hold several lines; the newline at its end begins no further one. */
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        length--;
    buf_append(&editor->typed, text, length);
    buf_append(&editor->typed, "\n", 1);
    free(text);
}

void editor_put_prompt_up(struct editor *editor) {
    editor_hold_signals(editor);
    editor->prompt_up = true;
    struct buf prompt;
    editor_make_prompt(editor, &prompt);
    rl_reset_screen_size(); /* the window may have changed meanwhile */
    rl_callback_handler_install(prompt.bytes != NULL ? prompt.bytes : "", take_line);
    buf_free(&prompt);
    if (editor->half_typed == NULL)
        return;
    rl_insert_text(editor->half_typed);
    rl_point = editor->half_point;
    editor_redisplay();
    free(editor->half_typed);
    editor->half_typed = NULL;
}

void editor_pause(struct editor *editor) {
    if (!editor->prompt_up || RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH))
        return;
    editor_hide_line(editor);
    editor->half_typed = strdup(rl_line_buffer);
    editor->half_point = rl_point;
    editor_take_prompt_down(editor);
}

/* --- completion --- */

/* For rl_completion_matches: the next word that fits, in memory that readline frees. */
static char *next_match(const char *typed, int again) {
    static size_t index; /* readline calls until NULL, beginning with again == 0 */
    if (again == 0)
        index = 0;
    const struct repl_word *word = words_match(editor_now->options->words, typed, &index);
    return word != NULL ? strdup(word->word) : NULL;
}

static char **complete(const char *typed, int start, int end) {
    (void)start, (void)end;
    rl_attempted_completion_over = 1; /* no names of files */
    if (!editor_takes_commands(editor_now))
        return NULL;
    char **matches = rl_completion_matches(typed, next_match);
    if (matches != NULL && matches[1] == NULL) {
        size_t index = 0;
        rl_completion_append_character = (unsigned char)words_append(
            words_match(editor_now->options->words, matches[0], &index));
    }
    return matches;
}

/* --- opening and closing --- */

static void leave_terminal(void) { /* for a program that calls exit(3) in the middle */
    if (editor_now != NULL)
        editor_take_prompt_down(editor_now);
}

static void set_up_readline(const struct repl_options *options) {
    setlocale(LC_CTYPE, ""); /* readline counts characters, not bytes */
    rl_readline_name = options->program;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = ""; /* "MAIL FROM:" is one word */
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", "on");
    rl_initialize(); /* now the person's own inputrc has its say */
    /* Set before, it would make readline think that the program draws everything itself, and look
       up nothing about the terminal. */
    rl_redisplay_function = editor_redisplay;
    static bool known;
    if (!known)
        atexit(leave_terminal);
    known = true;
}

/* 0 or -1. */
static int open_events(struct editor *editor) {
    static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    sigemptyset(&editor->ours);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(&editor->ours, ours[i]);
    editor->events = epoll_create1(EPOLL_CLOEXEC);
    editor->signals = signalfd(-1, &editor->ours, SFD_CLOEXEC | SFD_NONBLOCK);
    struct epoll_event keyboard = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
    struct epoll_event signals = {.events = EPOLLIN, .data.fd = editor->signals};
    if (editor->events < 0 || editor->signals < 0 ||
        epoll_ctl(editor->events, EPOLL_CTL_ADD, STDIN_FILENO, &keyboard) < 0)
        return -1;
    return epoll_ctl(editor->events, EPOLL_CTL_ADD, editor->signals, &signals);
}

struct editor *editor_open(const struct repl_options *options, struct failure *why) {
    struct editor *editor = calloc(1, sizeof *editor);
    if (editor == NULL || open_events(editor) < 0) {
        failure_system(why, errno, "terminal");
        editor_close(editor);
        return NULL;
    }
    editor->options = options;
    editor->colours = editor_has_colours();
    buf_init(&editor->typed, TYPED_LIMIT);
    buf_init(&editor->given, TYPED_LIMIT);
    buf_init(&editor->partial, PARTIAL_LIMIT);
    editor_now = editor;
    set_up_readline(options);
    history_file_load(options->program);
    return editor;
}

void editor_close(struct editor *editor) {
    if (editor == NULL)
        return;
    editor_hide_line(editor);
    editor_take_prompt_down(editor);
    if (editor->partial.length > 0)
        editor_show(editor, "\n", 1);
    if (editor->events > 0)
        close(editor->events);
    if (editor->signals > 0)
        close(editor->signals);
    buf_wipe(&editor->typed);
    buf_wipe(&editor->given);
    buf_free(&editor->partial);
    free(editor->half_typed);
    free(editor->text_prompt);
    free(editor);
    editor_now = NULL;
}

/* --- reading and showing --- */

int editor_fd(struct editor *editor) {
    if (!editor->prompt_up && !editor->ended && editor->typed.length == 0)
        editor_put_prompt_up(editor);
    return editor->events;
}

int editor_wait(const struct editor *editor, int milliseconds) {
    struct epoll_event events[2];
    int count = epoll_wait(editor->events, events, 2, milliseconds);
    if (count < 1)
        return -1;
    /* A signal goes first: what was typed before Ctrl-C, the terminal has thrown away. */
    return count == 2 ? editor->signals : events[0].data.fd;
}

/* Gives out the first of the lines taken. Whether there was one. */
static bool give_line(struct editor *editor, struct repl_line *line) {
    struct buf *typed = &editor->typed;
    const char *newline = typed->length > 0 ? memchr(typed->bytes, '\n', typed->length) : NULL;
    if (newline == NULL)
        return false;
    size_t length = (size_t)(newline - typed->bytes);
    buf_clear(&editor->given);
    buf_append(&editor->given, typed->bytes, length);
    buf_consume(typed, length + 1);
    *line = (struct repl_line){editor->given.bytes, editor->given.length};
    return true;
}

enum repl_result editor_read(struct editor *editor, struct repl_line *line) {
    for (;;) {
        if (give_line(editor, line))
            return REPL_LINE;
        if (editor->ended)
            return REPL_END;
        if (!editor->prompt_up)
            editor_put_prompt_up(editor);
        int ready = editor_wait(editor, 0);
        if (ready < 0)
            return REPL_MORE;
        if (ready == editor->signals) {
            editor_take_signal(editor);
        } else {
            editor_erase_hint(editor);
            rl_callback_read_char();
        }
    }
}

bool editor_takes_commands(const struct editor *editor) {
    return editor->text_prompt == NULL;
}

void editor_remember(struct editor *editor, const char *line) {
    history_file_add(editor->options->program, line);
}

void editor_end(struct editor *editor) {
    buf_clear(&editor->typed);
    editor->ended = true;
}

void editor_set_prompt(struct editor *editor, const char *prompt) {
    editor_hide_line(editor);
    free(editor->text_prompt);
    editor->text_prompt = prompt != NULL ? strdup(prompt) : NULL;
    editor_show_line(editor);
}

int editor_show(struct editor *editor, const void *bytes, size_t count) {
    struct buf here, lines; /* all that is not shown yet; what of it can be shown for good */
    buf_init(&here, SIZE_MAX / 8);
    buf_init(&lines, SIZE_MAX / 8);
    buf_append(&here, editor->partial.bytes, editor->partial.length);
    int result = buf_append(&here, bytes, count);

    const char *newline = here.length > 0 ? memrchr(here.bytes, '\n', here.length) : NULL;
    size_t whole = newline != NULL ? (size_t)(newline + 1 - here.bytes) : 0;
    bool too_long = here.length - whole > PARTIAL_LIMIT;
    if (too_long)
        whole = here.length;
    if (result == 0)
        result = visible_append(&lines, here.bytes, whole);
    if (too_long)
        buf_append(&lines, "\n", 1);
    buf_clear(&editor->partial);
    buf_append(&editor->partial, here.bytes + whole, here.length - whole);
    if (result == 0)
        result = editor_write(editor, lines.bytes, lines.length);
    buf_free(&here);
    buf_free(&lines);
    return result;
}
