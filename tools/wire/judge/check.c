#include "check.h"
#include "dissect.h"
#include "evidence.h"
#include "files.h"
#include "filters.h"
#include "questions.h"
#include "references.h"
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same_file(const char *one, const char *other) {
    struct stat left, right;
    if (stat(one, &left) < 0 || stat(other, &right) < 0 || left.st_size != right.st_size)
        return false;
    if (left.st_dev == right.st_dev && left.st_ino == right.st_ino)
        return true;
    struct buf bytes[2];
    buf_init(&bytes[0], DISSECT_BYTE_LIMIT);
    buf_init(&bytes[1], DISSECT_BYTE_LIMIT);
    bool same = files_read(one, &bytes[0], NULL) == 0 && files_read(other, &bytes[1], NULL) == 0 &&
                bytes[0].length == bytes[1].length && bytes[0].length > 0 &&
                memcmp(bytes[0].bytes, bytes[1].bytes, bytes[0].length) == 0;
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
    return same;
}

/* Which of the files is this one, or a copy of it; `count`: none. Two that hold the very same
   connection could not be dissected in one run of tshark. */
static size_t find_file(char *const *files, size_t count, const char *path) {
    size_t i = 0;
    while (i < count && !is_same_file(files[i], path))
        i++;
    return i;
}

/* Asks tshark about the captures of the given runs, the references, and the capture of the
   questions (NULL: none); all of them at once, and in this order. */
static struct dissection *dissect(const struct check_setup *setup, const bool *runs,
                                  const struct filters *filters,
                                  const struct references *references, struct questions *questions,
                                  struct failure *why) {
    const struct lab *lab = setup->lab;
    char **captures = calloc(lab->run_count + references->count + 2, sizeof *captures);
    size_t count = 0;
    bool complete = captures != NULL;
    for (size_t i = 0; complete && i < lab->run_count; i++)
        if (runs[i])
            complete = asprintf(&captures[count++], "%s/%s/capture.pcapng", setup->directory,
                                lab->runs[i].name) >= 0;
    for (size_t i = 0; complete && i < references->count; i++)
        complete = (captures[count++] = strdup(references->list[i].path)) != NULL;
    if (complete && questions != NULL && questions->joins) {
        questions->place = find_file(captures, count, questions->capture);
        if (questions->place == count)
            complete = (captures[count++] = strdup(questions->capture)) != NULL;
    }
    struct dissection *dissection = NULL;
    if (complete) {
        struct dissect_plan plan = {
            .captures = (const char *const *)captures,
            .capture_count = count,
            .filters = filters->list,
            .filter_count = filters->count,
            .questions = questions != NULL ? questions->asked : NULL,
            .question_count = questions != NULL ? lab->question_count : 0,
        };
        dissection = dissect_run(&plan, why);
    } else {
        failure_set(why, "not enough memory");
    }
    for (size_t i = 0; captures != NULL && i < count; i++)
        free(captures[i]);
    free(captures);
    return dissection;
}

/* Judges a check. *held has what came of those above it, and then of it. */
static int write_verdict(const struct check_setup *setup, const struct lab_check *check,
                         const struct evidence *const *evidence, bool *held, struct failure *why) {
    char path[PATH_MAX];
    struct fields verdict = {0};
    int result = verdict_make(setup->lab, check, evidence, held, setup->directory, &verdict);
    if (result < 0)
        failure_set(why, "not enough memory");
    else
        result = files_path(path, why, "%s/results/%s", setup->directory, check->name);
    if (result == 0)
        result = fields_write(&verdict, path, why);
    held[check - setup->lab->checks] = result == 0 && verdict_held(&verdict);
    fields_free(&verdict);
    return result;
}

