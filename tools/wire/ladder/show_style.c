#include "show_style.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int bounded(int width) {
    if (width < SHOW_WIDTH_LEAST)
        return SHOW_WIDTH_LEAST;
    return width > SHOW_WIDTH_MOST ? SHOW_WIDTH_MOST : width;
}

static bool wants_colour(void) {
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (refused != NULL && *refused != '\0') /* no-color.org: any value but an empty one */
        return false;
    return terminal == NULL || strcmp(terminal, "dumb") != 0;
}

void show_style_for(FILE *out, struct show_style *style) {
    int fd = fileno(out);
    struct winsize size;

    *style = (struct show_style){.width = SHOW_WIDTH_STANDARD};
    if (fd < 0 || !isatty(fd))
        return;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style->width = bounded(size.ws_col);
    style->colour = wants_colour();
    style->unicode = setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int show_style_change(struct show_style *style, const struct show_wishes *wishes,
                      struct failure *why) {
    if (wishes->width > 0)
        style->width = (int)wishes->width;
    if (wishes->plain)
        style->colour = style->unicode = false;
    if (!wishes->unicode)
        return 0;
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL && setlocale(LC_CTYPE, "C.utf8") == NULL &&
        setlocale(LC_CTYPE, "en_US.UTF-8") == NULL)
        return failure_set(why, "--unicode: this system has no UTF-8 locale");
    style->unicode = true;
    return 0;
}

/* From the terminal's own sixteen colours, so that they fit its background. */
static const char *const colours[ROLE_COUNT] = {
    [ROLE_PLAIN] = "",          [ROLE_QUIET] = "\033[90m",     [ROLE_HEAD] = "\033[1m",
    [ROLE_CLIENT] = "\033[36m", [ROLE_SERVER] = "\033[32m",    [ROLE_MESSAGE] = "\033[33m",
    [ROLE_TLS] = "\033[35m",    [ROLE_WARNING] = "\033[1;33m", [ROLE_BAD] = "\033[1;31m",
};

const char *style_begin(const struct show_style *style, enum role role) {
    return style->colour ? colours[role] : "";
}

const char *style_end(const struct show_style *style, enum role role) {
    return style->colour && colours[role][0] != '\0' ? "\033[0m" : "";
}

const struct signs *style_signs(const struct show_style *style) {
    static const struct signs unicode = {"→", "←", "│", "─", "┼", "🔒", "↪ "};
    static const struct signs ascii = {">", "<", "|", "-", "+", "# ", "+ "};

    return style->unicode ? &unicode : &ascii;
}
