/* A message read back: header fields, encoded words, parameters, parts, bodies: shared/message. */
#include "message.h"
#include "target.h"
#include "utf8.h"
#include <string.h>

#define TEXT_LIMIT (1u << 20)

struct input {
    const char *bytes;
    size_t size;
    const struct message_part *message;
    unsigned parts;
};

static void lies_within(const struct input *input, const char *bytes, size_t length) {
    DEMAND(bytes >= input->bytes && length <= input->size);
    DEMAND((size_t)(bytes - input->bytes) <= input->size - length);
}

/* One line for a screen: UTF-8, and no control characters (C1 among them). */
static void is_a_line(const char *text, size_t length) {
    for (size_t i = 0, step; i < length; i += step) {
        step = utf8_length(text + i, length - i);
        unsigned char byte = (unsigned char)text[i];
        DEMAND(step > 0 && byte >= ' ' && byte != 127);
        DEMAND(byte != 0xc2 || (unsigned char)text[i + 1] >= 0xa0);
    }
}

static void read_fields(const struct input *input, const struct message_part *part) {
    static const char *const names[] = {"Subject", "From", "Content-Type", "Content-Disposition"};
    DEMAND(part->field_count <= MESSAGE_FIELD_LIMIT);
    for (size_t i = 0; i < part->field_count; i++) {
        lies_within(input, part->fields[i].name, part->fields[i].name_length);
        lies_within(input, part->fields[i].value, part->fields[i].value_length);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf text;
        buf_init(&text, TEXT_LIMIT);
        int found = message_field_append(part, names[i], &text);
        DEMAND(found == (message_field(part, names[i]) != NULL));
        is_a_line(text.bytes, text.length);
        buf_free(&text);
    }
}

static void read_body(const struct input *input, const struct message_part *part) {
    struct buf bytes, text;
    const char *flaw = "not said";
    buf_init(&bytes, TEXT_LIMIT);
    buf_init(&text, TEXT_LIMIT);
    lies_within(input, part->body, part->length);
    DEMAND(message_content(part, &bytes, &flaw) == 0 && bytes.length <= part->length);
    DEMAND(flaw == NULL || strcmp(flaw, "not said") != 0);
    DEMAND(message_text(part, &text, NULL) == 0);
    DEMAND(utf8_is_valid(text.bytes, text.length));
    buf_free(&bytes);
    buf_free(&text);
}

static int look(const struct message_part *part, const char *number, unsigned depth,
                void *context) {
    struct input *input = context;
    DEMAND(++input->parts <= MESSAGE_PART_LIMIT + 1 && depth <= MESSAGE_DEPTH_LIMIT);
    DEMAND(strlen(number) < MESSAGE_NUMBER_SIZE);
    DEMAND(*number == '\0' || message_find(input->message, number) == part);
    DEMAND(part->type != NULL && part->type[0] != '\0' && part->charset != NULL);
    DEMAND(part->filename == NULL || utf8_is_valid(part->filename, strlen(part->filename)));
    read_fields(input, part);
    read_body(input, part);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {.bytes = (const char *)data, .size = size};
    struct message_part *message = message_read(input.bytes, size, NULL);
    DEMAND(message != NULL);
    input.message = message;
    DEMAND(message_walk(message, look, &input) == 0 && input.parts > 0);
    message_free(message);
    return 0;
}
