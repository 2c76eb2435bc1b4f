/* Judges of the mailboxes. */
#include "files.h"
#include "judges.h"
#include "maildir.h"
#include "text.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Where a mailbox is when only "bob" is said. */
static const char home_domain[] = "example.org";

enum {
    MESSAGE_LIMIT = 128 << 20
};

static int parse_mailbox(struct judge *judge, const char *name, size_t length,
                         struct failure *why) {
    const char *domain = memchr(name, '@', length) == NULL ? home_domain : "";
    int made = asprintf(&judge->mailbox, "%.*s%s%s", (int)length, name, *domain == '\0' ? "" : "@",
                        domain);
    if (made < 0) {
        judge->mailbox = NULL;
        return failure_set(why, "not enough memory");
    }
    if (strchr(judge->mailbox, '/') != NULL)
        return failure_set(why, "\"%s\" is no mailbox", judge->mailbox);
    return 0;
}

static int parse_holds(struct judge *judge, const char *rest, struct failure *why) {
    if (*rest == '\0')
        return failure_set(why, "holds what?");
    if (rest[strspn(rest, "0123456789")] == '\0') {
        judge->verb = VERB_COUNT;
        return text_number(rest, 1000000, &judge->number, why);
    }
    judge->verb = VERB_FILE;
    judge->file = strdup(rest);
    return judge->file == NULL ? failure_set(why, "not enough memory") : 0;
}

int judge_store_parse(struct judge *judge, const char *value, struct failure *why) {
    size_t length = strcspn(value, " \t");
    if (length == 0 || parse_mailbox(judge, value, length, why) < 0)
        return length == 0 ? failure_set(why, "which mailbox?") : -1;
    const char *what = value + length + strspn(value + length, " \t");
    const char *rest;
    if (strcmp(what, "empty") == 0) {
        judge->verb = VERB_EMPTY;
        return 0;
    }
    if ((rest = text_after(what, "holds")) != NULL)
        return parse_holds(judge, rest, why);
    if ((rest = text_after(what, "contains")) != NULL)
        judge->verb = VERB_CONTAINS;
    else if ((rest = text_after(what, "lacks")) != NULL)
        judge->verb = VERB_LACKS;
    else
        return failure_set(why, "what is \"%s\"?", what);
    if (text_quoted(&rest, &judge->bytes, why) < 0)
        return -1;
    return *rest == '\0' && judge->bytes.length > 0 ? 0 : failure_set(why, "one string, not empty");
}

/* Line ends become LF, whatever they were, and the last line gets one: only they may differ. */
static int read_lines(const char *path, struct buf *text, struct failure *why) {
    struct buf raw;
    buf_init(&raw, MESSAGE_LIMIT);
    int result = files_read(path, &raw, why);
    size_t start = 0;
    for (size_t i = 0; result == 0 && i < raw.length; i++) {
        if (raw.bytes[i] != '\r')
            continue;
        bool crlf = i + 1 < raw.length && raw.bytes[i + 1] == '\n';
        result = buf_append(text, raw.bytes + start, i - start);
        if (result == 0 && !crlf)
            result = buf_append(text, "\n", 1);
        start = i + 1;
    }
    if (result == 0 && start < raw.length)
        result = buf_append(text, raw.bytes + start, raw.length - start);
    if (result == 0 && text->length > 0 && text->bytes[text->length - 1] != '\n')
        result = buf_append(text, "\n", 1);
    buf_free(&raw);
    return result;
}

/* The header field `name` at the front of the text, with its folded lines: how long it is, or 0. */
static size_t header_length(const char *text, size_t length, const char *name) {
    size_t name_length = strlen(name);
    if (length < name_length || strncasecmp(text, name, name_length) != 0)
        return 0;
    size_t i = 0;
    for (;;) {
        const char *end = memchr(text + i, '\n', length - i);
        if (end == NULL)
            return length;
        i = (size_t)(end - text) + 1;
        if (i >= length || (text[i] != ' ' && text[i] != '\t'))
            return i;
    }
}

