/* Judges of streams of bytes: what the client sent, what the program showed and complained of. */
#include "judges.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

struct verb {
    const char *word;
    enum judge_verb verb;
    bool has_bytes;
};

static const struct verb exactly = {"exactly", VERB_EXACTLY, true};
static const struct verb contains = {"contains", VERB_CONTAINS, true};
static const struct verb lacks = {"lacks", VERB_LACKS, true};
static const struct verb empty = {"empty", VERB_EMPTY, false};
static const struct verb same = {"same as server", VERB_SAME, false};
static const struct verb same_lines = {"same lines as server", VERB_SAME_LINES, false};

static int parse_verb(struct judge *judge, const char *value, const struct verb *const *verbs,
                      struct failure *why) {
    for (; *verbs != NULL; verbs++) {
        const char *rest = text_after(value, (*verbs)->word);
        if (rest == NULL)
            continue;
        judge->verb = (*verbs)->verb;
        if ((*verbs)->has_bytes && text_quoted(&rest, &judge->bytes, why) < 0)
            return -1;
        if (*rest != '\0')
            return failure_set(why, "what is \"%s\"?", rest);
        if (judge->bytes.length == 0 && (judge->verb == VERB_CONTAINS || judge->verb == VERB_LACKS))
            return failure_set(why, "\"\" is in everything");
        return 0;
    }
    return failure_set(why, "what is \"%s\"?", value);
}

int judge_sent_parse(struct judge *judge, const char *value, struct failure *why) {
    static const struct verb *const verbs[] = {&exactly, &contains, &lacks, NULL};
    return parse_verb(judge, value, verbs, why);
}

int judge_screen_parse(struct judge *judge, const char *value, struct failure *why) {
    static const struct verb *const verbs[] = {&same,     &same_lines, &exactly,
                                               &contains, &lacks,      NULL};
    return parse_verb(judge, value, verbs, why);
}

int judge_visit_parse(struct judge *judge, const char *value, struct failure *why) {
    static const struct verb *const verbs[] = {&exactly, &contains, &lacks, NULL};
    if (*value == 'n' || (*value >= '0' && *value <= '9'))
        return judge_exit_parse(judge, value, why);
    return parse_verb(judge, value, verbs, why);
}

int judge_stderr_parse(struct judge *judge, const char *value, struct failure *why) {
    static const struct verb *const verbs[] = {&empty, &contains, &lacks, NULL};
    return parse_verb(judge, value, verbs, why);
}

/* What is judged, and how to speak of it. */
struct subject {
    const struct buf *bytes;
    const char *name;        /* "the client's bytes" */
    const char *nothing;     /* when there are none */
    bool on_the_wire;        /* its bytes are in frames */
    enum dialogue_side side; /* … that this side sent */
};

static size_t common_length(const char *one, const char *other, size_t limit) {
    size_t i = 0;
    while (i < limit && one[i] == other[i])
        i++;
    return i;
}

/* What stands at bytes[at] where `wanted` (a byte, or -1 for the end) should be. */
static void name_culprit(const struct buf *bytes, size_t at, int wanted, char *words, size_t size) {
    struct buf expected;
    char wanted_byte = (char)wanted;
    buf_init(&expected, 16);
    if (wanted >= 0)
        text_printable(&wanted_byte, 1, &expected, NULL);
    const char *text = expected.length > 0 ? expected.bytes : "the end";
    if (at == bytes->length)
        snprintf(words, size, "the end; here %s should follow", text);
    else if (bytes->bytes[at] == '\n' && wanted == '\r')
        snprintf(words, size, "bare LF: CR is missing before it");
    else if (bytes->bytes[at] == '\0' && wanted != '\0')
        snprintf(words, size, "a NUL byte; here should be %s", text);
    else
        snprintf(words, size, "here should be %s", text);
    buf_free(&expected);
}

static void show_culprit(const struct subject *subject, const struct evidence *evidence, size_t at,
                         int wanted, struct finding *finding) {
    char words[100], lead[60] = "";
    name_culprit(subject->bytes, at, wanted, words, sizeof words);
    if (subject->on_the_wire && subject->bytes->length > 0) {
        size_t carried = at < subject->bytes->length ? at : subject->bytes->length - 1;
        finding->frame = evidence_frame_of(evidence, subject->side, carried);
        snprintf(lead, sizeof lead, "frame %u, %s:  ", finding->frame, judge_arrow(subject->side));
    }
    buf_clear(&finding->got);
    finding_show(&finding->got, lead, subject->bytes->bytes, subject->bytes->length, at, words);
}

