#include "filters.h"
#include <stdlib.h>

static size_t add(struct filters *filters, const char *filter, unsigned line) {
    filters->lines[filters->count] = line;
    filters->list[filters->count] = filter;
    return filters->count++;
}

int filters_collect(const struct lab *lab, struct filters *filters) {
    size_t judges = 0;
    for (size_t i = 0; i < lab->check_count; i++)
        judges += lab->checks[i].judge_count;
    size_t most = judges * (1 + JUDGE_NEAR) + 1;
    *filters = (struct filters){.list = calloc(most, sizeof *filters->list),
                                .lines = calloc(most, sizeof *filters->lines)};
    if (filters->list == NULL || filters->lines == NULL)
        return -1;
    for (size_t i = 0; i < lab->check_count; i++)
        for (size_t j = 0; j < lab->checks[i].judge_count; j++) {
            struct judge *judge = &lab->checks[i].judges[j];
            if (judge->filter == NULL)
                continue;
            judge->match = add(filters, judge->filter, judge->line);
            judge->near_match = filters->count;
            for (size_t k = 0; k < judge->near_count; k++)
                add(filters, judge->near[k], judge->line);
        }
    return 0;
}

void filters_free(struct filters *filters) {
    free(filters->list);
    free(filters->lines);
}

int filters_find_error(const struct lab *lab, const struct filters *filters,
                       const struct dissection *dissection, struct failure *why) {
    for (size_t i = 0; i < dissection->filter_count; i++)
        if (dissection->filter_errors[i] != NULL)
            return failure_set(why, "%s:%u: %s", lab->file, filters->lines[i],
                               dissection->filter_errors[i]);
    for (size_t i = 0; i < dissection->question_count; i++)
        if (dissection->question_errors[i] != NULL)
            return failure_set(why, "%s:%u: %s", lab->file, lab->questions[i].line,
                               dissection->question_errors[i]);
    return 0;
}

int filters_try(const struct lab *lab, struct failure *why) {
    struct filters filters;
    struct dissect_question *questions = calloc(lab->question_count + 1, sizeof *questions);
    int result = filters_collect(lab, &filters);
    if (result < 0 || questions == NULL) {
        result = failure_set(why, "not enough memory");
    } else {
        for (size_t i = 0; i < lab->question_count; i++)
            questions[i] = (struct dissect_question){.fields = lab->questions[i].field,
                                                     .where = lab->questions[i].where};
        struct dissect_plan plan = {
            .filters = filters.list,
            .filter_count = filters.count,
            .questions = questions,
            .question_count = lab->question_count,
        };
        struct dissection *dissection = dissect_run(&plan, why);
        result = dissection == NULL ? -1 : filters_find_error(lab, &filters, dissection, why);
        dissection_free(dissection);
    }
    filters_free(&filters);
    free(questions);
    return result;
}
