/* Judges of what a message in a mailbox is when a mail program reads it, and of its form. */
#include "encoded_words.h"
#include "files.h"
#include "judges.h"
#include "message.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keep(char **kept, const char *text, size_t length, struct failure *why) {
    *kept = strndup(text, length);
    return *kept == NULL ? failure_set(why, "not enough memory") : 0;
}

/* "2 is logo.png", "Subject is "…"": the name, and what stands behind "is"; NULL without that. */
static const char *parse_name(struct judge *judge, const char *text, struct failure *why) {
    size_t length = strcspn(text, " \t");
    const char *rest = text + length + strspn(text + length, " \t");
    if (length == 0 || keep(&judge->name, text, length, why) < 0)
        return NULL;
    return text_after(rest, "is");
}

static int parse_text(struct judge *judge, const char *text, struct failure *why) {
    if (text_quoted(&text, &judge->bytes, why) < 0)
        return -1;
    return *text == '\0' ? 0 : failure_set(why, "one string");
}

static int parse_length(struct judge *judge, enum judge_verb verb, const char *rest,
                        struct failure *why) {
    judge->verb = verb;
    if (judge_number_parse(judge, &rest, why) < 0)
        return -1;
    return *rest == '\0' ? 0 : failure_set(why, "one number");
}

int judge_message_parse(struct judge *judge, const char *value, struct failure *why) {
    size_t length = strcspn(value, " \t");
    if (length == 0 || judge_mailbox_parse(judge, value, length, why) < 0)
        return length == 0 ? failure_set(why, "which mailbox?") : -1;
    const char *what = value + length + strspn(value + length, " \t"), *rest;
    if ((rest = text_after(what, "lines")) != NULL)
        return parse_length(judge, VERB_LINES, rest, why);
    if ((rest = text_after(what, "words")) != NULL)
        return parse_length(judge, VERB_WORDS, rest, why);
    if ((rest = text_after(what, "header")) != NULL && text_after(rest, "lines") != NULL)
        return parse_length(judge, VERB_HEADER_LINES, text_after(rest, "lines"), why);
    if (rest != NULL && (rest = parse_name(judge, rest, why)) != NULL) {
        judge->verb = VERB_FIELD;
        return parse_text(judge, rest, why);
    }
    if ((rest = text_after(what, "parts")) != NULL && (rest = text_after(rest, "are")) != NULL) {
        judge->verb = VERB_PARTS;
        return parse_text(judge, rest, why);
    }
    if ((rest = text_after(what, "part")) != NULL &&
        (rest = parse_name(judge, rest, why)) != NULL && *rest != '\0') {
        judge->verb = VERB_PART;
        return keep(&judge->file, rest, strlen(rest), why);
    }
    return failure_set(why, "what is \"%s\"?", what);
}

/* One message of the mailbox, and what is said about it. */
struct reading {
    const struct judge *judge;
    const struct evidence *evidence;
    struct finding *finding;
    const struct message_part *message;
    const char *text; /* as it is stored, without what the server put in front */
    size_t length;
    bool seen;
    bool holds;
    struct failure why;
};

static int add_type(const struct message_part *part, const char *number, unsigned depth,
                    void *context) {
    struct buf *types = context;
    (void)number, (void)depth;
    return buf_printf(types, "%s%s", types->length > 0 ? " " : "", part->type);
}

/* The types of all parts, those above first. */
static void list_types(const struct message_part *message, struct buf *types) {
    buf_append(types, "", 0);
    message_walk(message, add_type, types);
}

static void got_types(struct reading *reading, const char *lead, const struct buf *types) {
    const char *flaw = reading->message->flaw;
    finding_got(reading->finding, "%s%s%s%s%s", lead, types->bytes, flaw == NULL ? "" : " (",
                flaw == NULL ? "" : flaw, flaw == NULL ? "" : ")");
}

static bool is_same(struct finding *finding, const struct buf *got, const struct buf *wanted) {
    size_t shorter = got->length < wanted->length ? got->length : wanted->length, at = 0;
    while (at < shorter && got->bytes[at] == wanted->bytes[at])
        at++;
    if (at == got->length && at == wanted->length)
        return true;
    char words[60] = "what is this?";
    if (at < wanted->length) {
        struct buf byte;
        buf_init(&byte, 16);
        text_printable(wanted->bytes + at, 1, &byte, NULL);
        snprintf(words, sizeof words, "here should be %s", byte.bytes);
        buf_free(&byte);
    }
    finding_got(finding, "it differs at byte %zu of %zu:\n", at, wanted->length);
    finding_show(&finding->got, "", got->length > 0 ? got->bytes : "", got->length, at, words);
    return false;
}

static void judge_parts(struct reading *reading) {
    const struct buf *wanted = &reading->judge->bytes;
    struct buf types;
    buf_init(&types, 100000);
    list_types(reading->message, &types);
    finding_expected(reading->finding, "a message of %s", wanted->bytes);
    reading->holds = buf_equals(&types, wanted->bytes);
    got_types(reading, "a message of ", &types);
    buf_free(&types);
}

static void judge_field(struct reading *reading) {
    const struct judge *judge = reading->judge;
    struct buf value;
    buf_init(&value, (size_t)1 << 20);
    int found = message_field_append(reading->message, judge->name, &value);
    finding_expected(reading->finding, "the %s, decoded, is \"%.200s\"", judge->name,
                     judge->bytes.bytes);
    if (found != 1)
        finding_got(reading->finding, "no field %s that can be read", judge->name);
    else
        reading->holds = is_same(reading->finding, &value, &judge->bytes);
    buf_free(&value);
}

