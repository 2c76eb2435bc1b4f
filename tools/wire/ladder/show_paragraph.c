#include "show_paragraph.h"
#include "show_text.h"
#include <string.h>

#define PARAGRAPH_LIMIT (1U << 16)
#define ROW_BYTES       4096

/* What our own sentences hold beyond ASCII. */
static void spell_in_ascii(const char *text, struct buf *out) {
    static const struct {
        const char *sign, *spelled;
    } signs[] = {{"§", "section "}, {"…", "..."}, {"‹", "<"}, {"›", ">"},
                 {"→", "->"},       {"–", "-"},   {"·", "-"}};

    while (*text != '\0') {
        size_t i = 0;
        while (i < sizeof signs / sizeof *signs &&
               strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
            i++;
        if (i < sizeof signs / sizeof *signs) {
            buf_append(out, signs[i].spelled, strlen(signs[i].spelled));
            text += strlen(signs[i].sign);
        } else {
            buf_append(out, text++, 1);
        }
    }
}

void show_paragraph(const char *text, int indent, const struct show_style *style, FILE *out) {
    struct buf words, row;
    size_t position = 0;

    buf_init(&words, PARAGRAPH_LIMIT);
    buf_init(&row, ROW_BYTES);
    if (style->unicode)
        buf_append(&words, text, strlen(text));
    else
        spell_in_ascii(text, &words);
    while (position < words.length) {
        buf_clear(&row);
        show_text_row(words.bytes, words.length, &position, style->width - indent, style->unicode,
                      &row);
        fprintf(out, "%*s%s\n", indent, "", row.bytes != NULL ? row.bytes : "");
    }
    buf_free(&words);
    buf_free(&row);
}
