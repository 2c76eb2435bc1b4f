#include "answers.h"
#include "files.h"
#include "lab_ini.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

/* Notes the first mistake. */
static void note(struct answers *answers, const char *path, unsigned line, const char *words) {
    if (answers->problem.text[0] == '\0')
        failure_set(&answers->problem, "%s:%u: %s", files_short_path(path), line, words);
}

/* The question that a section is about; NULL: none. */
static const struct lab_question *find_question(const struct lab *lab, const char *section) {
    const char *name = text_after(section, "question");
    for (size_t i = 0; name != NULL && i < lab->question_count; i++)
        if (strcmp(lab->questions[i].name, name) == 0)
            return &lab->questions[i];
    return NULL;
}

/* 0, or -1 without memory. */
static int take(struct answers *answers, const struct lab *lab, const struct ini_entry *entry,
                const char *path) {
    const struct lab_question *question = find_question(lab, entry->section);
    if (question == NULL)
        note(answers, path, entry->line, "the lab asks no such question");
    else if (entry->key[0] != '\0' && strcmp(entry->key, "answer") != 0)
        note(answers, path, entry->line, "a question has no other key than answer");
    if (question == NULL || strcmp(entry->key, "answer") != 0)
        return 0;
    char **answer = &answers->list[question - lab->questions];
    if (*answer != NULL && **answer != '\0') {
        note(answers, path, entry->line, "this question is answered for the second time");
        return 0;
    }
    free(*answer);
    *answer = strdup(entry->value);
    return *answer == NULL ? -1 : 0;
}

int answers_read(const char *path, const struct lab *lab, struct answers *answers,
                 struct failure *why) {
    *answers = (struct answers){.list = calloc(lab->question_count + 1, sizeof *answers->list),
                                .count = lab->question_count};
    if (answers->list == NULL)
        return failure_set(why, "not enough memory");
    struct ini_file file;
    struct failure problem;
    if (ini_file_read(path, &file, &problem) < 0) {
        failure_set(&answers->problem, "%s", files_short_path(problem.text));
        return 0;
    }
    int result = 0;
    for (size_t i = 0; result == 0 && i < file.count; i++)
        result = take(answers, lab, &file.entries[i], path);
    ini_file_free(&file);
    return result == 0 ? 0 : failure_set(why, "not enough memory");
}

void answers_free(struct answers *answers) {
    for (size_t i = 0; i < answers->count; i++)
        free(answers->list[i]);
    free(answers->list);
    *answers = (struct answers){0};
}
