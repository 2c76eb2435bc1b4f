#include "recorded.h"
#include "files.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int recorded_read(const char *directory, const char *name, struct fields *verdict,
                  struct failure *why) {
    char path[PATH_MAX];
    if (files_path(path, why, "%s/results/%s", directory, name) < 0 ||
        fields_read(verdict, path, why) < 0)
        return -1;
    static const char *const needed[] = {"number", "check", "says", "points", "earned", "outcome"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (fields_get(verdict, needed[i]) == NULL) {
            fields_free(verdict);
            return failure_set(why, "%s: this is no verdict", path);
        }
    return 0;
}

static int add(struct recorded *recorded, const char *directory, const char *name,
               struct failure *why) {
    if (recorded_read(directory, name, &recorded->list[recorded->count], why) < 0)
        return -1;
    recorded->count++;
    return 0;
}

int recorded_read_all(const struct lab *lab, const char *directory, const bool *wanted,
                      const bool *asked, struct recorded *recorded, struct failure *why) {
    size_t most = lab->check_count + lab->question_count;
    *recorded = (struct recorded){.list = calloc(most + 1, sizeof *recorded->list)};
    if (recorded->list == NULL)
        return failure_set(why, "not enough memory");
    int result = 0;
    for (size_t i = 0; result == 0 && i < lab->check_count; i++)
        if (wanted[i])
            result = add(recorded, directory, lab->checks[i].name, why);
    for (size_t i = 0; result == 0 && i < lab->question_count; i++) {
        char name[100];
        snprintf(name, sizeof name, LAB_QUESTION_PREFIX "%s", lab->questions[i].name);
        if (asked[i])
            result = add(recorded, directory, name, why);
    }
    if (result < 0)
        recorded_free(recorded);
    return result;
}

void recorded_free(struct recorded *recorded) {
    for (size_t i = 0; i < recorded->count; i++)
        fields_free(&recorded->list[i]);
    free(recorded->list);
    *recorded = (struct recorded){0};
}
