/*
 * show_paragraph: our own sentences, broken into rows.
 */
#ifndef WIRE_SHOW_PARAGRAPH_H
#define WIRE_SHOW_PARAGRAPH_H

#include "show.h"

/*
 * Writes text of ours (UTF-8, one paragraph) in rows of the style's width, indented by `indent`
 * blanks. Without style->unicode "§", "…" and the like are written in ASCII.
 */
void show_paragraph(const char *text, int indent, const struct show_style *style, FILE *out);

#endif
