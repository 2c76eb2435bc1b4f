/* A row of the picture: a step, or two beside each other. */
#include "escape.h"
#include "picture.h"
#include "quantity.h"
#include "step_words.h"
#include <stdlib.h>

/* Lines that the bytes of a step take before the rest is only counted. */
#define LINES_MOST 3
/* Octets that the tooltip of a row shows. */
#define TIP_MOST   32
/* Under the last step of a frame: its arrow. */
#define ARROW      11
#define INSET      12

/* Writes up to LINES_MOST lines of a step's bytes. Returns how many lines it took. */
static int put_bytes(const struct picture *picture, const struct dialogue_step *step, int x, int y,
                     int columns) {
    const char *ending = step_ending(step);
    char number[QUANTITY_SIZE];
    size_t at = 0;
    int line = 0;

    for (; line < LINES_MOST && at < step->length; line++) {
        int used = 0;
        fprintf(picture->out, "<text class=\"mono\" x=\"%d\" y=\"%d\">", x, y + line * PICTURE_ROW);
        while (at < step->length) {
            struct glyph glyph = escape_next(step->bytes + at, step->length - at);
            if (used > 0 && used + glyph.columns > columns)
                break;
            fputs(glyph.text, picture->out);
            used += glyph.columns;
            at += glyph.bytes;
        }
        if (ending != NULL && at == step->length)
            fprintf(picture->out, "<tspan class=\"ending\">  [%s]</tspan>", ending);
        fputs("</text>\n", picture->out);
    }
    if (at == step->length)
        return line;
    fprintf(picture->out, "<text class=\"own\" x=\"%d\" y=\"%d\">… %s more octets</text>\n", x,
            y + line * PICTURE_ROW, quantity_count(step->length - at, number));
    return line + 1;
}

/* What a step says; the height that it takes. */
static int put_said(const struct picture *picture, const struct dialogue_step *step,
                    const struct picture_column *column, int y) {
    int x = column->left + INSET + (step->side == DIALOGUE_SERVER ? column->indent : 0);
    int lines = 1;
    char words[STEP_WORDS_SIZE];
    const char *own = step_words(step, words);

    if (step->encrypted) {
        picture_sign(picture, "lock", x, y - 11);
        x += 18;
    }
    if (own == NULL && step->length == 0)
        own = step_ending(step) == NULL ? "(an empty line)" : "(an empty line: LF only)";
    if (own != NULL)
        fprintf(picture->out, "<text class=\"own\" x=\"%d\" y=\"%d\">%s</text>\n", x, y, own);
    else
        lines = put_bytes(picture, step, x, y, (int)((column->right - x - INSET) / PICTURE_MONO));
    return lines * PICTURE_ROW;
}

static void put_arrow(const struct picture *picture, const struct dialogue_step *step,
                      const struct picture_column *column, int y) {
    bool right = step->side == DIALOGUE_CLIENT;
    int head = right ? column->right - 1 : column->left + 1, back = right ? -9 : 9;

    fprintf(picture->out, "<path class=\"shaft\" d=\"M%d %dH%d\"/>\n", column->left, y,
            column->right);
    if (step->encrypted)
        fprintf(picture->out, "<path class=\"shaft\" d=\"M%d %dH%d\"/>\n", column->left, y + 3,
                column->right);
    fprintf(picture->out, "<path d=\"M%d %dl%d-4v8Z\"/>\n", head, y + (step->encrypted ? 1 : 0),
            back);
}

static void put_numbers(const struct picture *picture, const struct dialogue_step *step,
                        const struct picture_column *column, int y) {
    char time[QUANTITY_SIZE];

    fprintf(picture->out, "<text class=\"mono number\" x=\"%d\" y=\"%d\">%u</text>\n",
            column->number, y, step->last_frame);
    if (column->time > 0)
        fprintf(picture->out, "<text class=\"mono quiet\" x=\"%d\" y=\"%d\">%s</text>\n",
                column->time, y, quantity_milliseconds(step->time, time));
}

/* What a pointer at the row is told: its first octets. */
static void put_tip(const struct picture *picture, const struct dialogue_step *step) {
    unsigned char octets[TIP_MOST];
    char number[QUANTITY_SIZE];
    size_t length = step_octets(step, 0, TIP_MOST, octets);

    fprintf(picture->out, "<title>frame %u, %s, %s%s octets", step->last_frame,
            step->side == DIALOGUE_CLIENT ? "client to server" : "server to client",
            step->encrypted ? "encrypted, " : "", quantity_count(length, number));
    for (size_t i = 0; i < length && i < TIP_MOST; i++)
        fprintf(picture->out, "%s%02x", i == 0 ? ": " : " ", octets[i]);
    fprintf(picture->out, "%s</title>\n", length > TIP_MOST ? " …" : "");
}

