/* The header of a message or part: fields, and what those called Content-… say. */
#include "encoded_words.h"
#include "message_inside.h"
#include "parameter.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void message_set_flaw(struct message_part *part, const char *words) {
    if (part->flaw == NULL)
        part->flaw = words;
}

size_t message_line(const char *text, size_t length, size_t *content) {
    const char *end = length > 0 ? memchr(text, '\n', length) : NULL;
    size_t line = end == NULL ? length : (size_t)(end - text) + 1;
    *content = end == NULL ? line : line - 1;
    if (*content > 0 && text[*content - 1] == '\r')
        --*content;
    return line;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* How long the name of the field in this line is (RFC 5322 §2.2, with blanks in front of the colon
   as §4.5 allows), and where its colon is; 0: the line is no field. */
static size_t name_length(const char *line, size_t length, size_t *colon) {
    size_t name = 0;
    while (name < length && line[name] > ' ' && line[name] < 127 && line[name] != ':')
        name++;
    *colon = name;
    while (*colon < length && is_blank(line[*colon]))
        ++*colon;
    return *colon < length && line[*colon] == ':' ? name : 0;
}

/* Makes room for one more field. 0; -1: no memory. */
static int grow(struct message_part *part) {
    size_t count = part->field_count;
    if (count > 0 && (count < 8 || (count & (count - 1)) != 0))
        return 0;
    size_t room = count < 8 ? 8 : 2 * count;
    struct message_field *fields = realloc(part->fields, room * sizeof *fields);
    if (fields == NULL)
        return -1;
    part->fields = fields;
    return 0;
}

static int add_field(struct message_part *part, const char *line, size_t name, size_t colon,
                     size_t length) {
    size_t value = colon + 1;
    if (part->field_count == MESSAGE_FIELD_LIMIT) {
        message_set_flaw(part, "more header fields than are read");
        return 0;
    }
    if (grow(part) < 0)
        return -1;
    while (value < length && is_blank(line[value]))
        value++;
    part->fields[part->field_count++] =
        (struct message_field){line, name, line + value, length - value};
    return 0;
}

/* Splits the header into its fields. */
static int read_fields(struct message_part *part, const char *bytes, size_t length) {
    bool in_field = false; /* the line before belongs to the last of part->fields */
    size_t at = 0;
    while (at < length) {
        size_t content, colon, line = message_line(bytes + at, length - at, &content);
        size_t name = name_length(bytes + at, content, &colon);
        bool kept = part->field_count < MESSAGE_FIELD_LIMIT;
        if (content == 0) { /* the empty line: behind it begins the body */
            at += line;
            break;
        }
        if (is_blank(bytes[at])) {
            struct message_field *field = in_field ? &part->fields[part->field_count - 1] : NULL;
            if (field != NULL)
                field->value_length = (size_t)(bytes + at + content - field->value);
        } else if (name > 0) {
            if (add_field(part, bytes + at, name, colon, content) < 0)
                return -1;
            in_field = kept;
        } else if (at > 0 || strncmp(bytes, "From ", content < 5 ? content : 5) != 0) {
            message_set_flaw(part, "a line of the header is no field");
            break; /* the body, perhaps: an empty line was forgotten */
        }
        at += line;
    }
    part->body = bytes + at;
    part->length = length - at;
    return 0;
}

const struct message_field *message_field(const struct message_part *part, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < part->field_count; i++)
        if (part->fields[i].name_length == length &&
            strncasecmp(part->fields[i].name, name, length) == 0)
            return &part->fields[i];
    return NULL;
}

static size_t looked_at(const struct message_field *field) {
    return field->value_length < MESSAGE_VALUE_LIMIT ? field->value_length : MESSAGE_VALUE_LIMIT;
}

int message_field_append(const struct message_part *part, const char *name, struct buf *out) {
    const struct message_field *field = message_field(part, name);
    if (field == NULL)
        return 0;
    return encoded_words_append(out, field->value, looked_at(field)) < 0 ? -1 : 1;
}

/* What stands in front of the first ";" of a field; *found: there is such a field. NULL: no memory.
 */
static char *first_word(const struct message_part *part, const char *name, bool *found) {
    const struct message_field *field = message_field(part, name);
    struct buf word;
    buf_init(&word, MESSAGE_VALUE_LIMIT);
    *found = field != NULL;
    buf_append(&word, "", 0);
    if (field != NULL)
        parameter_first(field->value, looked_at(field), &word);
    return word.bytes;
}

/* A parameter; NULL: there is none. */
static char *parameter_of(const struct message_part *part, const char *name,
                          const char *parameter) {
    const struct message_field *field = message_field(part, name);
    struct buf value;
    buf_init(&value, 4 * MESSAGE_VALUE_LIMIT);
    if (field == NULL || parameter_find(field->value, looked_at(field), parameter, &value) != 1) {
        buf_free(&value);
        return NULL;
    }
    buf_append(&value, "", 0);
    return value.bytes;
}

static int read_type(struct message_part *part, const char *fallback) {
    bool found;
    part->type = first_word(part, "Content-Type", &found);
    if (part->type == NULL)
        return -1;
    const char *slash = strchr(part->type, '/');
    if (slash != NULL && slash != part->type && slash[1] != '\0')
        return 0;
    if (found) {
        message_set_flaw(part, "the Content-Type is none");
        fallback = "text/plain"; /* RFC 2045 §5.2 */
    }
    free(part->type);
    part->type = strdup(fallback);
    return part->type == NULL ? -1 : 0;
}

static int read_encoding(struct message_part *part) {
    static const struct {
        const char *name;
        enum message_encoding encoding;
    } names[] = {{"", MESSAGE_IDENTITY},
                 {"7bit", MESSAGE_IDENTITY},
                 {"8bit", MESSAGE_IDENTITY},
                 {"binary", MESSAGE_IDENTITY},
                 {"quoted-printable", MESSAGE_QUOTED_PRINTABLE},
                 {"base64", MESSAGE_BASE64}};
    bool found;
    char *word = first_word(part, "Content-Transfer-Encoding", &found);
    if (word == NULL)
        return -1;
    part->encoding = MESSAGE_UNKNOWN;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(word, names[i].name) == 0)
            part->encoding = names[i].encoding;
    if (part->encoding == MESSAGE_UNKNOWN)
        message_set_flaw(part, "the Content-Transfer-Encoding is unknown");
    free(word);
    return 0;
}

int message_read_header(struct message_part *part, const char *bytes, size_t length,
                        const char *fallback) {
    bool found;
    if (read_fields(part, bytes, length) < 0 || read_type(part, fallback) < 0 ||
        read_encoding(part) < 0)
        return -1;
    char *disposition = first_word(part, "Content-Disposition", &found);
    if (disposition == NULL)
        return -1;
    part->attachment = strcmp(disposition, "attachment") == 0;
    free(disposition);
    part->filename = parameter_of(part, "Content-Disposition", "filename");
    if (part->filename == NULL)
        part->filename = parameter_of(part, "Content-Type", "name");
    part->charset = parameter_of(part, "Content-Type", "charset");
    if (part->charset == NULL)
        part->charset = strdup("");
    return part->charset == NULL ? -1 : 0;
}
