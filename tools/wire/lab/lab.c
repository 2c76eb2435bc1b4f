#include "lab.h"
#include "lab_ini.h"
#include "lab_run.h"
#include "seed.h"
#include "text.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
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

static void free_lines(struct lab_lines *lines) {
    for (size_t i = 0; i < lines->count; i++)
        free(lines->text[i]);
}

/* Adds one element to a list of structs, zeroed. */
static void *grow(void *list, size_t *count, size_t size) {
    char *more = realloc(list, (*count + 1) * size);
    if (more == NULL)
        return NULL;
    memset(more + *count * size, 0, size);
    ++*count;
    return more;
}

static int take_lab_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    if (strcmp(entry->key, "title") == 0)
        return set_once(&lab->title, entry->value, why);
    if (strcmp(entry->key, "client") == 0)
        return set_once(&lab->client, entry->value, why);
    if (strcmp(entry->key, "try") == 0)
        return add_line(&lab->tries, entry->value, why);
    int known = lab_run_set(&lab->runs[0], entry->key, entry->value, entry->line, why);
    return known == 1 ? failure_set(why, "[lab] has no key \"%s\"", entry->key) : known;
}

static int take_run_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    struct lab_run *run = &lab->runs[lab->run_count - 1];
    int known = lab_run_set(run, entry->key, entry->value, entry->line, why);
    return known == 1 ? failure_set(why, "a run has no key \"%s\"", entry->key) : known;
}