/* CR LF becomes LF. */
static void shorten(struct buf *text) {
    size_t to = 0;
    for (size_t i = 0; i < text->length; i++)
        if (text->bytes[i] != '\r' || i + 1 == text->length || text->bytes[i + 1] != '\n')
            text->bytes[to++] = text->bytes[i];
    text->length = to;
}

static void compare_part(struct reading *reading, const struct message_part *part) {
    char path[PATH_MAX];
    const char *flaw;
    struct buf content, wanted;
    buf_init(&content, JUDGE_MESSAGE_LIMIT);
    buf_init(&wanted, JUDGE_MESSAGE_LIMIT);
    if (judge_mailbox_file(reading->judge, reading->evidence, path, &reading->why) < 0 ||
        files_read(path, &wanted, &reading->why) < 0) {
        finding_got(reading->finding, "%s", reading->why.text);
    } else if (message_content(part, &content, &flaw) < 0 || flaw != NULL) {
        finding_got(reading->finding, "part %s cannot be decoded: %s", reading->judge->name,
                    flaw == NULL ? "not enough memory" : flaw);
    } else {
        if (message_is(part, "text/") || message_is(part, "message/")) {
            shorten(&content);
            shorten(&wanted);
        }
        reading->holds = is_same(reading->finding, &content, &wanted);
    }
    buf_free(&content);
    buf_free(&wanted);
}

static void judge_part(struct reading *reading) {
    const struct judge *judge = reading->judge;
    const struct message_part *part = message_find(reading->message, judge->name);
    finding_expected(reading->finding, "part %s, decoded, is %s, byte for byte", judge->name,
                     judge->file);
    if (part != NULL) {
        compare_part(reading, part);
        return;
    }
    struct buf types;
    buf_init(&types, 100000);
    list_types(reading->message, &types);
    got_types(reading, "no such part: the message is ", &types);
    buf_free(&types);
}

/* Whether a length is as wanted; if not, shows where it is. */
static bool judge_length(struct reading *reading, const char *what, size_t at, size_t length) {
    if (judge_number_holds(reading->judge, length))
        return true;
    finding_got(reading->finding, "%s of %zu:\n", what, length);
    finding_show(&reading->finding->got, "", reading->text + at, length,
                 length < reading->judge->number ? length : reading->judge->number,
                 "too long from here");
    return false;
}

static void judge_lines(struct reading *reading) {
    bool header = reading->judge->verb == VERB_HEADER_LINES;
    finding_expected(reading->finding, "%s lines of %s %lu characters", header ? "header" : "all",
                     judge_number_words(reading->judge), reading->judge->number);
    reading->holds = true;
    for (size_t at = 0; at < reading->length && reading->holds;) {
        const char *end = memchr(reading->text + at, '\n', reading->length - at);
        size_t length = end == NULL ? reading->length - at : (size_t)(end - reading->text) - at;
        if (length == 0 && header)
            break;
        reading->holds = judge_length(reading, "a line", at, length);
        at += length + 1;
    }
}

static void judge_words(struct reading *reading) {
    size_t at = 0, length, count = 0;
    size_t header = (size_t)(reading->message->body - reading->text);
    finding_expected(reading->finding, "encoded words of %s %lu characters",
                     judge_number_words(reading->judge), reading->judge->number);
    reading->holds = true;
    while (reading->holds && (length = encoded_words_next(reading->text, header, &at)) > 0) {
        reading->holds = judge_length(reading, "one", at, length);
        at += length;
        count++;
    }
    if (count > 0)
        return;
    finding_got(reading->finding, "no encoded word in the header");
    reading->holds = false;
}

static int read_message(const char *path, void *context) {
    static void (*const judges[])(struct reading *) = {
        [VERB_PART] = judge_part,   [VERB_PARTS] = judge_parts,        [VERB_FIELD] = judge_field,
        [VERB_LINES] = judge_lines, [VERB_HEADER_LINES] = judge_lines, [VERB_WORDS] = judge_words,
    };
    struct reading *reading = context;
    struct buf text;
    reading->seen = true;
    buf_init(&text, JUDGE_MESSAGE_LIMIT);
    int result = judge_mailbox_lines(path, &text, &reading->why);
    size_t trace = judge_mailbox_trace(&text);
    struct message_part *message = NULL;
    if (result == 0) {
        reading->text = text.length > 0 ? text.bytes + trace : "";
        reading->length = text.length - trace;
        message = message_read(reading->text, reading->length, &reading->why);
    }
    if (message != NULL) {
        reading->message = message;
        judges[reading->judge->verb](reading);
    }
    message_free(message);
    buf_free(&text);
    return message == NULL ? -1 : reading->holds;
}

bool judge_message_holds(const struct judge *judge, const struct evidence *evidence,
                         struct finding *finding) {
    struct reading reading = {.judge = judge, .evidence = evidence, .finding = finding};
    int result = judge_mailbox_each(judge, evidence, read_message, &reading, &reading.why);
    if (result >= 0 && reading.seen)
        return reading.holds;
    finding_expected(finding, "a message for %s", judge->mailbox);
    finding_got(finding, "%s", result < 0 ? reading.why.text : "no message");
    return false;
}
