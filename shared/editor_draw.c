#include "editor_inside.h"
#include "visible.h"
#include "words.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GREY         "\033[90m"
#define BOLD         "\033[1m"
#define PLAIN        "\033[0m"
#define CLEAR_BEHIND "\033[J"

/* Prompts are made here from bounded parts. */
#define PROMPT_LIMIT 65536

bool editor_has_colours(void) {
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */
    const char *term = getenv("TERM");
    if ((no_color != NULL && no_color[0] != '\0') || term == NULL || term[0] == '\0')
        return false;
    return strcmp(term, "dumb") != 0 && strncmp(term, "vt", 2) != 0;
}

/* An unfinished line of the server ("Password: ") is the prompt as long as it is unfinished: so it
   is seen at once, and grows in its place. */
void editor_make_prompt(const struct editor *editor, struct buf *prompt) {
    buf_init(prompt, PROMPT_LIMIT);
    const char *own = editor->text_prompt != NULL ? editor->text_prompt : editor->options->prompt;
    if (editor->partial.length == 0) {
        /* \001 … \002: what is between takes no room (readline's convention) */
        if (editor->colours)
            buf_printf(prompt, "\001" BOLD "\002%s\001" PLAIN "\002", own);
        else
            buf_printf(prompt, "%s", own);
        return;
    }
    size_t length = editor->partial.length;
    if (editor->partial.bytes[length - 1] == '\r') /* its LF is on the way */
        length--;
    visible_append(prompt, editor->partial.bytes, length);
    for (size_t i = 0; i < prompt->length; i++) {
        if (prompt->bytes[i] == '\t') /* readline takes it for one column */
            prompt->bytes[i] = ' ';
    }
}

/* How many columns are free behind the cursor; 0 when no hint belongs there. */
static size_t room_for_hint(const struct editor *editor) {
    if (!editor->colours || !editor_takes_commands(editor) || editor->partial.length > 0 ||
        rl_point != rl_end || RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG))
        return 0;
    for (int i = 0; i < rl_end; i++) {
        if (rl_line_buffer[i] < ' ' || rl_line_buffer[i] > '~') /* not one column wide */
            return 0;
    }
    int rows, columns;
    rl_get_screen_size(&rows, &columns);
    size_t used = strlen(editor->options->prompt) + (size_t)rl_end + 1;
    return (size_t)columns > used ? (size_t)columns - used : 0;
}

void editor_redisplay(void) {
    rl_redisplay();
    struct editor *editor = editor_now;
    size_t room = room_for_hint(editor);
    if (room == 0)
        return;
    struct buf hint;
    buf_init(&hint, 512);
    words_hint(editor->options->words, rl_line_buffer, &hint);
    size_t length = hint.length < room ? hint.length : room;
    if (length > 0) { /* and the cursor goes back */
        fprintf(rl_outstream, GREY "%.*s" PLAIN "\033[%zuD", (int)length, hint.bytes, length);
        fflush(rl_outstream);
        editor->hint_up = true;
    }
    buf_free(&hint);
}

void editor_erase_hint(struct editor *editor) {
    if (!editor->hint_up)
        return;
    fputs(CLEAR_BEHIND, rl_outstream);
    fflush(rl_outstream);
    editor->hint_up = false;
}

void editor_hide_line(struct editor *editor) {
    if (!editor->prompt_up)
        return;
    editor_erase_hint(editor);
    rl_clear_visible_line();
    fflush(rl_outstream);
}

void editor_show_line(struct editor *editor) {
    if (!editor->prompt_up)
        return;
    struct buf prompt;
    editor_make_prompt(editor, &prompt);
    rl_set_prompt(prompt.bytes != NULL ? prompt.bytes : "");
    buf_free(&prompt);
    rl_on_new_line();
    editor_redisplay();
}

int editor_write(struct editor *editor, const char *text, size_t count) {
    editor_hide_line(editor);
    bool written = count == 0 || (fwrite(text, 1, count, stdout) == count && fflush(stdout) == 0);
    editor_show_line(editor);
    return written ? 0 : -1;
}

void editor_remark(struct editor *editor, const char *text) {
    struct buf line;
    buf_init(&line, PROMPT_LIMIT);
    const char *before = editor->colours ? GREY : "";
    const char *behind = editor->colours ? PLAIN : "";
    buf_printf(&line, "%s  ", before);
    visible_append(&line, text, strlen(text));
    buf_printf(&line, "%s\n", behind);
    editor_write(editor, line.bytes, line.length);
    buf_free(&line);
}