/* The runs that a check names. They are looked up when all of them are known. */
static int take_check_runs(struct lab *lab, struct lab_check *check, const char *value,
                           struct failure *why) {
    struct arguments names = {0};
    int result = text_words(value, &names, why);
    for (size_t i = 0; result == 0 && i < names.count; i++) {
        size_t found = 0;
        while (found < lab->run_count && strcmp(lab->runs[found].name, names.words[i]) != 0)
            found++;
        size_t *runs = grow(check->runs, &check->run_count, sizeof *runs);
        if (found == lab->run_count)
            result = failure_set(why, "there is no [run %s]", names.words[i]);
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
        size_t *needs = grow(check->needs, &check->need_count, sizeof *needs);
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

static int take_check_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
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
                                    : take_check_runs(lab, check, entry->value, why);
    if (strcmp(key, "needs") == 0)
        return check->need_count > 0 ? failure_set(why, "this key stands here for the second time")
                                     : take_check_needs(lab, entry->value, why);
    struct judge judge = {.line = entry->line};
    int known = judge_parse(key, entry->value, &judge, why);
    if (known != 0) {
        judge_free(&judge);
        return known == 1 ? failure_set(why, "a check has no key \"%s\"", key) : -1;
    }
    struct judge *judges = grow(check->judges, &check->judge_count, sizeof judge);
    if (judges == NULL) {
        judge_free(&judge);
        return no_memory(why);
    }
    check->judges = judges;
    check->judges[check->judge_count - 1] = judge;
    return 0;
}

static int take_question_key(struct lab *lab, const struct ini_entry *entry, struct failure *why) {
    struct lab_question *question = &lab->questions[lab->question_count - 1];
    if (strcmp(entry->key, "text") == 0)
        return set_once(&question->text, entry->value, why);
    if (strcmp(entry->key, "field") == 0)
        return set_once(&question->field, entry->value, why);
    if (strcmp(entry->key, "where") == 0)
        return set_once(&question->where, entry->value, why);
    if (strcmp(entry->key, "points") == 0)
        return text_number(entry->value, 100, &question->points, why);
    if (strcmp(entry->key, "hint") == 0)
        return add_line(&question->hints, entry->value, why);
    return failure_set(why, "a question has no key \"%s\"", entry->key);
}

static int new_run(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    /* Each run has a directory of its name, beside what else the lab leaves there. */
    static const char *const taken[] = {"main", "results", "start", "capture", "hints"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strcmp(name, taken[i]) == 0)
            return failure_set(why, "a run cannot be called \"%s\"", name);
    for (size_t i = 0; i < lab->run_count; i++)
        if (strcmp(lab->runs[i].name, name) == 0)
            return failure_set(why, "there is a run \"%s\" already", name);
    struct lab_run *runs = grow(lab->runs, &lab->run_count, sizeof *runs);
    if (runs == NULL)
        return no_memory(why);
    lab->runs = runs;
    struct lab_run *run = &runs[lab->run_count - 1];
    run->line = line;
    run->name = strdup(name);
    return run->name == NULL ? no_memory(why) : 0;
}

static int new_check(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    if (lab_find_check(lab, name) != NULL)
        return failure_set(why, "there is a check \"%s\" already", name);
    struct lab_check *checks = grow(lab->checks, &lab->check_count, sizeof *checks);
    if (checks == NULL)
        return no_memory(why);
    lab->checks = checks;
    struct lab_check *check = &checks[lab->check_count - 1];
    check->points = 1;
    check->line = line;
    check->name = strdup(name);
    return check->name == NULL ? no_memory(why) : 0;
}

static int new_question(struct lab *lab, const char *name, unsigned line, struct failure *why) {
    for (size_t i = 0; i < lab->question_count; i++)
        if (strcmp(lab->questions[i].name, name) == 0)
            return failure_set(why, "there is a question \"%s\" already", name);
    struct lab_question *questions = grow(lab->questions, &lab->question_count, sizeof *questions);
    if (questions == NULL)
        return no_memory(why);
    lab->questions = questions;
    struct lab_question *question = &questions[lab->question_count - 1];
    question->points = 1;
    question->line = line;
    question->name = strdup(name);
    return question->name == NULL ? no_memory(why) : 0;
}

/* Runs are read before checks, wherever they stand in the file: checks name them. */
enum pass {
    PASS_RUNS,
    PASS_CHECKS,
};

struct section {
    const char *word;
    enum pass pass;
    int (*begin)(struct lab *lab, const char *name, unsigned line, struct failure *why);
    int (*take)(struct lab *lab, const struct ini_entry *entry, struct failure *why);
};

static const struct section sections[] = {
    {"lab", PASS_RUNS, NULL, take_lab_key},
    {"run", PASS_RUNS, new_run, take_run_key},
    {"check", PASS_CHECKS, new_check, take_check_key},
    {"question", PASS_CHECKS, new_question, take_question_key},
};

static const struct section *find_section(const char *text) {
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (text_after(text, sections[i].word) != NULL)
            return &sections[i];
    return NULL;
}

static int take(struct lab *lab, const struct ini_entry *entry, enum pass pass,
                struct failure *why) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const struct section *section = find_section(entry->section);
    if (section == NULL)
        return failure_set(why,
                           "[%s] is no section of a lab.ini: it has [lab], [run NAME], "
                           "[check NAME], [question NAME]",
                           entry->section);
    if (section->pass != pass)
        return 0;
    if (entry->key[0] != '\0')
        return section->take(lab, entry, why);
    const char *name = text_after(entry->section, section->word);
    if (section->begin == NULL)
        return *name == '\0' ? 0 : failure_set(why, "[lab] has no name");
    if (*name == '\0' || name[strspn(name, letters)] != '\0' || strlen(name) > 40)
        return failure_set(why, "[%s] needs a name of a-z, 0-9 and hyphens", section->word);
    return section->begin(lab, name, entry->line, why);
}

/* What can only be said when everything was read. *line is where. */
/* What the judges want to be watched is watched in each run of their checks. */
static int mark_watched(struct lab *lab, unsigned *line, struct failure *why) {
    for (size_t i = 0; i < lab->check_count; i++) {
        const struct lab_check *check = &lab->checks[i];
        for (size_t j = 0; j < check->judge_count * check->run_count; j++) {
            const struct judge *judge = &check->judges[j / check->run_count];
            struct lab_run *run = &lab->runs[check->runs[j % check->run_count]];
            *line = judge->line;
            if (judge->kind->watch == WATCH_MEMORY && !run->tool)
                return failure_set(why, "%s needs tool = valgrind in the run %s", judge->kind->key,
                                   run->name);
            run->counts_threads = run->counts_threads || judge->kind->watch == WATCH_THREADS;
        }
    }
    return 0;
}

