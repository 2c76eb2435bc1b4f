#include "show_cell.h"
#include "show_text.h"
#include <stdlib.h>
#include <string.h>

enum {
    /* One step takes no more lines than these, without style->all; and no more in any case. */
    LINES_MOST = 3,
    LINES_EVER = 2000,
    LINE_BYTES = 4096,
};

/* Without memory the drawing has a line less. */
static void add_line(struct cell *cell, const char *text, int columns, enum role role) {
    struct line *lines = reallocarray(cell->lines, cell->count + 1, sizeof *lines);

    if (lines == NULL)
        return;
    cell->lines = lines;
    lines[cell->count] = (struct line){strdup(text), columns, role};
    cell->count += lines[cell->count].text != NULL ? 1 : 0;
}

void cell_free(struct cell *cell) {
    for (size_t i = 0; i < cell->count; i++)
        free(cell->lines[i].text);
    free(cell->lines);
}

/* The caret under byte `at` of a line that shows bytes[from] … */
static void add_caret(struct cell *cell, const struct show_style *style,
                      const struct dialogue_step *step, size_t from, size_t at) {
    struct buf text;
    size_t position = from;
    int columns = 0;

    buf_init(&text, LINE_BYTES);
    if (at > from)
        columns = show_text_row(step->bytes, at, &position, LINE_BYTES / 8, style->unicode, &text);
    buf_clear(&text);
    for (int i = 0; i < columns; i++)
        buf_append(&text, " ", 1);
    if (buf_append(&text, "^", 1) == 0)
        add_line(cell, text.bytes, columns + 1, ROLE_BAD);
    buf_free(&text);
}

static const char *mark_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_BYTES || step->ending == DIALOGUE_CRLF)
        return "";
    return step->ending == DIALOGUE_LF ? " <LF>" : " <no line end>";
}

static enum role role_of_step(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_MESSAGE)
        return ROLE_MESSAGE;
    return step->side == DIALOGUE_CLIENT ? ROLE_CLIENT : ROLE_SERVER;
}

/* `at`: SIZE_MAX when no byte is marked. */
static void add_bytes(struct cell *cell, const struct dialogue_step *step,
                      const struct show_style *style, int width, size_t at) {
    size_t most = style->all ? LINES_EVER : LINES_MOST, position = 0;
    const char *mark = mark_of(step);
    struct buf text;
    bool more = true;

    buf_init(&text, LINE_BYTES);
    while (more && cell->count < most + 1) {
        size_t from = position;
        buf_clear(&text);
        buf_append(&text, "", 0);
        int columns = step->length > position ? show_text_row(step->bytes, step->length, &position,
                                                              width, style->unicode, &text)
                                              : 0;
        more = position < step->length;
        if (!more && *mark != '\0') {
            buf_append(&text, mark, strlen(mark));
            columns += (int)strlen(mark);
        }
        add_line(cell, text.bytes != NULL ? text.bytes : "", columns, role_of_step(step));
        if (at >= from && (at < position || (!more && at != SIZE_MAX))) {
            add_caret(cell, style, step, from, at > step->length ? step->length : at);
            at = SIZE_MAX;
        }
    }
    buf_free(&text);
    if (more) {
        char words[64], number[32];
        int columns = snprintf(words, sizeof words, "... %s more octets",
                               show_number(step->length - position, number));
        add_line(cell, words, columns, ROLE_QUIET);
    }
}

void cell_words(struct cell *cell, const char *words, enum role role) {
    add_line(cell, words, (int)strlen(words), role);
}

void cell_step(struct cell *cell, const struct dialogue_step *step, const struct show_style *style,
               int width, size_t at) {
    static const char *const words[] = {
        [DIALOGUE_CONNECT] = "connects (SYN)",   [DIALOGUE_REFUSED] = "refuses (RST)",
        [DIALOGUE_NO_ANSWER] = "SYN, no answer", [DIALOGUE_CLOSE] = "closes (FIN)",
        [DIALOGUE_RESET] = "breaks off (RST)",   [DIALOGUE_GAP] = "(octets not recorded)",
    };
    char tls[64], spare[DIALOGUE_NAME_SIZE];

    switch (step->kind) {
    case DIALOGUE_LINE:
    case DIALOGUE_MESSAGE:
    case DIALOGUE_BYTES:
        add_bytes(cell, step, style, width, at);
        return;
    case DIALOGUE_TLS:
        snprintf(tls, sizeof tls, "TLS %s", dialogue_tls_name(step, spare));
        cell_words(cell, tls, ROLE_TLS);
        return;
    default:
        cell_words(cell, words[step->kind], ROLE_QUIET);
        return;
    }
}
