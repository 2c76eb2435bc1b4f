/* What judges that count have in common: "2", "<= 2" or ">= 2". */
#include "judges.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

int judge_number_parse(struct judge *judge, const char **value, struct failure *why) {
    static const struct {
        const char *sign;
        enum judge_relation relation;
    } signs[] = {{"<=", RELATION_AT_MOST}, {">=", RELATION_AT_LEAST}};
    const char *text = *value;
    judge->relation = RELATION_EQUAL;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(text, signs[i].sign, 2) == 0) {
            judge->relation = signs[i].relation;
            text += 2 + strspn(text + 2, " ");
            break;
        }
    char digits[24];
    size_t length = strcspn(text, " \t");
    snprintf(digits, sizeof digits, "%.*s", (int)(length < 23 ? length : 23), text);
    *value = text + length + strspn(text + length, " \t");
    return text_number(digits, 1000000, &judge->number, why);
}

bool judge_number_holds(const struct judge *judge, unsigned long count) {
    return judge->relation == RELATION_EQUAL     ? count == judge->number
           : judge->relation == RELATION_AT_MOST ? count <= judge->number
                                                 : count >= judge->number;
}

const char *judge_number_words(const struct judge *judge) {
    static const char *const words[] = {[RELATION_EQUAL] = "exactly",
                                        [RELATION_AT_MOST] = "at most",
                                        [RELATION_AT_LEAST] = "at least"};
    return words[judge->relation];
}
