#include "references.h"
#include "files.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(struct references *references, const char *name, struct failure *why) {
    if (references_find(references, name) != NULL)
        return 0;
    struct reference_capture *list =
        realloc(references->list, (references->count + 1) * sizeof *list);
    if (list == NULL)
        return failure_set(why, "not enough memory");
    references->list = list;
    struct reference_capture *added = &list[references->count];
    *added = (struct reference_capture){.name = name};
    if (files_path(added->path, why, "%s/%s", KIT_SOURCE_DIR, name) < 0)
        return -1;
    if (access(added->path, R_OK) == 0)
        references->count++;
    return 0;
}

int references_collect(const struct lab *lab, const bool *wanted, struct references *references,
                       struct failure *why) {
    *references = (struct references){0};
    for (size_t i = 0; i < lab->check_count; i++) {
        const struct lab_check *check = &lab->checks[i];
        for (size_t j = 0; wanted[i] && j < check->judge_count; j++)
            if (check->judges[j].reference != NULL &&
                add(references, check->judges[j].reference, why) < 0)
                return -1;
    }
    return 0;
}

int references_dissected(struct references *references, const struct dissect_capture *captures,
                         struct failure *why) {
    for (size_t i = 0; i < references->count; i++) {
        struct reference_capture *reference = &references->list[i];
        reference->capture = &captures[i];
        if (reference->capture->damage != NULL)
            return failure_set(why, "%s is damaged: %s", reference->name,
                               reference->capture->damage);
        if (dialogues_make(captures[i].frames, captures[i].frame_count, &reference->dialogues,
                           why) < 0)
            return -1;
    }
    return 0;
}

const struct reference_capture *references_find(const struct references *references,
                                                const char *name) {
    for (size_t i = 0; i < references->count; i++)
        if (strcmp(references->list[i].name, name) == 0)
            return &references->list[i];
    return NULL;
}

void references_free(struct references *references) {
    for (size_t i = 0; i < references->count; i++)
        dialogues_free(&references->list[i].dialogues);
    free(references->list);
    *references = (struct references){0};
}
