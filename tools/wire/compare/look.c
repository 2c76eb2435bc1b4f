/* What all rules share: words, the answers of a server, and the difference that comes of it. */
#include "rules.h"
#include "wording.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The same rule again is looked for among so many differences before it. */
#define MERGE_REACH 32

void look_say(struct look *look, const char *format, ...) {
    char text[600];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_append(&look->words, text, strlen(text));
}

void look_quote(struct look *look, const struct dialogue_step *step) {
    wording_quote(step, &look->words);
}

bool look_at(struct look *look, size_t at) {
    look->has_byte = true;
    look->at = at;
    return true;
}

const char *look_verb(const struct look *look, enum comparison_side side) {
    size_t stretch = look->beside[look->rows[look->first].exchange].item[side];

    return stretch == ALIGN_NONE ? "" : look->party[side].stretch[stretch].verb;
}

bool look_is_pop3(const struct look *look) {
    return look->party != NULL &&
           protocol_manner_of(look->party[COMPARISON_MINE].dialogue) == PROTOCOL_POP3;
}

/* Where a word stands that a server announces: in "250-SIZE 100", and in a line of CAPA's answer.
   0 bytes of others. */
static size_t announcement(const struct dialogue_step *step, const char **words) {
    size_t code = 0;

    if (step->side != DIALOGUE_SERVER || step->kind != DIALOGUE_LINE)
        return 0;
    if (!step->data) {
        code = strlen("250-");
        if (step->length <= code || strncmp(step->bytes, "250", 3) != 0)
            return 0;
    }
    *words = step->bytes + code;
    return step->length - code;
}

bool look_announced(const struct look *look, enum comparison_side side, const char *word,
                    size_t length) {
    const struct exchanges *exchanges = &look->party[side].exchanges;

    for (size_t i = 0; i < exchanges->count; i++) {
        const struct dialogue_step *step = exchanges->steps[i].step;
        const char *words = NULL;
        size_t announced = announcement(step, &words);
        if (announced >= length && announced > 0 && strncasecmp(words, word, length) == 0 &&
            (announced == length || words[length] == ' '))
            return true;
        if (step->kind == DIALOGUE_MESSAGE)
            break; /* EHLO and CAPA come before the first message */
    }
    return false;
}

const struct dialogue_step *look_step(const struct look *look, enum comparison_side side,
                                      enum dialogue_side who) {
    for (size_t i = look->first; i < look->end; i++) {
        const struct dialogue_step *step = look->rows[i].step[side];
        if (step != NULL && step->side == who)
            return step;
    }
    return NULL;
}

/* The same difference once more, if it was told already. */
static bool merge(struct comparison *comparison, const struct look *look, const struct rule *rule) {
    for (size_t i = comparison->difference_count;
         i-- > 0 && i + MERGE_REACH >= comparison->difference_count;) {
        struct comparison_difference *difference = &comparison->differences[i];
        if (difference->pair == look->pair && difference->class == rule->class &&
            strcmp(difference->rule, rule->name) == 0) {
            difference->rows++;
            return true;
        }
    }
    return false;
}

/* One more exchange that is missing, or one too many, behind another: both are told as one. */
static bool goes_on(struct comparison *comparison, const struct look *look,
                    const struct rule *rule) {
    if (comparison->difference_count == 0 || look->first == 0 || look->row != look->first)
        return false;
    struct comparison_difference *last = &comparison->differences[comparison->difference_count - 1];
    if (strcmp(rule->name, last->rule) != 0 || last->pair != look->pair ||
        (strcmp(rule->name, "missing") != 0 && strcmp(rule->name, "extra") != 0) ||
        look->rows[look->first - 1].exchange != look->rows[last->row].exchange + last->rows - 1)
        return false;
    last->rows++;
    return true;
}

static bool is_of_smtp(const char *clause) {
    return strncmp(clause, "RFC 5321", 8) == 0 || strncmp(clause, "RFC 2920", 8) == 0;
}

/* What RFC 5321 says of SMTP is no clause for another protocol. */
static const char *clause_of(const struct look *look, const struct rule *rule) {
    const char *clause = rule->clause != NULL ? rule->clause : look->clause;
    const struct protocol *protocol =
        look->party != NULL ? look->party[COMPARISON_REFERENCE].protocol : NULL;

    if (clause == NULL || protocol == NULL || !is_of_smtp(clause) ||
        protocol->manner == PROTOCOL_SMTP)
        return clause;
    return protocol->manner == PROTOCOL_POP3 ? rule_clause_pop3(rule->name) : NULL;
}

void look_add(struct look *look, const struct rule *rule) {
    struct comparison *comparison = look->comparing->comparison;

    if ((rule->merges && merge(comparison, look, rule)) || goes_on(comparison, look, rule))
        return;
    comparison->total[rule->class]++;
    if (comparison->difference_count == COMPARISON_DIFFERENCE_LIMIT)
        return;
    struct comparison_difference difference = {
        .class = rule->class,
        .rule = rule->name,
        .pair = look->pair,
        .row = look->row,
        .sentence = strdup(look->words.bytes != NULL ? look->words.bytes : ""),
        .clause = clause_of(look, rule),
        .rows = 1,
        .frame = {look->mine != NULL ? look->mine->last_frame : 0,
                  look->reference != NULL ? look->reference->last_frame : 0},
        .has_byte = look->has_byte && look->mine != NULL && look->mine->bytes != NULL,
        .at = look->at,
    };
    look->comparing->failed |= difference.sentence == NULL;
    comparison->differences[comparison->difference_count++] = difference;
}

const struct rule *look_ask(struct look *look, const struct rule *rules) {
    for (const struct rule *rule = rules; rule->name != NULL; rule++) {
        buf_clear(&look->words);
        look->clause = NULL;
        look->has_byte = false;
        look->at = 0;
        if (!rule->applies(look))
            continue;
        look_add(look, rule);
        return rule;
    }
    return NULL;
}
