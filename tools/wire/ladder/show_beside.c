#include "show_beside.h"
#include "show_cell.h"
#include "show_style.h"
#include "show_text.h"
#include <stdlib.h>
#include <string.h>

enum {
    /* What is drawn of a stretch that is alike, at each end of it. */
    CONTEXT = 3,
    ROWS_MOST = 120, /* without --all */
    SIGN_WIDTH = 2,
};

struct view {
    const struct comparison *comparison;
    const struct comparison_pair *pair;
    size_t index;
    const struct show_style *style;
    FILE *out;
    int frame_width;
    int lock_width;
    int column[2]; /* the width of each */
    int text[2];   /* what is left in it for text */
    size_t next;   /* of the differences: the next that may be of this row */
};

const char *show_class_sign(enum comparison_class class, const struct show_style *style) {
    static const char *const unicode[] = {" ", "·", "≈", "✗"}, *const ascii[] = {" ", ".", "~",
                                                                                 "!"};
    return style->unicode ? unicode[class] : ascii[class];
}

static enum role role_of_class(enum comparison_class class) {
    static const enum role roles[] = {ROLE_PLAIN, ROLE_QUIET, ROLE_WARNING, ROLE_BAD};

    return roles[class];
}

static void in_role(const struct view *view, enum role role, const char *text) {
    fprintf(view->out, "%s%s%s", style_begin(view->style, role), text,
            style_end(view->style, role));
}

static void fill_cell(const struct view *view, const struct comparison_row *row,
                      enum comparison_side side, size_t at, struct cell *cell) {
    const struct dialogue_step *step = row->step[side];
    const struct signs *signs = style_signs(view->style);

    *cell = (struct cell){.arrow = ""};
    if (step == NULL) {
        bool lacks = side == COMPARISON_MINE && row->class == COMPARISON_WRONG;
        cell_words(cell, lacks ? "(missing)" : "(nothing)", lacks ? ROLE_BAD : ROLE_QUIET);
        return;
    }
    cell->frame = step->last_frame;
    cell->lock = step->encrypted;
    cell->side = step->side;
    cell->arrow = step->side == DIALOGUE_CLIENT ? signs->right : signs->left;
    cell_step(cell, step, view->style, view->text[side], at);
}

/* Line number `number` of a cell, filled up to its width if something stands behind it. */
static void put_cell(const struct view *view, const struct cell *cell, int side, size_t number,
                     bool fill) {
    int used = view->frame_width + 2 + view->lock_width + 3;
    bool first = number == 0;

    if (number >= cell->count) {
        fprintf(view->out, "%*s", fill ? view->column[side] : 0, "");
        return;
    }
    const struct line *line = &cell->lines[number];
    if (first && cell->frame > 0)
        fprintf(view->out, "%s%*u%s  ", style_begin(view->style, ROLE_QUIET), view->frame_width,
                cell->frame, style_end(view->style, ROLE_QUIET));
    else
        fprintf(view->out, "%*s", view->frame_width + 2, "");
    if (view->lock_width > 0) {
        if (first && cell->lock)
            in_role(view, ROLE_TLS, style_signs(view->style)->lock);
        fprintf(view->out, "%*s", view->lock_width - (first && cell->lock ? 2 : 0), "");
    }
    if (first && *cell->arrow != '\0') {
        bool right = cell->side == DIALOGUE_CLIENT;
        const char *rule = style_signs(view->style)->rule;
        fprintf(view->out, "%s%s%s%s ", style_begin(view->style, right ? ROLE_CLIENT : ROLE_SERVER),
                right ? rule : cell->arrow, right ? cell->arrow : rule,
                style_end(view->style, right ? ROLE_CLIENT : ROLE_SERVER));
    } else {
        fputs("   ", view->out);
    }
    in_role(view, line->role, line->text);
    used += line->columns;
    if (fill)
        fprintf(view->out, "%*s", view->column[side] > used ? view->column[side] - used : 0, "");
}

static void put_row(struct view *view, const struct comparison_row *row, size_t at) {
    struct cell cell[2];

    for (int side = 0; side < 2; side++)
        fill_cell(view, row, (enum comparison_side)side, side == COMPARISON_MINE ? at : SIZE_MAX,
                  &cell[side]);
    size_t lines = cell[0].count > cell[1].count ? cell[0].count : cell[1].count;
    for (size_t i = 0; i < lines; i++) {
        in_role(view, role_of_class(row->class),
                i == 0 ? show_class_sign(row->class, view->style) : " ");
        fputc(' ', view->out);
        put_cell(view, &cell[0], 0, i, true);
        in_role(view, ROLE_QUIET, style_signs(view->style)->rail);
        if (i < cell[1].count) {
            fputc(' ', view->out);
            put_cell(view, &cell[1], 1, i, false);
        }
        fputc('\n', view->out);
    }
    cell_free(&cell[0]);
    cell_free(&cell[1]);
}

/* The byte that the first difference of this row points to. */
static size_t byte_of(struct view *view, size_t row) {
    const struct comparison *comparison = view->comparison;
    size_t found = SIZE_MAX;

    for (size_t i = view->next; i < comparison->difference_count; i++) {
        const struct comparison_difference *difference = &comparison->differences[i];
        if (difference->pair > view->index ||
            (difference->pair == view->index && difference->row > row))
            break;
        view->next = i + 1;
        if (difference->pair == view->index && difference->row == row && difference->has_byte &&
            difference->class == view->pair->rows[row].class && found == SIZE_MAX)
            found = difference->at;
    }
    return found;
}

