#include "lab_keys.h"
#include "lab_run.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static int no_memory(struct failure *why) {
    return failure_set(why, "not enough memory");
}

static int set_once(char **text, const char *value, struct failure *why) {
    if (*text != NULL)
        return failure_set(why, "this key stands here for the second time");
    *text = strdup(value);
    return *text == NULL ? no_memory(why) : 0;
}

static int add_line(struct lab_lines *lines, const char *value, struct failure *why) {
    if (lines->count == LAB_LINES_LIMIT)
        return failure_set(why, "this key stands here more than %d times", LAB_LINES_LIMIT);
    lines->text[lines->count] = strdup(value);
    return lines->text[lines->count++] == NULL ? no_memory(why) : 0;
}

void lab_free_lines(struct lab_lines *lines) {
    for (size_t i = 0; i < lines->count; i++)
        free(lines->text[i]);
}

void *lab_grow(void *list, size_t *count, size_t size) {
    char *more = realloc(list, (*count + 1) * size);
    if (more == NULL)
        return NULL;
    memset(more + *count * size, 0, size);
    ++*count;
    return more;
}

int lab_take_lab_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    if (strcmp(entry->key, "title") == 0)
        return set_once(&lab->title, entry->value, why);
    if (strcmp(entry->key, "client") == 0)
        return set_once(&lab->client, entry->value, why);
    if (strcmp(entry->key, "server") == 0)
        return set_once(&lab->server, entry->value, why);
    if (strcmp(entry->key, "try") == 0)
        return add_line(&lab->tries, entry->value, why);
    int known = lab_run_set(&lab->runs[0], entry->key, entry->value, entry->line, why);
    return known == 1 ? failure_set(why, "[lab] has no key \"%s\"", entry->key) : known;
}

int lab_take_run_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    struct lab_run *run = &lab->runs[lab->run_count - 1];
    int known = lab_run_set(run, entry->key, entry->value, entry->line, why);
    return known == 1 ? failure_set(why, "a run has no key \"%s\"", entry->key) : known;
}

/* The number of the run of that name. 0 or -1. */
static int find_run(const struct lab *lab, const char *name, size_t *number, struct failure *why) {
    for (size_t i = 0; i < lab->run_count; i++) {
        *number = i;
        if (strcmp(lab->runs[i].name, name) == 0)
            return 0;
    }
    return failure_set(why, "there is no [run %s]", name);
}

int lab_take_check_runs(struct lab *lab, struct lab_check *check, const char *value,
                        struct failure *why) {
    struct arguments names = {0};
    int result = text_words(value, &names, why);
    for (size_t i = 0; result == 0 && i < names.count; i++) {
        size_t found = 0;
        result = find_run(lab, names.words[i], &found, why);
        size_t *runs = lab_grow(check->runs, &check->run_count, sizeof *runs);
        if (runs == NULL) {
            result = no_memory(why);
            break;
        }
        check->runs = runs;
        check->runs[check->run_count - 1] = found;
    }
    arguments_free(&names);
    return result;
}

/* The checks that a check needs stand above it, so that there is an order to judge them in. */
static int take_check_needs(struct lab *lab, const char *value, struct failure *why) {
    struct arguments names = {0};
    int result = text_words(value, &names, why);
    for (size_t i = 0; result == 0 && i < names.count; i++) {
        struct lab_check *check = &lab->checks[lab->check_count - 1];
        const struct lab_check *needed = lab_find_check(lab, names.words[i]);
        if (needed == NULL || needed == check) {
            result = failure_set(why, "there is no [check %s] above this one", names.words[i]);
            break;
        }
        size_t *needs = lab_grow(check->needs, &check->need_count, sizeof *needs);
        if (needs == NULL) {
            result = no_memory(why);
            break;
        }
        check->needs = needs;
        check->needs[check->need_count - 1] = (size_t)(needed - lab->checks);
    }
    arguments_free(&names);
    return result;
}

