/* The panel of a row. */
#include "escape.h"
#include "hex.h"
#include "page.h"
#include "quantity.h"
#include "step_words.h"
#include <string.h>

/* "frame 12, 1.174 ms, server to client, 35 octets, encrypted" */
static void put_facts(const struct dialogue_step *step, FILE *out) {
    size_t octets = step_octets(step, 0, 0, NULL);
    char number[QUANTITY_SIZE], time[QUANTITY_SIZE];

    if (step->first_frame != step->last_frame)
        fprintf(out, "frames %u to %u", step->first_frame, step->last_frame);
    else
        fprintf(out, "frame %u", step->last_frame);
    fprintf(out, ", %s, %s", quantity_time(step->time, time),
            step->side == DIALOGUE_CLIENT ? "client to server" : "server to client");
    if (octets > 0)
        fprintf(out, ", %s octet%s", quantity_count(octets, number), octets == 1 ? "" : "s");
    fputs(step->encrypted ? ", encrypted on the wire" : "", out);
}

static void put_step(const struct dialogue_step *step, size_t marked, const char *whose,
                     FILE *out) {
    char words[STEP_WORDS_SIZE];

    fputs("<div class=\"octets\"><p>", out);
    if (whose != NULL)
        fprintf(out, "<b>%s:</b> ", whose);
    put_facts(step, out);
    fputs("</p>\n", out);
    if (step_octets(step, 0, 0, NULL) > 0) {
        fputs("<pre tabindex=\"0\">", out);
        hex_dump(step, marked, out);
        fputs("</pre>", out);
    } else {
        const char *own = step_words(step, words);
        fprintf(out, "<p>%s</p>", own == NULL ? "no octets" : own);
    }
    fputs("</div>\n", out);
}

static size_t marked_in(const struct view_row *row) {
    for (size_t i = 0; i < row->difference_count; i++) {
        if (row->differences[i].has_byte)
            return row->differences[i].at;
    }
    return HEX_NO_MARK;
}

/* Up to the mark both say the same: then it shows what stands in that place of the reference. */
static bool is_common(const struct view_row *row, size_t marked) {
    const struct dialogue_step *mine = row->step[COMPARISON_MINE];
    const struct dialogue_step *reference = row->step[COMPARISON_REFERENCE];

    return marked != HEX_NO_MARK && mine != NULL && reference != NULL && mine->bytes != NULL &&
           reference->bytes != NULL && marked <= mine->length && marked <= reference->length &&
           memcmp(mine->bytes, reference->bytes, marked) == 0;
}

void page_octets(const struct view_row *row, bool two, FILE *out) {
    static const char *const whose[] = {"Yours", "The reference"};
    const size_t mark = marked_in(row);
    const size_t marks[] = {mark, is_common(row, mark) ? mark : HEX_NO_MARK};

    fputs("<div class=\"panel\">\n", out);
    for (int side = 0; side < 2; side++) {
        if (row->step[side] != NULL)
            put_step(row->step[side], marks[side], two ? whose[side] : NULL, out);
        else if (two)
            fprintf(out, "<div class=\"octets\"><p><b>%s:</b> nothing</p></div>\n", whose[side]);
    }
    fputs("</div>\n", out);
}
