#include "judge.h"
#include "judges.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static bool always(const struct judge *judge) {
    (void)judge;
    return true;
}

static bool never(const struct judge *judge) {
    (void)judge;
    return false;
}

static bool allows_none(const struct judge *judge) {
    return judge->relation == RELATION_AT_MOST || judge->number == 0;
}

static bool wants_absence(const struct judge *judge) {
    return judge->verb == VERB_LACKS || judge->verb == VERB_EMPTY ||
           (judge->verb == VERB_EXACTLY && judge->bytes.length == 0) ||
           (judge->verb == VERB_COUNT && judge->number == 0);
}

static const struct judge_kind kinds[] = {
    {"frames", "a display filter", judge_filter_parse, judge_frames_holds, never, true,
     WATCH_NOTHING},
    {"after", "a display filter", judge_filter_parse, judge_after_holds, never, true,
     WATCH_NOTHING},
    {"before", "a display filter", judge_filter_parse, judge_before_holds, never, true,
     WATCH_NOTHING},
    {"never", "a display filter", judge_filter_parse, judge_never_holds, always, true,
     WATCH_NOTHING},
    {"count", "[<= or >=] NUMBER FILTER", judge_count_parse, judge_count_holds, allows_none, true,
     WATCH_NOTHING},
    {"dialogue", "steps such as C: MAIL FROM:* ... C: QUIT", judge_dialogue_parse,
     judge_dialogue_holds, never, true, WATCH_NOTHING},
    {"lines", "[<= or >=] NUMBER C: LINE", judge_lines_parse, judge_lines_holds, allows_none, true,
     WATCH_NOTHING},
    {"same", "captures/NN-name.pcapng", judge_same_parse, judge_same_holds, never, true,
     WATCH_NOTHING},
    {"sent", "exactly, contains or lacks \"BYTES\"", judge_sent_parse, judge_sent_holds,
     wants_absence, true, WATCH_NOTHING},
    {"screen", "contains or lacks \"BYTES\", or: same [lines] as server", judge_screen_parse,
     judge_screen_holds, wants_absence, false, WATCH_CLIENT},
    {"visit", "a number, nonzero, or: exactly, contains or lacks \"BYTES\"", judge_visit_parse,
     judge_visit_holds, wants_absence, true, WATCH_VISIT},
    {"stderr", "contains or lacks \"BYTES\", or: empty", judge_stderr_parse, judge_stderr_holds,
     wants_absence, false, WATCH_NOTHING},
    {"exit", "a number, or: nonzero", judge_exit_parse, judge_exit_holds, always, false,
     WATCH_NOTHING},
    {"session", "to its end", judge_session_parse, judge_session_holds, never, false,
     WATCH_NOTHING},
    {"within", "a time such as 4s", judge_within_parse, judge_within_holds, always, false,
     WATCH_CLIENT},
    {"leaks", "none", judge_leaks_parse, judge_leaks_holds, always, true, WATCH_MEMORY},
    {"memory", "clean", judge_memory_parse, judge_memory_holds, always, true, WATCH_MEMORY},
    {"open-files", "[<= or >=] NUMBER", judge_amount_parse, judge_open_files_holds, always, true,
     WATCH_MEMORY},
    {"threads", "[<= or >=] NUMBER", judge_amount_parse, judge_threads_holds, always, true,
     WATCH_THREADS},
    {"store",
     "MAILBOX contains \"TEXT\", MAILBOX lacks \"TEXT\", MAILBOX empty, MAILBOX holds NUMBER or "
     "FILE",
     judge_store_parse, judge_store_holds, wants_absence, true, WATCH_NOTHING},
    {"message",
     "MAILBOX part NUMBER is FILE, MAILBOX parts are \"TYPES\", MAILBOX header NAME is \"TEXT\", "
     "or MAILBOX [header] lines or words [<= or >=] NUMBER",
     judge_message_parse, judge_message_holds, never, true, WATCH_NOTHING},
};

static int parse(const struct judge_kind *kind, const char *value, struct judge *judge,
                 struct failure *why) {
    struct failure what;
    judge->kind = kind;
    buf_init(&judge->bytes, 1 << 20);
    if (kind->parse(judge, value, &what) == 0)
        return 0;
    return failure_set(why, "%s = %s: %s", kind->key, kind->form, what.text);
}

int judge_parse(const char *key, const char *value, struct judge *judge, struct failure *why) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].key, key) == 0)
            return parse(&kinds[i], value, judge, why);
    return 1;
}

int judge_bind(struct judge *judges, size_t count, struct failure *why) {
    const struct judge *frames = NULL;
    for (size_t i = 0; i < count; i++)
        if (judges[i].kind->holds == judge_frames_holds)
            frames = &judges[i];
    for (size_t i = 0; i < count; i++) {
        if (judges[i].kind->holds != judge_after_holds &&
            judges[i].kind->holds != judge_before_holds)
            continue;
        if (frames == NULL)
            return failure_set(why, "\"%s\" needs frames = FILTER in the same check",
                               judges[i].kind->key);
        judges[i].subject = frames;
    }
    return 0;
}

/* Whether the other end had something to say to the program. */
static bool is_spoken_to(const struct lab_run *run) {
    if (run->serves)
        return true;
    return run->scripted ? session_client_speaks(&run->script) : run->servers.count > 0;
}

/* Why a run proves nothing by what did not happen in it; "" when it does. */
static void find_emptiness(const struct evidence *evidence, bool needs_dialogue,
                           struct finding *finding) {
    const struct run_result *result = &evidence->result;
    bool serves = evidence->run->serves;
    char words[200];
    if (result->todo[0] != '\0') {
        finding_got(finding, "%s", result->todo);
    } else if (result->ending != RUN_ENDED) {
        run_result_describe(result, words, sizeof words);
        finding_got(finding, "the program %s", words);
    } else if (needs_dialogue && !evidence_connected(evidence)) {
        finding_got(finding, "nothing: %s",
                    serves ? "nobody was let in" : "the program never connected to the server");
    } else if (needs_dialogue && is_spoken_to(evidence->run) &&
               evidence->stream[evidence_own_side(evidence)].length == 0) {
        finding_got(finding, "nothing: the program sent not one byte");
    }
}

/* A server that did not listen has been asked nothing, and proves nothing. */
static bool has_started(const struct evidence *evidence, struct finding *finding) {
    if (evidence->result.start[0] == '\0')
        return true;
    finding_expected(finding, "a server that listens, and says so (--ready-fd)");
    finding_got(finding, "%s", evidence->result.start);
    return false;
}

bool judge_all(const struct judge *judges, size_t count, const struct evidence *evidence,
               struct finding *finding) {
    bool proved = false, needs_dialogue = false;
    if (!has_started(evidence, finding))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!judges[i].kind->holds(&judges[i], evidence, finding))
            return false;
        proved = proved || !judges[i].kind->is_negative(&judges[i]);
        needs_dialogue = needs_dialogue || judges[i].kind->needs_dialogue;
    }
    if (proved)
        return true;
    buf_clear(&finding->got);
    find_emptiness(evidence, needs_dialogue, finding);
    if (finding->got.length == 0)
        return true;
    finding_expected(finding, "a program at work: only then does it count what it leaves out");
    return false;
}

void judge_free(struct judge *judge) {
    free(judge->filter);
    free(judge->mailbox);
    for (size_t i = 0; i < judge->near_count; i++)
        free(judge->near[i]);
    free(judge->file);
    free(judge->name);
    free(judge->reference);
    buf_free(&judge->bytes);
    pattern_free(&judge->pattern);
    *judge = (struct judge){0};
}
