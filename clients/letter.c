/*
 * letter FILE…: stored messages, readable. It needs neither a host nor a port, so it is a program
 * of its own and no option of smtp's; what fetches mail can use its parts (view.h, save.h).
 */
#include "complain.h"
#include "options.h"
#include "save.h"
#include "view.h"
#include "visible.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "letter [options] FILE…\n"
    "\n"
    "Shows stored messages, such as those in a mailbox: the header decoded, the parts as a tree,\n"
    "the text. FILE - is standard input. Control characters are shown by their values.\n"
    "\n"
    "OPTIONS\n"
    "\n"
    "Exit status: 0 all was done, 1 it was not, 2 wrong use.\n";

#define MESSAGE_LIMIT ((size_t)256 << 20)

struct settings {
    bool all_fields;
    const char *part;      /* NULL: the message is shown */
    const char *directory; /* NULL: nothing is saved */
};

static int take_header(void *into, const char *value, struct failure *why) {
    (void)value, (void)why;
    ((struct settings *)into)->all_fields = true;
    return 0;
}

static int take_part(void *into, const char *value, struct failure *why) {
    (void)why;
    ((struct settings *)into)->part = value;
    return 0;
}

static int take_directory(void *into, const char *value, struct failure *why) {
    (void)why;
    ((struct settings *)into)->directory = value;
    return 0;
}

static const struct option_row rows[] = {
    {"header", NULL, "shows all fields of the header", take_header},
    {"part", "NUMBER", "writes this part, decoded, to standard output, and nothing else",
     take_part},
    {"save", "DIRECTORY",
     "writes the attachments into it, under harmless names; no file that\nis there is replaced",
     take_directory},
    {NULL, NULL, NULL, NULL},
};

static int read_file(const char *path, struct buf *bytes, struct failure *why) {
    bool standard_input = strcmp(path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    char some[16384];
    size_t count;
    int result = 0;
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    while (result == 0 && (count = fread(some, 1, sizeof some, file)) > 0)
        if (buf_append(bytes, some, count) < 0)
            result = failure_set(why, "%s: larger than %zu MiB", path, MESSAGE_LIMIT >> 20);
    if (result == 0 && ferror(file))
        result = failure_system(why, errno, "%s", path);
    if (!standard_input)
        fclose(file);
    return result;
}

/* A part's content: as it is for a file or a pipe, made visible for a terminal. */
static int write_part(const struct message_part *message, const char *number, struct failure *why) {
    const struct message_part *part = message_find(message, number);
    const char *flaw;
    struct buf content, visible;
    if (part == NULL)
        return failure_set(why, "there is no part %s", number);
    buf_init(&content, part->length);
    buf_init(&visible, 4 * part->length);
    int result = message_content(part, &content, &flaw);
    bool terminal = isatty(STDOUT_FILENO);
    if (result == 0 && terminal && content.length > 0)
        result = visible_append(&visible, content.bytes, content.length);
    const struct buf *out = terminal ? &visible : &content;
    if (result < 0)
        failure_set(why, "not enough memory");
    else if (fwrite(out->length > 0 ? out->bytes : "", 1, out->length, stdout) != out->length ||
             fflush(stdout) != 0)
        result = failure_system(why, errno, "standard output");
    if (result == 0 && flaw != NULL)
        complain("letter", "part %s: %s", number, flaw);
    buf_free(&content);
    buf_free(&visible);
    return result;
}

static void report(const char *number, const char *name, size_t length, void *context) {
    const char *directory = context;
    printf("part %s: %s/%s, %zu byte%s\n", number, directory, name, length, length == 1 ? "" : "s");
}

static int show(const struct settings *settings, const char *file, struct failure *why) {
    struct buf bytes;
    buf_init(&bytes, MESSAGE_LIMIT);
    int result = read_file(file, &bytes, why);
    struct message_part *message =
        result < 0 ? NULL : message_read(bytes.length > 0 ? bytes.bytes : "", bytes.length, why);
    if (message == NULL)
        result = -1;
    else if (settings->part != NULL)
        result = write_part(message, settings->part, why);
    else
        result = view_message(message, settings->all_fields, stdout, why);
    if (result == 0 && settings->directory != NULL)
        result = save_attachments(message, settings->directory, report,
                                  (void *)(uintptr_t)settings->directory, why);
    message_free(message);
    buf_free(&bytes);
    return result;
}

int main(int argc, char **argv) {
    struct settings settings = {0};
    const struct option_group groups[] = {{rows, &settings}, {NULL, NULL}};
    int first;
    int status = options_parse("letter", help, groups, argc, argv, &first);
    if (status >= 0)
        return status;
    if (first == argc)
        return complain_misuse("letter", "needs a FILE");
    for (int i = first; i < argc; i++) {
        struct failure why;
        if (argc - first > 1 && settings.part == NULL)
            printf("%s=== %s ===\n", i > first ? "\n" : "", argv[i]);
        if (show(&settings, argv[i], &why) == 0)
            continue;
        complain("letter", "%s", why.text);
        status = EXIT_FAILED;
    }
    return status < 0 ? EXIT_SUCCESS : status;
}