static void quote(struct buf *out, const char *lead, const struct buf *bytes, size_t at) {
    enum {
        SHOWN = 60
    };
    size_t start = at > SHOWN / 2 ? at - SHOWN / 2 : 0;
    size_t length = bytes->length - start < SHOWN ? bytes->length - start : SHOWN;
    buf_printf(out, "%s%s\"", lead, start > 0 ? "..." : "");
    if (length > 0)
        text_printable(bytes->bytes + start, length, out, NULL);
    buf_printf(out, "\"%s", start + length < bytes->length ? "..." : "");
}

static bool exactly_holds(const struct subject *subject, const struct buf *wanted,
                          const struct evidence *evidence, struct finding *finding) {
    const struct buf *bytes = subject->bytes;
    size_t shorter = bytes->length < wanted->length ? bytes->length : wanted->length;
    size_t at = shorter == 0 ? 0 : common_length(bytes->bytes, wanted->bytes, shorter);
    if (at == bytes->length && at == wanted->length)
        return true;
    quote(&finding->expected, subject->name, wanted, at);
    if (bytes->length == 0)
        finding_got(finding, "%s", subject->nothing);
    else
        show_culprit(subject, evidence, at,
                     at < wanted->length ? (unsigned char)wanted->bytes[at] : -1, finding);
    return false;
}

static const char *find(const struct buf *bytes, const struct buf *wanted) {
    return bytes->length == 0 ? NULL
                              : memmem(bytes->bytes, bytes->length, wanted->bytes, wanted->length);
}

size_t judge_nearest(const struct buf *bytes, const struct buf *wanted, size_t *matched) {
    size_t best = 0;
    *matched = 0;
    for (size_t i = 0; i < bytes->length; i++) {
        size_t left = bytes->length - i;
        size_t length = common_length(bytes->bytes + i, wanted->bytes,
                                      left < wanted->length ? left : wanted->length);
        if (length > *matched) {
            *matched = length;
            best = i;
        }
    }
    return best;
}

static bool contains_holds(const struct subject *subject, const struct buf *wanted,
                           const struct evidence *evidence, struct finding *finding) {
    enum {
        ENOUGH = 4
    }; /* bytes in common, to say: this was meant */
    if (find(subject->bytes, wanted) != NULL)
        return true;
    size_t matched;
    size_t at = judge_nearest(subject->bytes, wanted, &matched);
    quote(&finding->expected, subject->name, wanted, matched);
    if (subject->bytes->length == 0)
        finding_got(finding, "%s", subject->nothing);
    else if (matched >= ENOUGH || (matched > 0 && wanted->length <= ENOUGH))
        show_culprit(subject, evidence, at + matched, (unsigned char)wanted->bytes[matched],
                     finding);
    else
        quote(&finding->got, "nothing like it in ", subject->bytes, 0);
    return false;
}

static bool lacks_holds(const struct subject *subject, const struct buf *unwanted,
                        const struct evidence *evidence, struct finding *finding) {
    const char *found = find(subject->bytes, unwanted);
    if (found == NULL)
        return true;
    buf_printf(&finding->expected, "%s", subject->name);
    quote(&finding->expected, "without ", unwanted, 0);
    size_t at = (size_t)(found - subject->bytes->bytes);
    char lead[60] = "";
    if (subject->on_the_wire) {
        finding->frame = evidence_frame_of(evidence, subject->side, at);
        snprintf(lead, sizeof lead, "frame %u, %s:  ", finding->frame, judge_arrow(subject->side));
    }
    finding_show(&finding->got, lead, subject->bytes->bytes, subject->bytes->length, at, "this");
    return false;
}

static bool holds(const struct judge *judge, const struct subject *subject,
                  const struct evidence *evidence, struct finding *finding) {
    static const struct buf none = {0};
    buf_clear(&finding->expected);
    buf_clear(&finding->got);
    switch (judge->verb) {
    case VERB_EXACTLY:
        return exactly_holds(subject, &judge->bytes, evidence, finding);
    case VERB_EMPTY:
        return exactly_holds(subject, &none, evidence, finding);
    case VERB_CONTAINS:
        return contains_holds(subject, &judge->bytes, evidence, finding);
    case VERB_LACKS:
        return lacks_holds(subject, &judge->bytes, evidence, finding);
    default:
        return false;
    }
}

