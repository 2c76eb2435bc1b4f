/* Judges of the mailboxes. */
#include "judges.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    if (length == 0 || judge_mailbox_parse(judge, value, length, why) < 0)
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
    size_t skipped = judge_mailbox_trace(text), length = text->length - skipped;
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
    buf_init(&text, JUDGE_MESSAGE_LIMIT + 1);
    int result = judge_mailbox_lines(path, &text, &visit->why);
    if (result == 0 && visit->judge->verb == VERB_FILE)
        compare_with_file(visit, &text);
    else if (result == 0 && visit->judge->bytes.length > 0 && text.length > 0)
        look_for_text(visit, &text);
    buf_free(&text);
    return result;
}

static bool find_file(const struct judge *judge, const struct evidence *evidence,
                      struct visit *visit, struct finding *finding) {
    struct buf wanted;
    buf_init(&visit->best, JUDGE_MESSAGE_LIMIT);
    finding_expected(finding, "%s has a message that is %s, byte for byte", judge->mailbox,
                     judge->file);
    buf_init(&wanted, JUDGE_MESSAGE_LIMIT + 1);
    int result = judge_mailbox_letter(judge, evidence, &wanted, &visit->why);
    visit->wanted = &wanted; // cppcheck-suppress autoVariables ; nobody looks at it after this
    if (result == 0)
        result = judge_mailbox_each(judge, evidence, look_into, visit, &visit->why);
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
    buf_init(&visit.best, JUDGE_MESSAGE_LIMIT + 1);
    if (judge_mailbox_each(judge, evidence, look_into, &visit, &visit.why) < 0) {
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