/* What a stretch of rows has in common, so that it may be folded. */
enum stretch {
    STRETCH_NONE,
    STRETCH_ALIKE,
    STRETCH_MINE,      /* only mine has them */
    STRETCH_REFERENCE, /* only the reference has them */
};

static enum stretch stretch_of(const struct comparison_row *row) {
    if (row->step[COMPARISON_MINE] == NULL)
        return STRETCH_REFERENCE;
    if (row->step[COMPARISON_REFERENCE] == NULL)
        return STRETCH_MINE;
    return row->class == COMPARISON_SAME || row->class == COMPARISON_ENVIRONMENT ? STRETCH_ALIKE
                                                                                 : STRETCH_NONE;
}

/* The end of the stretch that begins at `first`. */
static size_t stretch_end(const struct comparison_pair *pair, size_t first) {
    enum stretch stretch = stretch_of(&pair->rows[first]);
    size_t end = first + 1;

    while (end < pair->row_count && stretch != STRETCH_NONE &&
           stretch_of(&pair->rows[end]) == stretch &&
           (stretch == STRETCH_ALIKE || pair->rows[end].class == pair->rows[first].class))
        end++;
    return end;
}

static void put_folded(const struct view *view, size_t count, const char *what) {
    char words[96], number[32];

    snprintf(words, sizeof words, "... %s more rows, %s ...", show_number(count, number), what);
    int before = SIGN_WIDTH + view->column[0] - (int)strlen(words) / 2;
    fprintf(view->out, "%*s", before > 0 ? before : 0, "");
    in_role(view, ROLE_QUIET, words);
    fputc('\n', view->out);
}

static void put_rows(struct view *view) {
    static const char *const words[] = {
        [STRETCH_NONE] = "",
        [STRETCH_ALIKE] = "alike",
        [STRETCH_MINE] = "only in yours",
        [STRETCH_REFERENCE] = "only in the reference",
    };
    const struct comparison_pair *pair = view->pair;
    size_t drawn = 0;

    for (size_t i = 0, until; i < pair->row_count; i = until) {
        until = stretch_end(pair, i);
        bool fold = until - i > 2 * CONTEXT + 1 && !view->style->all;
        for (size_t row = i; row < until; row++) {
            if (fold && row == i + CONTEXT) {
                put_folded(view, until - i - 2 * CONTEXT, words[stretch_of(&pair->rows[i])]);
                row = until - CONTEXT;
            }
            if (drawn++ == ROWS_MOST && !view->style->all) {
                put_folded(view, pair->row_count - row, "--all shows them");
                return;
            }
            put_row(view, &pair->rows[row], byte_of(view, row));
        }
    }
}

static void put_heading_row(const struct view *view, enum role role, const char *const words[2]) {
    fprintf(view->out, "%*s", SIGN_WIDTH, "");
    for (int side = 0; side < 2; side++) {
        /* The end of a long name tells more than its beginning. */
        size_t length = strlen(words[side]), room = (size_t)view->column[side] - 1;
        const char *text = length > room ? words[side] + (length - room) : words[side];
        in_role(view, role, text);
        if (side == 0) {
            fprintf(view->out, "%*s", view->column[0] - (int)strlen(text), "");
            in_role(view, ROLE_QUIET, style_signs(view->style)->rail);
            fputc(' ', view->out);
        }
    }
    fputc('\n', view->out);
}

static void put_heading(const struct view *view, const char *const names[2]) {
    const struct signs *signs = style_signs(view->style);
    char ends[2][160];
    const char *lines[2];

    for (int side = 0; side < 2; side++) {
        const struct dialogue *dialogue = view->pair->dialogue[side];
        snprintf(ends[side], sizeof ends[side], "stream %d, %s port %u", dialogue->stream,
                 dialogue->host[DIALOGUE_SERVER], dialogue->port[DIALOGUE_SERVER]);
        lines[side] = ends[side];
    }
    put_heading_row(view, ROLE_HEAD, names);
    put_heading_row(view, ROLE_PLAIN, lines);
    fputs(style_begin(view->style, ROLE_QUIET), view->out);
    for (int i = 0; i < SIGN_WIDTH + view->column[0]; i++)
        fputs(signs->rule, view->out);
    fputs(signs->cross, view->out);
    for (int i = 0; i < view->column[1] + 1; i++)
        fputs(signs->rule, view->out);
    fprintf(view->out, "%s\n", style_end(view->style, ROLE_QUIET));
}

static void measure(struct view *view) {
    unsigned last = 0;
    char text[32];

    for (size_t i = 0; i < view->pair->row_count; i++) {
        for (int side = 0; side < 2; side++) {
            const struct dialogue_step *step = view->pair->rows[i].step[side];
            if (step == NULL)
                continue;
            last = step->last_frame > last ? step->last_frame : last;
            if (step->encrypted)
                view->lock_width = 3;
        }
    }
    view->frame_width = snprintf(text, sizeof text, "%u", last);
    int rest = view->style->width - SIGN_WIDTH - 2; /* the rail and a blank */
    int before = view->frame_width + 2 + view->lock_width + 3;
    for (int side = 0; side < 2; side++) {
        view->column[side] = rest / 2;
        view->text[side] = rest / 2 - before - (side == 0 ? 1 : 0);
    }
}

void show_beside(const struct comparison *comparison, size_t pair, const char *const names[2],
                 const struct show_style *style, FILE *out) {
    struct view view = {
        .comparison = comparison,
        .pair = &comparison->pairs[pair],
        .index = pair,
        .style = style,
        .out = out,
    };

    if (view.pair->dialogue[0] == NULL || view.pair->dialogue[1] == NULL)
        return;
    measure(&view);
    put_heading(&view, names);
    put_rows(&view);
}
