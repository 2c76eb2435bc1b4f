/* Judges of how the program ended. */
#include "judges.h"
#include "text.h"
#include <string.h>

int judge_exit_parse(struct judge *judge, const char *value, struct failure *why) {
    judge->verb = strcmp(value, "nonzero") == 0 ? VERB_NONZERO : VERB_NONE;
    return judge->verb == VERB_NONZERO ? 0 : text_number(value, 125, &judge->number, why);
}

int judge_within_parse(struct judge *judge, const char *value, struct failure *why) {
    int milliseconds;
    if (text_duration(value, &milliseconds, why) < 0)
        return -1;
    judge->number = (unsigned long)milliseconds;
    return 0;
}

/* What the program complained of often says why. */
static void quote_error(const struct evidence *evidence, struct finding *finding) {
    const char *line;
    size_t length = evidence_complaint(evidence, &line);
    if (length == 0)
        return;
    buf_printf(&finding->got, "\nit said:  ");
    text_printable(line, length < 200 ? length : 200, &finding->got, NULL);
}

bool judge_exit_holds(const struct judge *judge, const struct evidence *evidence,
                      struct finding *finding) {
    const struct run_result *result = &evidence->result;
    bool nonzero = judge->verb == VERB_NONZERO;
    bool right = nonzero ? result->status != 0 : (unsigned long)result->status == judge->number;
    if (result->ending == RUN_ENDED && right)
        return true;
    char words[200];
    if (nonzero)
        finding_expected(finding, "the program ends with a status that is not 0");
    else
        finding_expected(finding, "the program ends with status %lu", judge->number);
    run_result_describe(result, words, sizeof words);
    finding_got(finding, "it %s", words);
    quote_error(evidence, finding);
    return false;
}

bool judge_within_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    const struct run_result *result = &evidence->result;
    if (result->ending == RUN_ENDED && (unsigned long)result->milliseconds <= judge->number)
        return true;
    char words[200];
    finding_expected(finding, "the program ends within %.1f s", (double)judge->number / 1000);
    run_result_describe(result, words, sizeof words);
    finding_got(finding, "it %s, after %.1f s", words, result->milliseconds / 1000.0);
    return false;
}

int judge_session_parse(struct judge *judge, const char *value, struct failure *why) {
    (void)judge;
    return strcmp(value, "to its end") == 0 ? 0 : failure_set(why, "\"%s\" is not that", value);
}

bool judge_session_holds(const struct judge *judge, const struct evidence *evidence,
                         struct finding *finding) {
    (void)judge;
    const struct run_result *result = &evidence->result;
    bool typed = result->keyboard[0] == '\0';
    if (typed && result->script[0] == '\0')
        return true;
    if (evidence->run->serves && evidence->run->session.count == 0)
        finding_expected(finding, "each connection is served, however many there are");
    else
        finding_expected(finding, "the dialogue of %s comes to its end",
                         evidence->run->text[typed ? RUN_SCRIPT : RUN_SESSION]);
    finding_got(finding, "%s", typed ? result->script : result->keyboard);
    return false;
}
