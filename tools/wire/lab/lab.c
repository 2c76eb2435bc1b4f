#include "lab.h"
#include "lab_ini.h"
#include "lab_keys.h"
#include "lab_run.h"
#include "placeholders.h"
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
    {"lab", PASS_RUNS, NULL, lab_take_lab_key},
    {"run", PASS_RUNS, lab_new_run, lab_take_run_key},
    {"check", PASS_CHECKS, lab_new_check, lab_take_check_key},
    {"question", PASS_CHECKS, lab_new_question, lab_take_question_key},
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
            if (judge->kind->watch == WATCH_VISIT && run->visit.count == 0)
                return failure_set(why, "%s needs visit = COMMAND in the run %s", judge->kind->key,
                                   run->name);
            if (judge->kind->watch == WATCH_CLIENT && run->serves)
                return failure_set(why, "%s is about a client; here the program is a server",
                                   judge->kind->key);
            run->counts_threads = run->counts_threads || judge->kind->watch == WATCH_THREADS;
        }
    }
    return 0;
}

/* What can only be said when everything was read. *line is where. */
static int finish(struct lab *lab, unsigned *line, struct failure *why) {
    *line = 1;
    if (lab->title == NULL || (lab->client == NULL) == (lab->server == NULL))
        return failure_set(why, "[lab] needs title, and either client or server");
    for (size_t i = 0; i < lab->run_count; i++) {
        *line = lab->runs[i].line;
        lab->runs[i].nonce = lab->nonce;
        lab->runs[i].serves = lab->server != NULL;
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
        if (check->run_count == 0 && lab_take_check_runs(lab, check, "main", why) < 0)
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

/* What placeholders stand for, wherever they stand. */
static int fill_in(const struct lab *lab, struct ini_file *file, struct failure *why) {
    for (size_t i = 0; i < file->count; i++) {
        char **value = &file->entries[i].value;
        struct buf filled;
        if (!placeholders_in(*value))
            continue;
        buf_init(&filled, 1 << 20);
        int result = placeholders_fill(*value, strlen(*value) + 1, lab->nonce, &filled, why);
        char *copy = result == 0 ? strdup(filled.bytes) : NULL;
        buf_free(&filled);
        if (copy == NULL)
            return result < 0 ? -1 : no_memory(why);
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
    lab->runs = lab_grow(NULL, &lab->run_count, sizeof *lab->runs);
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
    const char *program = main->text[main->serves ? RUN_VISIT : RUN_PROGRAM];
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

void lab_free(struct lab *lab) {
    for (size_t i = 0; i < lab->run_count; i++)
        lab_run_free(&lab->runs[i]);
    for (size_t i = 0; i < lab->check_count; i++)
        lab_free_check(&lab->checks[i]);
    for (size_t i = 0; i < lab->question_count; i++)
        lab_free_question(&lab->questions[i]);
    free(lab->runs);
    free(lab->checks);
    free(lab->questions);
    free(lab->name);
    free(lab->directory);
    free(lab->file);
    free(lab->title);
    free(lab->client);
    free(lab->server);
    lab_free_lines(&lab->tries);
    free(lab->nonce);
    *lab = (struct lab){0};
}
