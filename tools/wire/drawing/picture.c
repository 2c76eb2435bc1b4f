/* The picture as a whole: what stands in which order, and the file around it. */
#include "picture.h"
#include "buf.h"
#include "escape.h"
#include "files.h"
#include "quantity.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STYLE_FILE  KIT_SOURCE_DIR "/tools/wire/drawing/picture.css"
#define STYLE_LIMIT (64 << 10)

static const struct picture one_column = {
    .width = 980,
    .column = {{.number = 116, .time = 28, .left = 128, .right = 952, .indent = 300}}};
static const struct picture two_columns = {
    .width = 1400,
    .column = {{.number = 60, .left = 70, .right = 620, .indent = 130},
               {.number = 812, .left = 822, .right = 1372, .indent = 130}},
    .sign = 636};

/* How much of `text` fits into so many columns: up to a blank if there is one. */
static size_t fitting(const char *text, size_t length, int columns) {
    size_t at = 0, blank = 0;

    for (int used = 0; at < length;) {
        struct glyph glyph = escape_next(text + at, length - at);
        if (used > 0 && used + glyph.columns > columns)
            return blank > 0 ? blank : at;
        used += glyph.columns;
        at += glyph.bytes;
        if (text[at - 1] == ' ')
            blank = at;
    }
    return length;
}

void picture_words(struct picture *picture, int x, int width, const char *class, const char *text) {
    size_t length = text == NULL ? 0 : strlen(text);
    int columns = (int)(width / PICTURE_SERIF);

    while (length > 0) {
        size_t count = fitting(text, length, columns);
        picture->y += PICTURE_ROW;
        fprintf(picture->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, picture->y);
        escape_bytes(text, count, count, "", "", picture->out);
        fputs("</text>\n", picture->out);
        text += count;
        length -= count;
    }
}

void picture_sign(const struct picture *picture, const char *name, int x, int y) {
    static const struct {
        const char *name, *path;
    } signs[] = {
        {"lock", "M3 6V4a3 3 0 0 1 6 0v2h1v6H2V6Zm1.5 0h3V4a1.5 1.5 0 0 0-3 0Z"},
        {"wrong", "M0 0h12v12H0Zm3 1.6L1.6 3l3 3-3 3L3 10.4l3-3 3 3L10.4 9l-3-3 3-3L9 1.6l-3 3Z"},
        {"allowed", "M6 0.5 11.5 6 6 11.5 0.5 6Z"},
        {"environment", "M0 5q3-3.4 6 0t6 0M0 9q3-3.4 6 0t6 0"},
    };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (strcmp(signs[i].name, name) == 0)
            fprintf(picture->out,
                    "<path class=\"%s sign\" fill-rule=\"evenodd\" transform=\"translate(%d %d)\" "
                    "d=\"%s\"/>\n",
                    name, x, y, signs[i].path);
    }
}

static void put_names(const struct view *view, FILE *out) {
    escape_text(view->drawing->capture[COMPARISON_MINE].name, out);
    if (view->drawing->comparison != NULL) {
        fputs(" beside ", out);
        escape_text(view->drawing->capture[COMPARISON_REFERENCE].name, out);
    }
}

static void put_title(struct picture *picture) {
    picture->y += 52;
    fprintf(picture->out, "<text class=\"title\" x=\"%d\" y=\"%d\">", PICTURE_MARGIN, picture->y);
    put_names(picture->view, picture->out);
    fputs("</text>\n", picture->out);
    picture->y += 6;
}

/* What is the matter with the recordings, and where they part. */
static void put_notes(struct picture *picture) {
    const struct comparison *comparison = picture->view->drawing->comparison;
    const struct comparison_difference *first = picture->view->first;
    int width = picture->width - 2 * PICTURE_MARGIN;

    if (picture->view->drawing->capture[COMPARISON_MINE].damage != NULL)
        picture_words(picture, PICTURE_MARGIN, width, "note", "The capture's file breaks off.");
    for (size_t i = 0; comparison != NULL && i < comparison->problem_count; i++) {
        picture_words(picture, PICTURE_MARGIN, width, "note", comparison->problems[i].sentence);
        picture_words(picture, PICTURE_MARGIN, width, "note quiet", comparison->problems[i].remedy);
    }
    if (first != NULL) {
        picture->y += 6;
        picture_sign(picture, "wrong", PICTURE_MARGIN, picture->y + PICTURE_ROW - 11);
        picture_words(picture, PICTURE_MARGIN + 20, width - 20, "why", first->sentence);
    }
}

static void put_body(struct picture *picture) {
    const struct view *view = picture->view;
    char text[80], number[QUANTITY_SIZE];

    put_title(picture);
    put_notes(picture);
    for (size_t i = 0; i < view->section_count; i++)
        picture_section(picture, &view->sections[i]);
    if (view->left_out > 0) {
        snprintf(text, sizeof text, "… %s more conversations are left out.",
                 quantity_count(view->left_out, number));
        picture_words(picture, PICTURE_MARGIN, picture->width, "own", text);
    }
    picture->y += PICTURE_MARGIN;
}

static void put_head(const struct picture *picture, const struct buf *style, FILE *out) {
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
            picture->width, picture->y, picture->width, picture->y);
    put_names(picture->view, out);
    fputs(
        "</title>\n<desc id=\"desc\">What was said on the wire, step by step. At the left of each "
        "ladder is the client, at the right the server; time runs down.</desc>\n<style>\n",
        out);
    fwrite(style->bytes, 1, style->length, out);
    fprintf(out, "</style>\n<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", picture->width,
            picture->y);
}

/* How high the picture is turns out while it is drawn, and stands in its first line. */
static int put_picture(const struct view *view, const struct buf *style, FILE *out,
                       struct failure *why) {
    struct picture picture = view->two ? two_columns : one_column;
    char *body = NULL;
    size_t length = 0;

    picture.view = view;
    picture.out = open_memstream(&body, &length);
    if (picture.out == NULL)
        return failure_system(why, errno, "the picture");
    put_body(&picture);
    if (fclose(picture.out) != 0 || picture.failed) {
        free(body);
        return failure_system(why, ENOMEM, "the picture");
    }
    put_head(&picture, style, out);
    fwrite(body, 1, length, out);
    fputs("</svg>\n", out);
    free(body);
    return 0;
}

int drawing_picture(const struct drawing *drawing, FILE *out, struct failure *why) {
    struct view view;
    struct buf style;
    int status = view_make(drawing, &view, why);

    buf_init(&style, STYLE_LIMIT);
    if (status == 0)
        status = files_read(STYLE_FILE, &style, why);
    if (status == 0)
        status = put_picture(&view, &style, out, why);
    buf_free(&style);
    view_free(&view);
    return status;
}
