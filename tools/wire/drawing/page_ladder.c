/* The ladders of the page. */
#include "escape.h"
#include "host_name.h"
#include "page.h"
#include "quantity.h"
#include "step_words.h"
#include <string.h>

/* Characters of a line that its row shows; all of its octets are in its panel, in bounds. */
#define SAID_MOST 400

static void put_end(const struct dialogue *dialogue, int who, FILE *out) {
    char name[128];

    host_name(dialogue->host[who], name, sizeof name);
    fprintf(out, "<span class=\"end %s\">", who == DIALOGUE_CLIENT ? "client" : "server");
    if (name[0] != '\0') {
        fputs("<b>", out);
        escape_text(name, out);
        fputs("</b> ", out);
    }
    fputs("<span class=\"port\">", out);
    escape_text(dialogue->host[who], out);
    fprintf(out, " port %u</span></span>", dialogue->port[who]);
}

static void put_ends(const struct view_section *section, int side, FILE *out) {
    const struct dialogue *dialogue = section->dialogue[side];

    fputs("<div class=\"ends\">", out);
    if (dialogue == NULL) {
        fputs("<span class=\"end\">no such conversation</span>", out);
    } else {
        put_end(dialogue, DIALOGUE_CLIENT, out);
        put_end(dialogue, DIALOGUE_SERVER, out);
    }
    fputs("</div>\n", out);
}

/* The text of a step in its lane. */
static void put_said(const struct dialogue_step *step, FILE *out) {
    char words[STEP_WORDS_SIZE], number[QUANTITY_SIZE];
    const char *own = step_words(step, words), *ending = step_ending(step);

    fprintf(out, "<span class=\"sr\">%s: </span>",
            step->side == DIALOGUE_CLIENT ? "client" : "server");
    if (step->encrypted) {
        page_sign("lock", out);
        fputs("<span class=\"sr\">encrypted: </span>", out);
    }
    if (own != NULL) {
        fprintf(out, "<span class=\"own\">%s</span>", own);
        return;
    }
    if (step->length == 0)
        fputs("<span class=\"own\">(an empty line)</span>", out);
    fputs("<code>", out);
    size_t shown = escape_bytes(step->bytes, step->length, SAID_MOST, "<i>", "</i>", out);
    fputs("</code>", out);
    if (shown < step->length)
        fprintf(out, " <span class=\"own\">… %s more octets</span>",
                quantity_count(step->length - shown, number));
    if (ending != NULL)
        fprintf(out, " <span class=\"ending\">%s</span>", ending);
}

static const char *ghost_words(int side) {
    return side == COMPARISON_MINE ? "not in yours" : "not in the reference";
}

static void put_lane(const struct view_row *row, int side, bool two, FILE *out) {
    const struct dialogue_step *step = row->step[side];
    char time[QUANTITY_SIZE];

    if (step == NULL) {
        fprintf(out,
                "<span class=\"frame side-%d\"></span><span class=\"lane ghost side-%d\"><span "
                "class=\"own\">%s</span></span>",
                side, side, ghost_words(side));
        return;
    }
    fprintf(out, "<span class=\"frame side-%d\">", side);
    if (row->begins[side]) {
        fprintf(out, "<span class=\"sr\">frame </span>%u", step->last_frame);
        if (!two)
            fprintf(out, "<span class=\"time\">%s<span class=\"sr\"> ms</span></span>",
                    quantity_milliseconds(step->time, time));
    }
    fprintf(out, "</span><span class=\"lane %s %s%s%s%s side-%d\">",
            step->side == DIALOGUE_CLIENT ? "client" : "server", step_class(step),
            row->begins[side] ? " begins" : "", row->ends[side] ? " arrow" : "",
            step->encrypted ? " encrypted" : "", side);
    fputs("<span class=\"text\">", out);
    put_said(step, out);
    fputs("</span></span>", out);
}

static void put_class(const struct view_row *row, FILE *out) {
    const char *name = comparison_class_name(row->class);

    fputs("<span class=\"class\">", out);
    if (row->class != COMPARISON_SAME) {
        page_sign(name, out);
        fputs(name, out);
    }
    fputs("</span>", out);
}

static bool is_first(const struct view *view, const struct view_row *row) {
    const struct comparison_difference *first = view->first;

    return first != NULL && first >= row->differences &&
           first < row->differences + row->difference_count;
}

/* What is only environment does not speak before it is asked: it stands in the panel. */
static void put_whys(const struct view_row *row, bool environment, FILE *out) {
    for (size_t i = 0; i < row->difference_count; i++) {
        const struct comparison_difference *difference = &row->differences[i];
        if ((difference->class <= COMPARISON_ENVIRONMENT) != environment)
            continue;
        fprintf(out, "<p class=\"why %s\">", comparison_class_name(difference->class));
        page_difference(difference, out);
        fputs("</p>\n", out);
    }
}

static void put_row(const struct view *view, const struct view_section *section,
                    const struct view_row *row, FILE *out) {
    bool first = row->difference_count > 0 && is_first(view, row);

    fprintf(out, "<li class=\"row %s%s\" id=\"row-%zu-%zu\"><details%s>\n<summary>",
            comparison_class_name(row->class), first ? " first" : "", section->pair, row->number,
            first ? " open" : "");
    put_lane(row, COMPARISON_MINE, view->two, out);
    if (view->two) {
        put_class(row, out);
        put_lane(row, COMPARISON_REFERENCE, view->two, out);
    }
    fputs("</summary>\n", out);
    page_octets(row, view->two, out);
    put_whys(row, true, out);
    fputs("</details>\n", out);
    put_whys(row, false, out);
    fputs("</li>\n", out);
}

static void put_fold(const struct view_row *row, FILE *out) {
    char number[QUANTITY_SIZE];

    fprintf(out, "<li class=\"fold\">… %s more steps</li>\n", quantity_count(row->folded, number));
}

static void put_heading(const struct view *view, const struct view_section *section, FILE *out) {
    const struct dialogue *dialogue = section->dialogue[COMPARISON_MINE];

    if (view->section_count + view->left_out < 2)
        fputs("<h2 class=\"sr\">The dialogue</h2>\n", out);
    else if (dialogue != NULL)
        fprintf(out, "<h2>Conversation %zu <small>tcp.stream == %d</small></h2>\n",
                section->pair + 1, dialogue->stream);
    else
        fprintf(out, "<h2>Conversation %zu</h2>\n", section->pair + 1);
}

void page_section(const struct view *view, const struct view_section *section, FILE *out) {
    fputs("<section class=\"ladder\">\n", out);
    put_heading(view, section, out);
    fputs("<div class=\"heads\">\n", out);
    if (!view->two)
        fputs(
            "<span class=\"units\" aria-hidden=\"true\"><span>ms</span><span>frame</span></span>\n",
            out);
    for (int side = 0; side < (view->two ? 2 : 1); side++) {
        fputs("<div class=\"head\">", out);
        if (view->two)
            fprintf(out, "<h3>%s</h3>\n", side == COMPARISON_MINE ? "Yours" : "The reference");
        put_ends(section, side, out);
        fputs("</div>\n", out);
    }
    fputs("</div>\n<ol class=\"steps\">\n", out);
    for (size_t i = 0; i < section->row_count; i++) {
        const struct view_row *row = &section->rows[i];
        if (row->folded > 0)
            put_fold(row, out);
        else
            put_row(view, section, row, out);
    }
    fputs("</ol>\n</section>\n", out);
}
