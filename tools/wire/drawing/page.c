/* The page as a whole: its head, and what stands in which order. */
#include "page.h"
#include "buf.h"
#include "escape.h"
#include "files.h"
#include "quantity.h"

#define STYLE_FILE  KIT_SOURCE_DIR "/tools/wire/drawing/page.css"
#define STYLE_LIMIT (64 << 10)
/* Nothing may be loaded, sent or run: all that the page is made of is in it. */
static const char policy[] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                             "form-action 'none'";

/* Drawn once, used by their names. Shapes differ, not only colours. */
static const char signs[] =
    "<svg class=\"signs\" aria-hidden=\"true\" focusable=\"false\">\n"
    "<symbol id=\"sign-lock\" viewBox=\"0 0 16 16\"><path d=\"M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7Zm2 "
    "0h4V5"
    "a2 2 0 0 0-4 0Z\"/></symbol>\n"
    "<symbol id=\"sign-wrong\" viewBox=\"0 0 16 16\"><path d=\"M1 1h14v14H1Zm4 2.2L3.2 5l3 3-3 3L5 "
    "12.8l3-3 3 3 1.8-1.8-3-3 3-3L11 3.2l-3 3Z\" fill-rule=\"evenodd\"/></symbol>\n"
    "<symbol id=\"sign-allowed\" viewBox=\"0 0 16 16\"><path d=\"M8 1.5 14.5 8 8 14.5 1.5 8Z\" "
    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/></symbol>\n"
    "<symbol id=\"sign-environment\" viewBox=\"0 0 16 16\"><path d=\"M2 7q3-3.4 6 0t6 0M2 11q3-3.4 "
    "6 "
    "0t6 0\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/></symbol>\n"
    "</svg>\n";

void page_sign(const char *name, FILE *out) {
    fprintf(out, "<svg class=\"sign\" aria-hidden=\"true\"><use href=\"#sign-%s\"/></svg>", name);
}

static const char *name_of(const struct view *view, int side) {
    return view->drawing->capture[side].name;
}

static void put_title(const struct view *view, FILE *out) {
    escape_text(name_of(view, COMPARISON_MINE), out);
    if (view->drawing->comparison != NULL) {
        fputs(" beside ", out);
        escape_text(name_of(view, COMPARISON_REFERENCE), out);
    }
}

static int put_head(const struct view *view, FILE *out, struct failure *why) {
    struct buf style;

    buf_init(&style, STYLE_LIMIT);
    if (files_read(STYLE_FILE, &style, why) < 0) {
        buf_free(&style);
        return -1;
    }
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
            policy);
    put_title(view, out);
    fputs("</title>\n<style>\n", out);
    fwrite(style.bytes, 1, style.length, out);
    fprintf(out, "</style>\n</head>\n<body class=\"%s\">\n%s", view->two ? "two" : "one", signs);
    buf_free(&style);
    return 0;
}

static void put_sections(const struct view *view, FILE *out) {
    char number[QUANTITY_SIZE];

    for (size_t i = 0; i < view->section_count; i++)
        page_section(view, &view->sections[i], out);
    if (view->section_count == 0)
        fputs("<p>There is no TCP connection in it.</p>\n", out);
    if (view->left_out > 0)
        fprintf(out, "<p class=\"fold\">%s more conversations are left out.</p>\n",
                quantity_count(view->left_out, number));
}

int drawing_page(const struct drawing *drawing, FILE *out, struct failure *why) {
    struct view view;
    int status = view_make(drawing, &view, why);

    if (status == 0)
        status = put_head(&view, out, why);
    if (status == 0) {
        fputs("<header>\n<h1>", out);
        put_title(&view, out);
        fputs("</h1>\n", out);
        page_summary(&view, out);
        fputs("</header>\n<main>\n", out);
        page_problems(&view, out);
        page_first(&view, out);
        page_cost(&view, out);
        page_legend(&view, out);
        put_sections(&view, out);
        page_list(&view, out);
        fputs("</main>\n</body>\n</html>\n", out);
    }
    view_free(&view);
    return status;
}