/* What the server puts in front on delivery (RFC 5321 §4.4), in this order. */
static size_t added_length(const struct buf *text) {
    static const char *const added[] = {"Return-Path:", "Delivered-To:", "Received:"};
    size_t skipped = 0;
    for (size_t i = 0; text->length > 0 && i < sizeof added / sizeof added[0]; i++)
        skipped += header_length(text->bytes + skipped, text->length - skipped, added[i]);
    return skipped;
}

/* A visit of all messages of a mailbox. */
struct visit {
    const struct judge *judge;
    const struct buf *wanted; /* of `holds FILE` */
    unsigned long messages;
    bool found;
    size_t nearest; /* `holds FILE`, `contains`: where the best of the others begins to differ */
    size_t matched; /* `contains`: so much of the text it has before that; `lacks`: where it is */
    struct buf best;
    struct failure why;
};

static void compare_with_file(struct visit *visit, const struct buf *text) {
    size_t skipped = added_length(text), length = text->length - skipped;
    const char *body = text->length == 0 ? "" : text->bytes + skipped;
    size_t shorter = length < visit->wanted->length ? length : visit->wanted->length, at = 0;
    while (at < shorter && body[at] == visit->wanted->bytes[at])
        at++;
    visit->found = visit->found || (at == length && at == visit->wanted->length);
    if (visit->best.length > 0 && at <= visit->nearest)
        return;
    visit->nearest = at;
    buf_clear(&visit->best);
    if (length > 0)
        buf_append(&visit->best, body, length);
}

/* The best place so far: where the text is, or where most of its beginning is. */
static void look_for_text(struct visit *visit, const struct buf *text) {
    const struct buf *wanted = &visit->judge->bytes;
    const char *found = memmem(text->bytes, text->length, wanted->bytes, wanted->length);
    size_t matched = wanted->length, at;
    if (found == NULL)
        at = judge_nearest(text, wanted, &matched) + matched;
    else
        at = (size_t)(found - text->bytes);
    visit->found = visit->found || found != NULL;
    if (matched <= visit->matched)
        return;
    visit->matched = matched;
    visit->nearest = at;
    buf_clear(&visit->best);
    buf_append(&visit->best, text->bytes, text->length);
}

static int look_into(const char *path, void *context) {
    struct visit *visit = context;
    struct buf text;
    visit->messages++;
    buf_init(&text, MESSAGE_LIMIT + 1);
    int result = read_lines(path, &text, &visit->why);
    if (result == 0 && visit->judge->verb == VERB_FILE)
        compare_with_file(visit, &text);
    else if (result == 0 && visit->judge->bytes.length > 0 && text.length > 0)
        look_for_text(visit, &text);
    buf_free(&text);
    return result;
}

/* STORE/example.org/bob. */
static int visit_mailbox(const struct evidence *evidence, struct visit *visit) {
    char path[PATH_MAX];
    const char *mailbox = visit->judge->mailbox, *at = strchr(mailbox, '@');
    if (files_path(path, &visit->why, "%s/store/%s/%.*s", evidence->directory, at + 1,
                   (int)(at - mailbox), mailbox) < 0)
        return -1;
    if (access(path, F_OK) < 0)
        return 0; /* nobody has ever got anything */
    return maildir_each(path, look_into, visit, &visit->why);
}

/* The message that was made for this run, or a file of the lab. */
static int read_wanted(const struct judge *judge, const struct evidence *evidence,
                       struct buf *wanted, struct failure *why) {
    char path[PATH_MAX];
    const char *made = evidence->run->message;
    bool is_made = made != NULL && strcmp(made, judge->file) == 0;
    buf_init(wanted, MESSAGE_LIMIT + 1);
    if (files_path(path, why, "%s/%s", is_made ? evidence->directory : evidence->lab->directory,
                   judge->file) < 0)
        return -1;
    return read_lines(path, wanted, why);
}

