#include "verdict_print.h"
#include "verdict.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    WIDTH_LEAST = 60,
    WIDTH_MOST = 120, /* wider, and nobody finds the points that belong to a name */
    FIELD_INDENT = 4,
    LABEL_COLUMNS = 11,
    TEXT_LIMIT = 1 << 16,
};

static int width_of(int file) {
    struct winsize size;
    if (ioctl(file, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    if (size.ws_col < WIDTH_LEAST)
        return WIDTH_LEAST;
    return size.ws_col > WIDTH_MOST ? WIDTH_MOST : size.ws_col;
}

void verdict_style_for(FILE *out, struct verdict_style *style) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool is_terminal = isatty(fileno(out));
    bool smart = is_terminal && terminal != NULL && strcmp(terminal, "dumb") != 0;
    setlocale(LC_CTYPE, "");
    *style = (struct verdict_style){
        .colour = smart && (no_colour == NULL || *no_colour == '\0'),
        .unicode = smart && strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .width = is_terminal ? width_of(fileno(out)) : 0,
    };
}

const char *verdict_bold(const struct verdict_style *style) {
    return style->colour ? "\033[1m" : "";
}

const char *verdict_quiet(const struct verdict_style *style) {
    return style->colour ? "\033[2m" : "";
}

const char *verdict_green(const struct verdict_style *style) {
    return style->colour ? "\033[32m" : "";
}

const char *verdict_plain(const struct verdict_style *style) {
    return style->colour ? "\033[0m" : "";
}

/* What plain text has instead of the signs that wire itself writes. */
static const struct {
    const char *sign;
    const char *plain;
} plain_signs[] = {{"→", "->"}, {"§", "section "}, {"…", "..."}, {"–", "-"}};

/* Copies a text, in the signs that can be shown. */
static void copy_signs(const char *text, const struct verdict_style *style, struct buf *copy) {
    while (*text != '\0') {
        size_t taken = 1;
        const char *plain = NULL;
        for (size_t i = 0; !style->unicode && i < sizeof plain_signs / sizeof plain_signs[0]; i++) {
            size_t length = strlen(plain_signs[i].sign);
            if (strncmp(text, plain_signs[i].sign, length) != 0)
                continue;
            plain = plain_signs[i].plain;
            taken = length;
        }
        if (buf_append(copy, plain != NULL ? plain : text, plain != NULL ? strlen(plain) : 1) < 0)
            return;
        text += taken;
    }
}

static int columns_of(const char *text, size_t length) {
    int columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

/* How many bytes of `text` go into so many columns: up to a blank, or to the end of a word that is
   wider than all of them. */
static size_t line_length(const char *text, int columns) {
    size_t length = 0;
    for (size_t end = 0; text[end] != '\0';) {
        end += strspn(text + end, " ");
        end += strcspn(text + end, " ");
        if (length > 0 && columns_of(text, end) > columns)
            break;
        length = end;
    }
    return length;
}

/* Prints the first line of what is left, and returns what is then left; NULL: nothing. `room`: 0
   for any width. */
static const char *print_line(const char *text, int room, int *columns, FILE *out) {
    size_t length = room > 0 ? line_length(text, room) : strlen(text);
    fwrite(text, 1, length, out);
    *columns = columns_of(text, length);
    text += length;
    text += strspn(text, " ");
    return *text == '\0' ? NULL : text;
}

void verdict_print_wrapped(const char *words, int indent, int width,
                           const struct verdict_style *style, FILE *out) {
    struct buf copy;
    int columns;
    buf_init(&copy, TEXT_LIMIT);
    copy_signs(words, style, &copy);
    for (const char *rest = copy.length > 0 ? copy.bytes : NULL; rest != NULL;) {
        rest = print_line(rest, width > indent ? width - indent : 0, &columns, out);
        if (rest != NULL)
            fprintf(out, "\n%*s", indent, "");
    }
    putc('\n', out);
    buf_free(&copy);
}

void verdict_print_bar(long earned, long points, int columns, const struct verdict_style *style,
                       FILE *out) {
    long full = points > 0 ? earned * columns / points : 0;
    if (earned > 0 && full == 0)
        full = 1;
    fputs(verdict_green(style), out);
    for (int i = 0; i < columns; i++) {
        if (i == full)
            fputs(verdict_plain(style), out);
        fputs(i < full ? (style->unicode ? "█" : "#") : (style->unicode ? "░" : "."), out);
    }
    fputs(verdict_plain(style), out);
}

static void print_label(const char *label, const struct verdict_style *style, FILE *out) {
    fprintf(out, "%*s%s%-*s%s", FIELD_INDENT, "", verdict_quiet(style), LABEL_COLUMNS, label,
            verdict_plain(style));
}

/* Copies a line, cut to so many columns (0: as it is). */
static void copy_cut(const char *line, int room, const struct verdict_style *style,
                     struct buf *copy) {
    copy_signs(line, style, copy);
    if (room <= 0 || columns_of(copy->bytes, copy->length) <= room)
        return;
    const char *dots = style->unicode ? "…" : "...";
    size_t length = copy->length;
    while (columns_of(copy->bytes, length) > room - columns_of(dots, strlen(dots)))
        length--;
    while (length > 0 && ((unsigned char)copy->bytes[length] & 0xC0) == 0x80)
        length--; /* not within a character */
    copy->length = length;
    buf_append(copy, dots, strlen(dots));
}

/* Several lines: a caret in one points at the line above. They are not wrapped but cut, unless that
   would leave the caret alone. */
static void print_lines(const char *label, const char *text, const struct verdict_style *style,
                        FILE *out) {
    int room = style->width - FIELD_INDENT - LABEL_COLUMNS;
    const char *caret = strstr(text, "\n ");
    if (style->width == 0 || (caret != NULL && (int)strspn(caret + 1, " ") >= room - 4))
        room = 0;
    for (const char *line = text, *end; line != NULL; line = end == NULL ? NULL : end + 1) {
        end = strchr(line, '\n');
        struct buf copy;
        char *single = end == NULL ? strdup(line) : strndup(line, (size_t)(end - line));
        buf_init(&copy, TEXT_LIMIT);
        if (single != NULL && *single != '\0')
            copy_cut(single, room, style, &copy);
        print_label(line == text ? label : "", style, out);
        fprintf(out, "%s\n", copy.length > 0 ? copy.bytes : "");
        buf_free(&copy);
        free(single);
    }
}

/* "    expected   text". */
static void print_field(const char *label, const char *text, const struct verdict_style *style,
                        FILE *out) {
    if (strchr(text, '\n') != NULL) {
        print_lines(label, text, style, out);
        return;
    }
    print_label(label, style, out);
    verdict_print_wrapped(text, FIELD_INDENT + LABEL_COLUMNS, style->width, style, out);
}

/* How an outcome begins its line. */
static const struct {
    const char *outcome, *unicode, *plain, *colour;
} marks[] = {
    {"held", "✓", "+", "\033[32m"},
    {"skipped", "–", "-", "\033[33m"},
    {"failed", "✗", "x", "\033[1;31m"},
};

void verdict_print_mark(const char *outcome, const struct verdict_style *style, FILE *out) {
    size_t i = 0;
    while (i + 1 < sizeof marks / sizeof marks[0] && strcmp(marks[i].outcome, outcome) != 0)
        i++;
    fprintf(out, "%s%s%s", style->colour ? marks[i].colour : "",
            style->unicode ? marks[i].unicode : marks[i].plain, verdict_plain(style));
}

/* "x 03 name   words      0/2": the points at the terminal's right edge, words wrapped before
   them. */
void verdict_print_line(const struct fields *verdict, const struct verdict_style *style, int names,
                        FILE *out) {
    char points[50];
    struct buf copy;
    int indent = 5 + names + 2, columns = 0;
    int amount = snprintf(points, sizeof points, "%ld/%ld", fields_number(verdict, "earned"),
                          fields_number(verdict, "points"));
    int room = style->width - indent - amount - 2;
    room = style->width > 0 && room > 20 ? room : 0;
    verdict_print_mark(fields_get(verdict, "outcome"), style, out);
    fprintf(out, " %02ld %-*s  ", fields_number(verdict, "number"), names,
            fields_get(verdict, "check"));
    buf_init(&copy, TEXT_LIMIT);
    copy_signs(fields_get(verdict, "says"), style, &copy);
    const char *rest = print_line(copy.length > 0 ? copy.bytes : "", room, &columns, out);
    fprintf(out, "%*s%s\n", room > columns ? room - columns + 2 : 2, "", points);
    while (rest != NULL) {
        fprintf(out, "%*s", indent, "");
        rest = print_line(rest, room, &columns, out);
        putc('\n', out);
    }
    buf_free(&copy);
}

/* The capture, and a display filter, which is not broken: it is there to be copied. */
static void print_look(const struct fields *verdict, const struct verdict_style *style, FILE *out) {
    static const char between[] = ", display filter";
    const char *capture = fields_get(verdict, "capture"), *filter = fields_get(verdict, "filter");
    if (capture == NULL)
        return;
    print_label("look", style, out);
    fprintf(out, "%s", capture);
    if (filter != NULL) {
        size_t columns =
            FIELD_INDENT + LABEL_COLUMNS + strlen(capture) + strlen(between) + 2 + strlen(filter);
        bool fits = style->width == 0 || columns <= (size_t)style->width;
        fprintf(out, "%s%s%*s%s", between, fits ? "" : "\n",
                fits ? 2 : FIELD_INDENT + LABEL_COLUMNS, "", filter);
    }
    putc('\n', out);
}

static void print_all_of(const char *key, const struct fields *verdict,
                         const struct verdict_style *style, FILE *out) {
    for (size_t i = 0; i < verdict->count; i++)
        if (strcmp(verdict->list[i].key, key) == 0)
            print_field(key, verdict->list[i].value, style, out);
}

/* "    again      ./kit check 3 stuffing" */
static void print_command(const char *label, const char *command, const struct fields *verdict,
                          const struct verdict_style *style, FILE *out) {
    print_label(label, style, out);
    fprintf(out, "./kit %s %ld %s\n", command, fields_number(verdict, "number"),
            fields_get(verdict, "check"));
}

void verdict_print(const struct fields *verdict, const struct verdict_style *style, int names,
                   FILE *out) {
    verdict_print_line(verdict, style, names, out);
    if (style->answers)
        print_all_of("right", verdict, style, out);
    if (verdict_held(verdict))
        return;
    if (fields_get(verdict, "needs") != NULL) {
        char words[100];
        snprintf(words, sizeof words, "%s first: without it this one cannot hold",
                 fields_get(verdict, "needs"));
        print_field("skipped", words, style, out);
        return;
    }
    const char *run = fields_get(verdict, "run");
    if (run != NULL && strcmp(run, "main") != 0)
        print_field("run", run, style, out);
    print_all_of("expected", verdict, style, out);
    print_all_of("got", verdict, style, out);
    print_all_of("note", verdict, style, out);
    print_all_of("why", verdict, style, out);
    print_look(verdict, style, out);
    print_all_of("code", verdict, style, out);
    if (fields_get(verdict, "hint") != NULL)
        print_command("hint", "hint", verdict, style, out);
    print_command("again", "check", verdict, style, out);
}
