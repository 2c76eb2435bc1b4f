/* When no frame matches a filter: the one that nearly does, since it matches the filter's first
   parts. "A && B" is asked for "A" as well. */
#include "judges.h"
#include <string.h>

/* Where the last && outside of brackets and quotes is, before `end`; 0: there is none. */
static size_t find_last_and(const char *filter, size_t end) {
    size_t found = 0, depth = 0;
    char quote = '\0';
    for (size_t i = 0; i < end; i++) {
        char byte = filter[i];
        if (quote != '\0' && byte == '\\')
            i++;
        else if (quote != '\0')
            quote = byte == quote ? '\0' : quote;
        else if (byte == '"' || byte == '\'')
            quote = byte;
        else if (byte == '(' || byte == '[' || byte == '{')
            depth++;
        else if (byte == ')' || byte == ']' || byte == '}')
            depth -= depth > 0 ? 1 : 0;
        else if (depth == 0 && strncmp(filter + i, " || ", 4) == 0)
            return 0; /* its parts are no conditions that all must hold */
        else if (depth == 0 && strncmp(filter + i, " && ", 4) == 0)
            found = i;
    }
    return found;
}

int judge_near_split(struct judge *judge, struct failure *why) {
    size_t end = strlen(judge->filter);
    while (judge->near_count < JUDGE_NEAR && (end = find_last_and(judge->filter, end)) > 0) {
        char *part = strndup(judge->filter, end);
        if (part == NULL)
            return failure_set(why, "not enough memory");
        judge->near[judge->near_count++] = part;
    }
    return 0;
}

bool judge_near_describe(const struct judge *judge, const struct evidence *evidence,
                         struct finding *finding) {
    for (size_t i = 0; i < judge->near_count; i++) {
        unsigned frame = evidence_match(evidence, judge->near_match + i, 0);
        if (frame == 0)
            continue;
        const char *whole = i == 0 ? judge->filter : judge->near[i - 1];
        finding->frame = frame;
        buf_printf(&finding->got, "the nearest:\n");
        judge_describe_frame(evidence, frame, &finding->got);
        buf_printf(&finding->got, "\nmatches  %s\nbut not  %s", judge->near[i],
                   whole + strlen(judge->near[i]) + strlen(" && "));
        return true;
    }
    return false;
}
