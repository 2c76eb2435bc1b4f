/*
 * page: the parts of the page that drawing_page puts together. Part of drawing.
 */
#ifndef WIRE_PAGE_H
#define WIRE_PAGE_H

#include "view.h"

/* What stands around the ladders: how much there is; what is the matter with the recordings; the
   first divergence in words; what encryption did; what the signs mean; all differences. Each writes
   nothing when it has nothing to say. */
void page_summary(const struct view *view, FILE *out);
void page_problems(const struct view *view, FILE *out);
void page_first(const struct view *view, FILE *out);
void page_cost(const struct view *view, FILE *out);
void page_legend(const struct view *view, FILE *out);
void page_list(const struct view *view, FILE *out);

/* A conversation, or a pair: its ends, and the row for each step. */
void page_section(const struct view *view, const struct view_section *section, FILE *out);

/* The panel of a row: what its steps are, and their octets. */
void page_octets(const struct view_row *row, bool two, FILE *out);

/* A sign: "lock", "wrong", "allowed", "environment". It is drawn, and has no name of its own. */
void page_sign(const char *name, FILE *out);

/* One difference: its sign, its class, its sentence, its clause. */
void page_difference(const struct comparison_difference *difference, FILE *out);

#endif
