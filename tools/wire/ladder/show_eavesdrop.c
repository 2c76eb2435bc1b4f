/* What can be read on the way, without any key. */
#include "credentials.h"
#include "host_name.h"
#include "show.h"
#include "show_style.h"
#include "show_text.h"
#include "text.h"
#include <string.h>

#define INDENT      2
/* A stretch longer than this is cut in the middle, unless all is asked for. */
#define LINES_MOST  40
#define LINES_FIRST 30

static void put_line(const char *line, size_t length, enum role role,
                     const struct show_style *style, FILE *out) {
    struct buf text;
    size_t position = 0;

    buf_init(&text, 4 * SHOW_WIDTH_MOST * 4);
    do {
        buf_clear(&text);
        if (length > 0)
            show_text_row(line, length, &position, style->width - INDENT, style->unicode, &text);
        fprintf(out, "%*s%s%s%s\n", text.length > 0 ? INDENT : 0, "", style_begin(style, role),
                text.length > 0 ? text.bytes : "", style_end(style, role));
    } while (position < length && style->all);
    if (position < length) {
        char number[32];
        fprintf(out, "%*s%s... %s more octets%s\n", INDENT, "", style_begin(style, ROLE_QUIET),
                show_number(length - position, number), style_end(style, ROLE_QUIET));
    }
    buf_free(&text);
}

/* The next line of the clear bytes, without its ending; moves *position behind it. */
static size_t next_line(const struct dialogue_bytes *bytes, size_t *position) {
    const char *start = bytes->bytes + *position;
    size_t left = bytes->clear - *position;
    const char *newline = memchr(start, '\n', left);
    size_t length = newline == NULL ? left : (size_t)(newline - start);

    *position += newline == NULL ? left : length + 1;
    if (length > 0 && start[length - 1] == '\r')
        length--;
    return length;
}

static size_t count_lines(const struct dialogue_bytes *bytes) {
    size_t count = 0;

    for (size_t position = 0; position < bytes->clear; count++)
        next_line(bytes, &position);
    return count;
}

static void put_clear(const struct dialogue_bytes *bytes, enum role role,
                      const struct show_style *style, FILE *out) {
    size_t lines = count_lines(bytes), position = 0;
    bool cut = lines > LINES_MOST && !style->all;
    char number[32];

    for (size_t line = 0; line < lines; line++) {
        size_t start = position, length = next_line(bytes, &position);
        if (cut && line == LINES_FIRST)
            fprintf(out, "%*s%s... %s more lines%s\n", INDENT, "", style_begin(style, ROLE_QUIET),
                    show_number(lines - LINES_MOST, number), style_end(style, ROLE_QUIET));
        if (!cut || line < LINES_FIRST || line >= lines - (LINES_MOST - LINES_FIRST))
            put_line(bytes->bytes + start, length, role, style, out);
    }
}

static void put_end(const struct dialogue *dialogue, int side, const struct show_style *style,
                    FILE *out) {
    const struct dialogue_bytes *bytes = &dialogue->side[side];
    char name[128], clear[32], encrypted[32];

    host_name(dialogue->host[side], name, sizeof name);
    if (strcmp(dialogue->host[0], dialogue->host[1]) == 0)
        name[0] = '\0';
    fprintf(out, "%s%s%s%s port %u%s: %s octets in clear", style_begin(style, ROLE_HEAD), name,
            name[0] != '\0' ? ", " : "", dialogue->host[side], dialogue->port[side],
            style_end(style, ROLE_HEAD), show_number(bytes->clear, clear));
    if (bytes->sent > bytes->clear)
        fprintf(out, ", %s octets encrypted", show_number(bytes->sent - bytes->clear, encrypted));
    fputs("\n\n", out);
    put_clear(bytes, side == DIALOGUE_CLIENT ? ROLE_CLIENT : ROLE_SERVER, style, out);
    fputc('\n', out);
}

static void put_quoted(const struct buf *bytes, FILE *out) {
    struct buf text;

    buf_init(&text, 4 * bytes->length + 1);
    if (bytes->length > 0 && text_printable(bytes->bytes, bytes->length, &text, NULL) == 0)
        fputs(text.bytes, out);
    buf_wipe(&text);
}

/* Who said in clear who he is, and his password. */
static void put_logins(const struct dialogue *dialogue, const struct show_style *style, FILE *out) {
    struct credentials credentials;
    size_t position = 0;

    while (credentials_next(dialogue, &position, &credentials) > 0) {
        fprintf(out, "%s%s:%s user ", style_begin(style, ROLE_BAD), credentials.how,
                style_end(style, ROLE_BAD));
        put_quoted(&credentials.user, out);
        fputs(", password ", out);
        put_quoted(&credentials.password, out);
        fprintf(out, "%s\n\n", credentials.base64 ? " (base64, decoded)" : "");
        credentials_free(&credentials);
    }
}

void show_eavesdrop(const struct dialogue *dialogue, const struct show_style *style, FILE *out) {
    put_end(dialogue, DIALOGUE_CLIENT, style, out);
    put_logins(dialogue, style, out);
    put_end(dialogue, DIALOGUE_SERVER, style, out);
}