static int finish(struct lab *lab, unsigned *line, struct failure *why) {
    *line = 1;
    if (lab->title == NULL || lab->client == NULL)
        return failure_set(why, "[lab] needs title and client");
    for (size_t i = 0; i < lab->run_count; i++) {
        *line = lab->runs[i].line;
        lab->runs[i].nonce = lab->nonce;
        if (lab_run_finish(&lab->runs[i], &lab->runs[0], lab->directory, line, why) < 0)
            return -1;
    }
    for (size_t i = 0; i < lab->check_count; i++) {
        struct lab_check *check = &lab->checks[i];
        *line = check->line;
        if (check->says == NULL)
            return failure_set(why, "[check %s] needs says", check->name);
        if (check->judge_count == 0)
            return failure_set(why, "[check %s] has nothing that decides", check->name);
        if (judge_bind(check->judges, check->judge_count, why) < 0)
            return -1;
        if (check->run_count == 0 && take_check_runs(lab, check, "main", why) < 0)
            return -1;
    }
    if (mark_watched(lab, line, why) < 0)
        return -1;
    for (size_t i = 0; i < lab->question_count; i++) {
        const struct lab_question *question = &lab->questions[i];
        *line = question->line;
        if (question->text == NULL || question->field == NULL || question->where == NULL)
            return failure_set(why, "[question %s] needs text, field and where", question->name);
    }
    return 0;
}

/* The nonce word in place of its name, wherever that stands. */
static int fill_in(const struct lab *lab, struct ini_file *file, struct failure *why) {
    for (size_t i = 0; i < file->count; i++) {
        char **value = &file->entries[i].value;
        struct buf filled;
        if (strstr(*value, LAB_NONCE) == NULL)
            continue;
        buf_init(&filled, 1 << 20);
        int result = text_fill(*value, strlen(*value) + 1, LAB_NONCE, lab->nonce, &filled);
        char *copy = result == 0 ? strdup(filled.bytes) : NULL;
        buf_free(&filled);
        if (copy == NULL)
            return no_memory(why);
        free(*value);
        *value = copy;
    }
    return 0;
}

static int find_nonce(struct lab *lab, struct failure *why) {
    char seed[SEED_SIZE], nonce[SEED_NONCE_SIZE];
    if (seed_find(KIT_BUILD_DIR "/lab/seed", seed, why) < 0 || seed_nonce(seed, nonce, why) < 0)
        return -1;
    lab->nonce = strdup(nonce);
    return lab->nonce == NULL ? no_memory(why) : 0;
}

static int read_file(struct lab *lab, struct failure *why) {
    struct ini_file file;
    struct failure what;
    if (ini_file_read(lab->file, &file, why) < 0)
        return -1;
    lab->runs = grow(NULL, &lab->run_count, sizeof *lab->runs);
    int result = 0;
    unsigned line = 1;
    if (lab->runs == NULL || (lab->runs[0].name = strdup("main")) == NULL)
        result = no_memory(&what);
    if (result == 0)
        result = fill_in(lab, &file, &what);
    for (enum pass pass = PASS_RUNS; result == 0 && pass <= PASS_CHECKS; pass++)
        for (size_t i = 0; result == 0 && i < file.count; i++) {
            line = file.entries[i].line;
            result = take(lab, &file.entries[i], pass, &what);
        }
    if (result == 0)
        result = finish(lab, &line, &what);
    ini_file_free(&file);
    if (result < 0)
        failure_set(why, "%s:%u: %s", lab->file, line, what.text);
    return result;
}

