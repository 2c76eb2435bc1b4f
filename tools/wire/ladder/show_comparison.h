/*
 * show_comparison: all that a comparison found, for the eye: what is the matter with the
 * recordings, the ladders beside each other, the first divergence in words, the rest with class and
 * clause, what encryption cost, and a last line with the counts.
 */
#ifndef WIRE_SHOW_COMPARISON_H
#define WIRE_SHOW_COMPARISON_H

#include "compare.h"
#include "show.h"

/* `names` are those of the two files, by enum comparison_side. Without style->all what is alike is
   folded, and of very many differences the rest is only counted. */
void show_comparison(const struct comparison *comparison, const char *const names[2],
                     const struct show_style *style, FILE *out);

#endif