/* Loads what the runs left, and judges the wanted checks. */
static int judge(const struct check_setup *setup, const bool *wanted, const bool *runs,
                 const struct dissection *dissection, struct references *references,
                 struct failure *why) {
    const struct lab *lab = setup->lab;
    struct evidence *loaded = calloc(lab->run_count, sizeof *loaded);
    const struct evidence **evidence = calloc(lab->run_count, sizeof *evidence);
    bool *held = calloc(lab->check_count + 1, sizeof *held);
    size_t capture = 0;
    int result = 0;
    if (loaded == NULL || evidence == NULL || held == NULL) {
        free(loaded);
        free(evidence);
        free(held);
        return failure_set(why, "not enough memory");
    }
    for (size_t i = 0; result == 0 && i < lab->run_count; i++) {
        if (!runs[i])
            continue;
        result = evidence_load(&loaded[i], lab, &lab->runs[i], setup->directory,
                               &dissection->captures[capture++], why);
        evidence[i] = result == 0 ? &loaded[i] : NULL;
        loaded[i].references = references;
    }
    if (result == 0)
        result = references_dissected(references, &dissection->captures[capture], why);
    for (size_t i = 0; result == 0 && i < lab->check_count; i++)
        if (wanted[i])
            result = write_verdict(setup, &lab->checks[i], evidence, held, why);
    for (size_t i = 0; i < lab->run_count; i++)
        if (evidence[i] != NULL)
            evidence_free(&loaded[i]);
    free(loaded);
    free(evidence);
    free(held);
    return result;
}

static int write_question(const struct check_setup *setup, size_t number,
                          const struct question_case *given, struct failure *why) {
    char path[PATH_MAX];
    struct fields verdict = {0};
    int result = question_judge(setup->lab, number, given, &verdict);
    if (result < 0)
        failure_set(why, "not enough memory");
    else
        result = files_path(path, why, "%s/results/" LAB_QUESTION_PREFIX "%s", setup->directory,
                            setup->lab->questions[number].name);
    if (result == 0)
        result = fields_write(&verdict, path, why);
    fields_free(&verdict);
    return result;
}

/* A question about what one of the runs has left. */
static int write_question_of_run(const struct check_setup *setup, size_t number, const bool *runs,
                                 const struct questions *questions,
                                 const struct dissection *dissection, struct failure *why) {
    size_t run = setup->lab->questions[number].run, place = 0;
    char file[PATH_MAX];
    for (size_t i = 0; i < run; i++) /* the runs' captures are the first, in their order */
        place += runs[i] ? 1 : 0;
    if (files_path(file, why, "%s/%s/capture.pcapng", setup->directory,
                   setup->lab->runs[run].name) < 0)
        return -1;
    struct question_case given = questions_of_run(questions, file, &dissection->captures[place]);
    return write_question(setup, number, &given, why);
}

/* Judges the asked questions. */
static int judge_questions(const struct check_setup *setup, const bool *runs,
                           struct questions *questions, const struct dissection *dissection,
                           struct failure *why) {
    const struct lab *lab = setup->lab;
    int result = 0;
    questions_dissected(questions,
                        questions->joins ? &dissection->captures[questions->place] : NULL);
    for (size_t i = 0; result == 0 && i < lab->question_count; i++)
        if (setup->asked[i] && lab->questions[i].run > 0)
            result = write_question_of_run(setup, i, runs, questions, dissection, why);
        else if (setup->asked[i])
            result = write_question(setup, i, &questions->given, why);
    return result;
}

/* What is wanted of tshark, and the verdicts. `questions` is NULL when none is asked. */
static int dissect_and_judge(const struct check_setup *setup, const bool *wanted, const bool *runs,
                             const struct filters *filters, struct references *references,
                             struct questions *questions, struct failure *why) {
    struct dissection *dissection = dissect(setup, runs, filters, references, questions, why);
    if (dissection == NULL && questions != NULL && questions->joins) {
        questions->joins = false; /* that capture may be to blame */
        dissection = dissect(setup, runs, filters, references, questions, why);
    }
    int result = dissection == NULL ? -1 : filters_find_error(setup->lab, filters, dissection, why);
    if (result == 0)
        result = judge(setup, wanted, runs, dissection, references, why);
    if (result == 0 && questions != NULL)
        result = judge_questions(setup, runs, questions, dissection, why);
    dissection_free(dissection);
    return result;
}