char *lab_find(const char *labs, const char *word, struct failure *why) {
    DIR *directory = opendir(labs);
    if (directory == NULL) {
        failure_system(why, errno, "%s", labs);
        return NULL;
    }
    char *end = NULL;
    long number = strtol(word, &end, 10);
    bool is_number = *word >= '0' && *word <= '9' && *end == '\0';
    char *found = NULL;
    const struct dirent *entry;
    while (found == NULL && (entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        bool is_lab = strspn(name, "0123456789") == 2 && name[2] == '-';
        if (is_lab && (strcmp(name, word) == 0 || (is_number && strtol(name, NULL, 10) == number)))
            found = strdup(name);
    }
    closedir(directory);
    if (found == NULL)
        failure_set(why, "no lab \"%s\" in %s: name it as 3, 03 or 03-smtp-send", word, labs);
    return found;
}

int lab_open(const char *labs, const char *word, struct lab *lab, struct failure *why) {
    *lab = (struct lab){.name = lab_find(labs, word, why)};
    if (lab->name == NULL)
        return -1;
    if (asprintf(&lab->directory, "%s/%s", labs, lab->name) < 0)
        lab->directory = NULL;
    if (asprintf(&lab->file, "%s/%s/lab.ini", labs, lab->name) < 0)
        lab->file = NULL;
    int result =
        lab->directory == NULL || lab->file == NULL ? no_memory(why) : find_nonce(lab, why);
    if (result == 0)
        result = read_file(lab, why);
    if (result < 0)
        lab_free(lab);
    return result;
}

int lab_number(const struct lab *lab) {
    return (int)strtol(lab->name, NULL, 10);
}

const struct lab_check *lab_find_check(const struct lab *lab, const char *name) {
    for (size_t i = 0; i < lab->check_count; i++)
        if (strcmp(lab->checks[i].name, name) == 0)
            return &lab->checks[i];
    return NULL;
}

static bool holds_word(const struct buf *bytes, const char *word) {
    return bytes->length > 0 && memmem(bytes->bytes, bytes->length, word, strlen(word)) != NULL;
}

bool lab_says_nonce(const struct lab *lab) {
    const struct lab_run *main = &lab->runs[0];
    const char *program = main->text[RUN_PROGRAM];
    bool says = program != NULL && strstr(program, lab->nonce) != NULL;
    for (size_t i = 0; !says && i < main->session.count; i++)
        says =
            !main->session.steps[i].server && holds_word(&main->session.steps[i].bytes, lab->nonce);
    for (size_t i = 0; !says && i < lab->check_count; i++) {
        const struct lab_check *check = &lab->checks[i];
        bool of_main = false;
        for (size_t j = 0; j < check->run_count; j++)
            of_main = of_main || check->runs[j] == 0;
        for (size_t j = 0; of_main && !says && j < check->judge_count; j++)
            says = holds_word(&check->judges[j].bytes, lab->nonce);
    }
    return says;
}

const struct lab_question *lab_find_question(const struct lab *lab, const char *name) {
    static const char prefix[] = LAB_QUESTION_PREFIX;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return NULL;
    for (size_t i = 0; i < lab->question_count; i++)
        if (strcmp(lab->questions[i].name, name + sizeof prefix - 1) == 0)
            return &lab->questions[i];
    return NULL;
}

static void free_check(struct lab_check *check) {
    for (size_t i = 0; i < check->judge_count; i++)
        judge_free(&check->judges[i]);
    free(check->judges);
    free(check->runs);
    free(check->needs);
    free(check->name);
    free(check->says);
    free(check->rfc);
    free(check->todo);
    free_lines(&check->hints);
}

static void free_question(struct lab_question *question) {
    free(question->name);
    free(question->text);
    free(question->field);
    free(question->where);
    free_lines(&question->hints);
}

void lab_free(struct lab *lab) {
    for (size_t i = 0; i < lab->run_count; i++)
        lab_run_free(&lab->runs[i]);
    for (size_t i = 0; i < lab->check_count; i++)
        free_check(&lab->checks[i]);
    for (size_t i = 0; i < lab->question_count; i++)
        free_question(&lab->questions[i]);
    free(lab->runs);
    free(lab->checks);
    free(lab->questions);
    free(lab->name);
    free(lab->directory);
    free(lab->file);
    free(lab->title);
    free(lab->client);
    free_lines(&lab->tries);
    free(lab->nonce);
    *lab = (struct lab){0};
}