/* A step in its column; the height that it takes. */
static int put_step(const struct picture *picture, const struct view_row *row, int side) {
    const struct picture_column *column = &picture->column[side];
    const struct dialogue_step *step = row->step[side];
    int height = 2;

    if (step == NULL) {
        fprintf(picture->out,
                "<rect class=\"ghost\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\"/>\n"
                "<text class=\"own small middle\" x=\"%d\" y=\"%d\">%s</text>\n",
                column->left + INSET, picture->y + 4, column->right - column->left - 2 * INSET,
                (column->left + column->right) / 2, picture->y + 17,
                side == COMPARISON_MINE ? "not in yours" : "not in the reference");
        return 26;
    }
    fprintf(picture->out, "<g class=\"%s %s\">\n",
            step->side == DIALOGUE_CLIENT ? "client" : "server", step_class(step));
    put_tip(picture, step);
    if (row->begins[side]) {
        height += 3;
        put_numbers(picture, step, column, picture->y + height + 13);
    }
    height += put_said(picture, step, column, picture->y + height + 13);
    if (row->ends[side]) {
        height += ARROW;
        put_arrow(picture, step, column, picture->y + height - 6);
    }
    fputs("</g>\n", picture->out);
    return height;
}

static void put_rails(const struct picture *picture, const struct view_row *row, int height) {
    for (int side = 0; side < (picture->view->two ? 2 : 1); side++) {
        const struct picture_column *column = &picture->column[side];
        fprintf(picture->out, "<path class=\"rail%s\" d=\"M%d %dv%dM%d %dv%d\"/>\n",
                row->folded == 0 && row->step[side] == NULL ? " missing" : "", column->left,
                picture->y, height, column->right, picture->y, height);
    }
}

static void put_class(const struct picture *picture, const struct view_row *row) {
    const char *name = comparison_class_name(row->class);

    if (!picture->view->two || row->class == COMPARISON_SAME)
        return;
    picture_sign(picture, name, picture->sign, picture->y + 7);
    fprintf(picture->out, "<text class=\"%s word\" x=\"%d\" y=\"%d\">%s</text>\n", name,
            picture->sign + 18, picture->y + 18, name);
}

/* What differs in this row, in words; not what is only environment. */
static void put_whys(struct picture *picture, const struct view_row *row) {
    int x = picture->column[0].left + INSET;

    for (size_t i = 0; i < row->difference_count; i++) {
        const struct comparison_difference *difference = &row->differences[i];
        if (difference->class <= COMPARISON_ENVIRONMENT)
            continue;
        picture_words(picture, x, picture->width - x - PICTURE_MARGIN, "why", difference->sentence);
        picture_words(picture, x, picture->width - x, "quiet small", difference->clause);
        picture->y += 6;
    }
}

static void put_content(struct picture *picture, const struct view_row *row) {
    int height = 0;

    for (int side = 0; side < (picture->view->two ? 2 : 1); side++) {
        int taken = put_step(picture, row, side);
        height = taken > height ? taken : height;
    }
    put_rails(picture, row, height);
    put_class(picture, row);
    picture->y += height;
    put_whys(picture, row);
}

/* The tint lies under the content, whose height is known when it is drawn. */
void picture_row(struct picture *picture, const struct view_row *row) {
    FILE *out = picture->out;
    char *content = NULL;
    size_t length = 0;
    int top = picture->y;
    FILE *memory = open_memstream(&content, &length);

    if (memory == NULL) {
        picture->failed = true;
        return;
    }
    picture->out = memory;
    put_content(picture, row);
    picture->out = out;
    picture->failed |= fclose(memory) != 0;
    fprintf(out, "<g class=\"row %s\">\n", comparison_class_name(row->class));
    if (row->class != COMPARISON_SAME)
        fprintf(out,
                "<rect class=\"tint\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n"
                "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\"/>\n",
                PICTURE_MARGIN - 8, top, picture->width - 2 * PICTURE_MARGIN + 16, picture->y - top,
                PICTURE_MARGIN - 12, top, picture->y - top);
    fwrite(content, 1, length, out);
    fputs("</g>\n", out);
    free(content);
}