int lab_take_check_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    struct lab_check *check = &lab->checks[lab->check_count - 1];
    const char *key = entry->key;
    if (strcmp(key, "points") == 0)
        return text_number(entry->value, 100, &check->points, why);
    if (strcmp(key, "says") == 0)
        return set_once(&check->says, entry->value, why);
    if (strcmp(key, "rfc") == 0)
        return set_once(&check->rfc, entry->value, why);
    if (strcmp(key, "todo") == 0)
        return set_once(&check->todo, entry->value, why);
    if (strcmp(key, "hint") == 0)
        return add_line(&check->hints, entry->value, why);
    if (strcmp(key, "run") == 0)
        return check->run_count > 0 ? failure_set(why, "this key stands here for the second time")
                                    : lab_take_check_runs(lab, check, entry->value, why);
    if (strcmp(key, "needs") == 0)
        return check->need_count > 0 ? failure_set(why, "this key stands here for the second time")
                                     : take_check_needs(lab, entry->value, why);
    struct judge judge = {.line = entry->line};
    int known = judge_parse(key, entry->value, &judge, why);
    if (known != 0) {
        judge_free(&judge);
        return known == 1 ? failure_set(why, "a check has no key \"%s\"", key) : -1;
    }
    struct judge *judges = lab_grow(check->judges, &check->judge_count, sizeof judge);
    if (judges == NULL) {
        judge_free(&judge);
        return no_memory(why);
    }
    check->judges = judges;
    check->judges[check->judge_count - 1] = judge;
    return 0;
}

int lab_take_question_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    struct lab_question *question = &lab->questions[lab->question_count - 1];
    if (strcmp(entry->key, "text") == 0)
        return set_once(&question->text, entry->value, why);
    if (strcmp(entry->key, "field") == 0)
        return set_once(&question->field, entry->value, why);
    if (strcmp(entry->key, "where") == 0)
        return set_once(&question->where, entry->value, why);
    if (strcmp(entry->key, "points") == 0)
        return text_number(entry->value, 100, &question->points, why);
    if (strcmp(entry->key, "run") == 0)
        return find_run(lab, entry->value, &question->run, why);
    if (strcmp(entry->key, "hint") == 0)
        return add_line(&question->hints, entry->value, why);
    return failure_set(why, "a question has no key \"%s\"", entry->key);
}

int lab_new_run(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    /* Each run has a directory of its name, beside what else the lab leaves there. */
    static const char *const taken[] = {"main", "results", "start", "capture", "hints"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strcmp(name, taken[i]) == 0)
            return failure_set(why, "a run cannot be called \"%s\"", name);
    for (size_t i = 0; i < lab->run_count; i++)
        if (strcmp(lab->runs[i].name, name) == 0)
            return failure_set(why, "there is a run \"%s\" already", name);
    struct lab_run *runs = lab_grow(lab->runs, &lab->run_count, sizeof *runs);
    if (runs == NULL)
        return no_memory(why);
    lab->runs = runs;
    struct lab_run *run = &runs[lab->run_count - 1];
    run->line = line;
    run->name = strdup(name);
    return run->name == NULL ? no_memory(why) : 0;
}

int lab_new_check(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    if (lab_find_check(lab, name) != NULL)
        return failure_set(why, "there is a check \"%s\" already", name);
    struct lab_check *checks = lab_grow(lab->checks, &lab->check_count, sizeof *checks);
    if (checks == NULL)
        return no_memory(why);
    lab->checks = checks;
    struct lab_check *check = &checks[lab->check_count - 1];
    check->points = 1;
    check->line = line;
    check->name = strdup(name);
    return check->name == NULL ? no_memory(why) : 0;
}

int lab_new_question(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    for (size_t i = 0; i < lab->question_count; i++)
        if (strcmp(lab->questions[i].name, name) == 0)
            return failure_set(why, "there is a question \"%s\" already", name);
    struct lab_question *questions =
        lab_grow(lab->questions, &lab->question_count, sizeof *questions);
    if (questions == NULL)
        return no_memory(why);
    lab->questions = questions;
    struct lab_question *question = &questions[lab->question_count - 1];
    question->points = 1;
    question->line = line;
    question->name = strdup(name);
    return question->name == NULL ? no_memory(why) : 0;
}

void lab_free_check(struct lab_check *check) {
    for (size_t i = 0; i < check->judge_count; i++)
        judge_free(&check->judges[i]);
    free(check->judges);
    free(check->runs);
    free(check->needs);
    free(check->name);
    free(check->says);
    free(check->rfc);
    free(check->todo);
    lab_free_lines(&check->hints);
}

void lab_free_question(struct lab_question *question) {
    free(question->name);
    free(question->text);
    free(question->field);
    free(question->where);
    lab_free_lines(&question->hints);
}
