#include "view.h"
#include "visible.h"
#include <string.h>

enum {
    LINE_LIMIT = 4 * MESSAGE_VALUE_LIMIT, /* a field, with its control characters made visible */
    NAME_WIDTH = 12,
};

/* Where it goes. The bufs are used again and again. */
struct view {
    FILE *out;
    struct buf decoded;
    struct buf visible;
};

/* What is in view->decoded, fit for a terminal. */
static const char *make_visible(struct view *view) {
    buf_clear(&view->visible);
    if (view->decoded.length == 0 ||
        visible_append(&view->visible, view->decoded.bytes, view->decoded.length) < 0)
        return view->decoded.length == 0 ? "" : "(too long)";
    return view->visible.bytes;
}

/* A word of the sender's, such as a type or a file name. */
static const char *word(struct view *view, const char *text) {
    buf_clear(&view->decoded);
    if (buf_append(&view->decoded, text, strlen(text)) < 0)
        return "(too long)";
    return make_visible(view);
}

static void show_field(struct view *view, const struct message_part *message, const char *name) {
    buf_clear(&view->decoded);
    int found = message_field_append(message, name, &view->decoded);
    if (found != 0)
        fprintf(view->out, "%s:%*s%s\n", name,
                strlen(name) + 1 < NAME_WIDTH ? (int)(NAME_WIDTH - strlen(name) - 1) : 1, "",
                found < 0 ? "(too long)" : make_visible(view));
}

static void show_all_fields(struct view *view, const struct message_part *message) {
    for (size_t i = 0; i < message->field_count; i++) {
        /* A message of one field: so that each of several with the same name is shown. */
        struct message_part only = {.fields = &message->fields[i], .field_count = 1};
        char name[80];
        snprintf(name, sizeof name, "%.*s", (int)message->fields[i].name_length,
                 message->fields[i].name);
        if (message->fields[i].name_length < sizeof name)
            show_field(view, &only, name);
    }
}

static void show_header(struct view *view, const struct message_part *message, bool all_fields) {
    static const char *const read_by_people[] = {"Date", "From", "Sender", "Reply-To",
                                                 "To",   "Cc",   "Subject"};
    if (all_fields) {
        show_all_fields(view, message);
        return;
    }
    for (size_t i = 0; i < sizeof read_by_people / sizeof read_by_people[0]; i++)
        show_field(view, message, read_by_people[i]);
}

static const char *const encodings[] = {[MESSAGE_IDENTITY] = "as it is",
                                        [MESSAGE_QUOTED_PRINTABLE] = "quoted-printable",
                                        [MESSAGE_BASE64] = "base64",
                                        [MESSAGE_UNKNOWN] = "unknown encoding"};

/* Its line in the tree. */
static int show_part(const struct message_part *part, const char *number, unsigned depth,
                     void *context) {
    struct view *view = context;
    fprintf(view->out, "%*s%-4s %s", (int)(2 * depth), "", number, word(view, part->type));
    if (part->charset[0] != '\0')
        fprintf(view->out, ", %s", word(view, part->charset));
    if (part->parts == NULL) {
        struct buf content;
        const char *flaw;
        buf_init(&content, part->length);
        if (message_content(part, &content, &flaw) < 0)
            return -1;
        fprintf(view->out, ", %s, %zu byte%s", encodings[part->encoding], content.length,
                content.length == 1 ? "" : "s");
        buf_free(&content);
        if (flaw != NULL)
            fprintf(view->out, " (%s)", flaw);
    }
    if (part->filename != NULL)
        fprintf(view->out, ", \"%s\"", word(view, part->filename));
    if (part->flaw != NULL)
        fprintf(view->out, " (%s)", part->flaw);
    putc('\n', view->out);
    return 0;
}

static int show_text(const struct message_part *part, const char *number, unsigned depth,
                     void *context) {
    struct view *view = context;
    (void)depth;
    if (!message_is(part, "text/") || message_is(part, "text/html") || part->attachment ||
        part->parts != NULL)
        return 0;
    buf_clear(&view->decoded);
    fprintf(view->out, "\n--- %s ---\n", number);
    /* The limit counts UTF-8: a text of the limit's size may still become too long. */
    if (part->length > VIEW_TEXT_LIMIT || message_text(part, &view->decoded, NULL) < 0) {
        fprintf(view->out, "(too long to be shown: --part %s writes it)\n", number);
        return 0;
    }
    const char *text = make_visible(view);
    size_t length = strlen(text);
    fprintf(view->out, "%s%s", text, length > 0 && text[length - 1] == '\n' ? "" : "\n");
    return 0;
}

int view_message(const struct message_part *message, bool all_fields, FILE *out,
                 struct failure *why) {
    struct view view = {.out = out};
    buf_init(&view.decoded, 4 * VIEW_TEXT_LIMIT);
    buf_init(&view.visible, 16 * VIEW_TEXT_LIMIT);
    show_header(&view, message, all_fields);
    putc('\n', out);
    int result = message_walk(message, show_part, &view);
    if (result == 0)
        result = message_walk(message, show_text, &view);
    buf_free(&view.decoded);
    buf_free(&view.visible);
    if (result < 0)
        return failure_set(why, "not enough memory");
    return fflush(out) != 0 || ferror(out) ? failure_set(why, "standard output takes no more") : 0;
}