bool judge_sent_holds(const struct judge *judge, const struct evidence *evidence,
                      struct finding *finding) {
    enum dialogue_side own = evidence_own_side(evidence);
    bool client = own == DIALOGUE_CLIENT;
    struct subject subject = {
        .bytes = &evidence->stream[own],
        .name = client ? "C→S:  " : "S→C:  ",
        .nothing = client ? "the client sent nothing" : "the server sent nothing",
        .on_the_wire = true,
        .side = own,
    };
    return holds(judge, &subject, evidence, finding);
}

/* Adds `from` with LF for every CR LF. */
static void append_lines(struct buf *to, const struct buf *from) {
    size_t start = 0;
    for (size_t i = 0; i + 1 < from->length; i++)
        if (from->bytes[i] == '\r' && from->bytes[i + 1] == '\n') {
            buf_append(to, from->bytes + start, i - start);
            start = i + 1;
        }
    if (start < from->length)
        buf_append(to, from->bytes + start, from->length - start);
}

/* The culprit is where the screen differs from what the server sent. */
static bool compare_with_server(const struct buf *sent, const struct buf *shown,
                                const struct evidence *evidence, struct finding *finding) {
    struct subject subject = {
        .bytes = shown,
        .name = "on the screen what the server sent:\n",
        .nothing = "nothing was shown",
    };
    if (sent->length == 0) {
        finding_expected(finding, "on the screen what the server sends");
        finding_got(finding, "the server had nothing to send; ");
        judge_describe_last_step(evidence, &finding->got);
        return false;
    }
    if (exactly_holds(&subject, sent, evidence, finding))
        return true;
    if (shown->length > 0)
        buf_printf(&finding->got, "\nthe server sent %zu bytes, %zu were shown", sent->length,
                   shown->length);
    return false;
}

static bool same_as_server(const struct evidence *evidence, bool lines, struct finding *finding) {
    const struct buf *sent = &evidence->stream[DIALOGUE_SERVER], *shown = &evidence->output;
    if (!lines)
        return compare_with_server(sent, shown, evidence, finding);
    struct buf sent_lines, shown_lines;
    buf_init(&sent_lines, sent->length);
    buf_init(&shown_lines, shown->length);
    append_lines(&sent_lines, sent);
    append_lines(&shown_lines, shown);
    bool same_text = compare_with_server(&sent_lines, &shown_lines, evidence, finding);
    buf_free(&sent_lines);
    buf_free(&shown_lines);
    return same_text;
}

bool judge_screen_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    struct subject subject = {
        .bytes = &evidence->output, .name = "on the screen:  ", .nothing = "nothing was shown"};
    if (judge->verb != VERB_SAME && judge->verb != VERB_SAME_LINES)
        return holds(judge, &subject, evidence, finding);
    buf_clear(&finding->expected);
    buf_clear(&finding->got);
    return same_as_server(evidence, judge->verb == VERB_SAME_LINES, finding);
}

bool judge_stderr_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    struct subject subject = {
        .bytes = &evidence->error,
        .name = "on standard error:  ",
        .nothing = "nothing was said on standard error",
    };
    return holds(judge, &subject, evidence, finding);
}

static bool visit_ends_so(const struct judge *judge, const struct evidence *evidence,
                          struct finding *finding) {
    const struct run_result *result = &evidence->result;
    bool nonzero = judge->verb == VERB_NONZERO;
    if (nonzero ? result->visit_status > 0
                : result->visit_status >= 0 && (unsigned long)result->visit_status == judge->number)
        return true;
    const char *client = evidence->run->visit.words[0];
    if (nonzero)
        finding_expected(finding, "%s ends with a status that is not 0", client);
    else
        finding_expected(finding, "%s ends with status %lu", client, judge->number);
    finding_got(finding, "it %s", result->visit);
    if (evidence->visit_error.length > 0)
        quote(&finding->got, "\nit said:  ", &evidence->visit_error, 0);
    return false;
}

bool judge_visit_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    struct subject subject = {
        .bytes = &evidence->visit, .name = "the client shows:  ", .nothing = "it showed nothing"};
    if (judge->verb == VERB_NONE || judge->verb == VERB_NONZERO)
        return visit_ends_so(judge, evidence, finding);
    return holds(judge, &subject, evidence, finding);
}
