/* Judges of the wire, by display filters. */
#include "judges.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int judge_filter_parse(struct judge *judge, const char *value, struct failure *why) {
    if (*value == '\0')
        return failure_set(why, "the filter is missing");
    judge->filter = strdup(value);
    return judge->filter == NULL ? failure_set(why, "not enough memory")
                                 : judge_near_split(judge, why);
}

int judge_count_parse(struct judge *judge, const char *value, struct failure *why) {
    return judge_number_parse(judge, &value, why) < 0 ? -1 : judge_filter_parse(judge, value, why);
}

const char *judge_arrow(enum dialogue_side side) {
    return side == DIALOGUE_CLIENT ? "C→S" : "S→C";
}

static const char *arrow(const struct evidence *evidence, const struct dissect_frame *frame) {
    return judge_arrow(evidence_from_client(evidence, frame) ? DIALOGUE_CLIENT : DIALOGUE_SERVER);
}

/* What a segment says beside its bytes. */
static const char *flags_in_words(unsigned flags) {
    if ((flags & TCP_RST) != 0)
        return "RST (the connection is broken off)";
    if ((flags & TCP_SYN) != 0)
        return (flags & TCP_ACK) != 0 ? "SYN, ACK (the connection is accepted)"
                                      : "SYN (asks for a connection)";
    if ((flags & TCP_FIN) != 0)
        return "FIN (this side will send no more)";
    return "ACK";
}

void judge_describe_frame(const struct evidence *evidence, unsigned number, struct buf *out) {
    enum {
        SHOWN = 50
    };
    const struct dissect_frame *frame = evidence_frame(evidence, number);
    if (frame == NULL)
        return;
    struct dissect_bytes bytes =
        frame->application.length > 0 ? frame->application : frame->payload;
    buf_printf(out, "frame %u, %s:  ", number, arrow(evidence, frame));
    if (bytes.length == 0) {
        buf_printf(out, "%s", flags_in_words(frame->flags));
        return;
    }
    buf_printf(out, "\"");
    text_printable(bytes.bytes, bytes.length < SHOWN ? bytes.length : SHOWN, out, NULL);
    buf_printf(out, "\"%s", bytes.length < SHOWN ? "" : "...");
}

void judge_describe_last_step(const struct evidence *evidence, struct buf *out) {
    if (evidence->frame_count == 0) {
        buf_printf(out, "nothing was on the wire: the program did not connect");
        return;
    }
    /* The last frame that says something; acknowledgments do not. */
    for (size_t i = evidence->frame_count; i-- > 0;) {
        const struct dissect_frame *frame = &evidence->frames[i];
        if (frame->stream < 0 ||
            (frame->payload.length == 0 && (frame->flags & (TCP_SYN | TCP_RST)) == 0))
            continue;
        buf_printf(out, "the last words on the wire:\n");
        judge_describe_frame(evidence, frame->number, out);
        return;
    }
}

/* For the verdict's "look": the filter, to be pasted into Wireshark. */
static void look_at(struct finding *finding, const char *filter) {
    buf_clear(&finding->look);
    buf_printf(&finding->look, "%s", filter);
}

static void show_frame(const struct evidence *evidence, unsigned number, struct finding *finding) {
    buf_clear(&finding->got);
    judge_describe_frame(evidence, number, &finding->got);
    finding->frame = number;
}

bool judge_frames_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    if (evidence_match(evidence, judge->match, 0) != 0)
        return true;
    finding_expected(finding, "a frame that matches  %s", judge->filter);
    finding_got(finding, "none of %zu frames; ", evidence->frame_count);
    if (judge_near_describe(judge, evidence, finding))
        return false;
    judge_describe_last_step(evidence, &finding->got);
    look_at(finding, judge->filter);
    return false;
}

/* Common to after and before: both frames, or a finding that one is missing. */
static bool both(const struct judge *judge, const struct evidence *evidence, const char *relation,
                 unsigned *subject, unsigned *other, struct finding *finding) {
    *subject = evidence_match(evidence, judge->subject->match, 0);
    *other = evidence_match(evidence, judge->match, 0);
    finding_expected(finding, "the first frame that matches  %s\n%s the first that matches  %s",
                     judge->subject->filter, relation, judge->filter);
    if (*subject != 0 && *other != 0)
        return true;
    const char *missing = *subject == 0 ? judge->subject->filter : judge->filter;
    finding_got(finding, "no frame matches  %s", missing);
    look_at(finding, missing);
    return false;
}

static void show_order(const struct evidence *evidence, unsigned first, unsigned second,
                       struct finding *finding) {
    show_frame(evidence, first, finding);
    buf_printf(&finding->got, "\nbefore ");
    judge_describe_frame(evidence, second, &finding->got);
}

bool judge_after_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    unsigned subject, other;
    if (!both(judge, evidence, "behind", &subject, &other, finding))
        return false;
    if (subject > other)
        return true;
    show_order(evidence, subject, other, finding);
    return false;
}

bool judge_before_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    unsigned subject, other;
    if (!both(judge, evidence, "in front of", &subject, &other, finding))
        return false;
    if (subject < other)
        return true;
    show_order(evidence, other, subject, finding);
    return false;
}

bool judge_never_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    unsigned frame = evidence_match(evidence, judge->match, 0);
    if (frame == 0)
        return true;
    finding_expected(finding, "no frame that matches  %s", judge->filter);
    show_frame(evidence, frame, finding);
    return false;
}

bool judge_count_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    unsigned long count = 0;
    while (evidence_match(evidence, judge->match, count) != 0)
        count++;
    if (judge_number_holds(judge, count))
        return true;
    finding_expected(finding, "%s %lu %s  %s", judge_number_words(judge), judge->number,
                     judge->number == 1 ? "frame that matches" : "frames that match",
                     judge->filter);
    if (count > judge->number) {
        /* The first one too many. */
        show_frame(evidence, evidence_match(evidence, judge->match, judge->number), finding);
        buf_printf(&finding->got, "\nis one too many: %lu match", count);
        return false;
    }
    finding_got(finding, "%lu; ", count);
    if (count == 0 && judge_near_describe(judge, evidence, finding))
        return false;
    judge_describe_last_step(evidence, &finding->got);
    look_at(finding, judge->filter);
    return false;
}
