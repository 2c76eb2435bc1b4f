#include "hex.h"
#include "escape.h"
#include "quantity.h"
#include "step_words.h"

static void put_octet(unsigned char octet, bool marked, FILE *out) {
    fprintf(out, marked ? "<mark>%02x</mark>" : "%02x", octet);
}

/* Each octet is a cell: those that are no printable ASCII have a dot in it. */
static void put_sign(unsigned char octet, bool marked, FILE *out) {
    const char byte = (char)octet;

    fputs(marked ? "<mark>" : "", out);
    fputs(octet >= 0x20 && octet < 0x7F ? escape_next(&byte, 1).text : "·", out);
    fputs(marked ? "</mark>" : "", out);
}

static void put_row(const struct dialogue_step *step, size_t start, size_t marked, FILE *out) {
    unsigned char octets[HEX_COLUMNS];
    size_t left = step_octets(step, start, HEX_COLUMNS, octets) - start;
    size_t count = left < HEX_COLUMNS ? left : HEX_COLUMNS;

    fprintf(out, "<i>%04zx</i> ", start);
    for (size_t i = 0; i < HEX_COLUMNS; i++) {
        fputs(i == HEX_COLUMNS / 2 ? "  " : " ", out);
        if (i < count)
            put_octet(octets[i], start + i == marked, out);
        else
            fputs("  ", out);
    }
    fputs("  <b>", out);
    for (size_t i = 0; i < count; i++)
        put_sign(octets[i], start + i == marked, out);
    fputs("</b>\n", out);
}

static void put_fold(size_t rows, FILE *out) {
    char number[QUANTITY_SIZE];

    fprintf(out, "<i>… %s octets are left out</i>\n",
            quantity_count((unsigned long long)rows * HEX_COLUMNS, number));
}

void hex_dump(const struct dialogue_step *step, size_t marked, FILE *out) {
    size_t length = step_octets(step, 0, 0, NULL);
    size_t rows = (length + HEX_COLUMNS - 1) / HEX_COLUMNS, folded = 0;

    for (size_t row = 0; row < rows; row++) {
        bool here = marked != HEX_NO_MARK && marked / HEX_COLUMNS == row;
        if (row < HEX_FIRST || row + HEX_LAST >= rows || here) {
            if (folded > 0)
                put_fold(folded, out);
            folded = 0;
            put_row(step, row * HEX_COLUMNS, marked, out);
        } else {
            folded++;
        }
    }
}