static bool find_file(const struct judge *judge, const struct evidence *evidence,
                      struct visit *visit, struct finding *finding) {
    struct buf wanted;
    buf_init(&visit->best, MESSAGE_LIMIT);
    finding_expected(finding, "%s has a message that is %s, byte for byte", judge->mailbox,
                     judge->file);
    int result = read_wanted(judge, evidence, &wanted, &visit->why);
    visit->wanted = &wanted; // cppcheck-suppress autoVariables ; nobody looks at it after this
    if (result == 0)
        result = visit_mailbox(evidence, visit);
    bool found = result == 0 && visit->found;
    if (result < 0) {
        finding_got(finding, "%s", visit->why.text);
    } else if (!found && visit->messages == 0) {
        finding_got(finding, "no message");
    } else if (!found) {
        finding_got(finding, "another message; it differs at byte %zu of %zu:\n", visit->nearest,
                    wanted.length);
        finding_show(&finding->got, "", visit->best.bytes, visit->best.length, visit->nearest,
                     visit->nearest < wanted.length ? "from here" : "what is this?");
    }
    buf_free(&visit->best);
    buf_free(&wanted);
    return found;
}

static const char *plural(unsigned long count) {
    return count == 1 ? "" : "s";
}

/* What of the text was found, under a caret, or what of it was not. */
static void show_text(const struct judge *judge, const struct visit *visit,
                      struct finding *finding) {
    enum {
        ENOUGH = 4
    }; /* bytes in common, to say: this was meant */
    bool lacks = judge->verb == VERB_LACKS;
    char words[60] = "this";
    if (!lacks && visit->matched < ENOUGH) {
        buf_printf(&finding->got, "; it is in none of them");
        return;
    }
    if (!lacks) {
        struct buf wanted;
        buf_init(&wanted, 16);
        text_printable(judge->bytes.bytes + visit->matched, 1, &wanted, NULL);
        snprintf(words, sizeof words, "here should be %s", wanted.bytes);
        buf_free(&wanted);
    }
    buf_printf(&finding->got, lacks ? "; one has it:\n" : "; the nearest to it:\n");
    finding_show(&finding->got, "", visit->best.bytes, visit->best.length, visit->nearest, words);
}

static bool find_text(const struct judge *judge, const struct visit *visit,
                      struct finding *finding) {
    enum {
        SHOWN = 100
    };
    struct buf text;
    bool lacks = judge->verb == VERB_LACKS;
    size_t length = judge->bytes.length;
    if (visit->found != lacks)
        return true;
    buf_init(&text, 1000);
    text_printable(judge->bytes.bytes, length < SHOWN ? length : SHOWN, &text, NULL);
    finding_expected(finding, "%s has %s message with \"%s\"%s", judge->mailbox, lacks ? "no" : "a",
                     text.bytes, length < SHOWN ? "" : "...");
    buf_free(&text);
    if (visit->messages == 0) {
        finding_got(finding, "no message");
        return false;
    }
    finding_got(finding, "%lu message%s", visit->messages, plural(visit->messages));
    show_text(judge, visit, finding);
    return false;
}

bool judge_store_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    struct visit visit = {.judge = judge};
    bool holds;
    if (judge->verb == VERB_FILE)
        return find_file(judge, evidence, &visit, finding);
    buf_init(&visit.best, MESSAGE_LIMIT + 1);
    if (visit_mailbox(evidence, &visit) < 0) {
        finding_expected(finding, "a mailbox of %s", judge->mailbox);
        finding_got(finding, "%s", visit.why.text);
        holds = false;
    } else if (judge->verb == VERB_CONTAINS || judge->verb == VERB_LACKS) {
        holds = find_text(judge, &visit, finding);
    } else {
        holds = visit.messages == judge->number;
        finding_expected(finding, "%s has %lu message%s", judge->mailbox, judge->number,
                         plural(judge->number));
        finding_got(finding, "%lu message%s", visit.messages, plural(visit.messages));
    }
    buf_free(&visit.best);
    return holds;
}