static int run_and_judge(const struct check_setup *setup, const bool *wanted, const bool *runs,
                         struct failure *why) {
    const struct run_setup run = {
        .lab = setup->lab,
        .programs = setup->programs,
        .directory = setup->directory,
        .jobs = setup->jobs,
    };
    struct filters filters;
    if (run_all(&run, runs, why) < 0)
        return -1;
    if (filters_collect(setup->lab, &filters) < 0) {
        filters_free(&filters);
        return failure_set(why, "not enough memory");
    }
    bool asks = false;
    for (size_t i = 0; i < setup->lab->question_count; i++)
        asks = asks || setup->asked[i];
    struct questions questions = {0};
    struct references references;
    int result = references_collect(setup->lab, wanted, &references, why);
    if (result == 0 && asks)
        result = questions_begin(&questions, setup->lab, setup->answers, setup->capture, why);
    if (result == 0)
        result = dissect_and_judge(setup, wanted, runs, &filters, &references,
                                   asks ? &questions : NULL, why);
    references_free(&references);
    questions_free(&questions);
    filters_free(&filters);
    return result;
}

/* Takes the directory for this process until it ends. */
static int lock(const char *directory, struct failure *why) {
    char path[PATH_MAX];
    if (files_path(path, why, "%s/results", directory) < 0 || files_make_directory(path, why) < 0 ||
        files_path(path, why, "%s/.lock", directory) < 0)
        return -1;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return failure_system(why, errno, "%s", path);
    while (flock(file, LOCK_EX) < 0)
        if (errno != EINTR)
            return failure_system(why, errno, "%s", path);
    return 0;
}

/* The wanted checks, those that they need, and the runs of all these, and of the questions. */
static void choose(const struct check_setup *setup, bool *wanted, bool *runs) {
    const struct lab *lab = setup->lab;
    for (size_t i = lab->check_count; i-- > 0;) { /* what a check needs stands above it */
        const struct lab_check *check = &lab->checks[i];
        wanted[i] = wanted[i] || setup->wanted[i];
        if (!wanted[i])
            continue;
        for (size_t j = 0; j < check->need_count; j++)
            wanted[check->needs[j]] = true;
        for (size_t j = 0; j < check->run_count; j++)
            runs[check->runs[j]] = true;
    }
    for (size_t i = 0; i < lab->question_count; i++)
        if (setup->asked[i] && lab->questions[i].run > 0)
            runs[lab->questions[i].run] = true;
}

/* Whatever happens now, nobody takes an old verdict for a new one. */
static void forget(const struct check_setup *setup, const bool *wanted) {
    const struct lab *lab = setup->lab;
    char path[PATH_MAX];
    for (size_t i = 0; i < lab->check_count; i++)
        if (wanted[i] &&
            files_path(path, NULL, "%s/results/%s", setup->directory, lab->checks[i].name) == 0)
            unlink(path);
    for (size_t i = 0; i < lab->question_count; i++)
        if (setup->asked[i] && files_path(path, NULL, "%s/results/" LAB_QUESTION_PREFIX "%s",
                                          setup->directory, lab->questions[i].name) == 0)
            unlink(path);
}

int check_run(const struct check_setup *setup, struct failure *why) {
    const struct lab *lab = setup->lab;
    if (lock(setup->directory, why) < 0)
        return -1;
    bool *wanted = calloc(lab->check_count + 1, sizeof *wanted);
    bool *runs = calloc(lab->run_count, sizeof *runs);
    int result = wanted == NULL || runs == NULL ? failure_set(why, "not enough memory") : 0;
    if (result == 0) {
        choose(setup, wanted, runs);
        forget(setup, wanted);
        result = run_and_judge(setup, wanted, runs, why);
    }
    free(wanted);
    free(runs);
    return result;
}
