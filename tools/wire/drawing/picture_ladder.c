/* The ladders of the picture. */
#include "escape.h"
#include "host_name.h"
#include "picture.h"
#include "quantity.h"

static void put_end(const struct picture *picture, const struct dialogue *dialogue, int who,
                    const struct picture_column *column) {
    const char *class = who == DIALOGUE_CLIENT ? "client" : "server end";
    int x = who == DIALOGUE_CLIENT ? column->left : column->right;
    char name[128];

    host_name(dialogue->host[who], name, sizeof name);
    fprintf(picture->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, picture->y);
    escape_text(name[0] != '\0' ? name : dialogue->host[who], picture->out);
    fprintf(picture->out, "</text>\n<text class=\"%s small\" x=\"%d\" y=\"%d\">", class, x,
            picture->y + 16);
    escape_text(name[0] != '\0' ? dialogue->host[who] : "", picture->out);
    fprintf(picture->out, " port %u</text>\n", dialogue->port[who]);
}

static void put_heads(struct picture *picture, const struct view_section *section) {
    picture->y += 48;
    for (int side = 0; side < (picture->view->two ? 2 : 1); side++) {
        const struct picture_column *column = &picture->column[side];
        if (picture->view->two)
            fprintf(picture->out, "<text class=\"own\" x=\"%d\" y=\"%d\">%s</text>\n", column->left,
                    picture->y - 20, side == COMPARISON_MINE ? "Yours" : "The reference");
        for (int who = 0; section->dialogue[side] != NULL && who < 2; who++)
            put_end(picture, section->dialogue[side], who, column);
        if (column->time > 0)
            fprintf(picture->out,
                    "<text class=\"units\" x=\"%d\" y=\"%d\">ms</text>\n"
                    "<text class=\"units end\" x=\"%d\" y=\"%d\">frame</text>\n",
                    column->time, picture->y + 16, column->number, picture->y + 16);
    }
    picture->y += 24;
    fprintf(picture->out, "<path class=\"rule\" d=\"M%d %dH%d\"/>\n", PICTURE_MARGIN, picture->y,
            picture->width - PICTURE_MARGIN);
}

static void put_fold(struct picture *picture, const struct view_row *row) {
    char text[64], number[QUANTITY_SIZE];

    snprintf(text, sizeof text, "… %s more steps", quantity_count(row->folded, number));
    picture->y += 4;
    picture_words(picture, picture->column[0].left + 12, picture->width, "own", text);
    picture->y += 10;
}

void picture_section(struct picture *picture, const struct view_section *section) {
    put_heads(picture, section);
    for (size_t i = 0; i < section->row_count; i++) {
        if (section->rows[i].folded > 0)
            put_fold(picture, &section->rows[i]);
        else
            picture_row(picture, &section->rows[i]);
    }
}
