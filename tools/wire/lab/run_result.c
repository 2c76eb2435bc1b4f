#include "fields.h"
#include "files.h"
#include "run.h"
#include "run_inside.h"
#include "sandbox.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* "TODO 2: smtp_greet is not written yet", out of the program's stderr. */
static void find_todo(struct run_state *state) {
    static const char mark[] = " is not written yet";
    const char *text = state->program.error.length == 0 ? "" : state->program.error.bytes;
    const char *end = strstr(text, mark);
    if (end == NULL)
        return;
    const char *start = end;
    while (start > text && start[-1] != '\n')
        start--;
    const char *todo = strstr(start, "TODO ");
    if (todo == NULL || todo > end)
        return;
    snprintf(state->result.todo, sizeof state->result.todo, "%.*s%s", (int)(end - todo), todo,
             mark);
}

static int write_fields(const struct run_state *state, struct failure *why) {
    const struct run_result *result = &state->result;
    struct fields fields = {0};
    char path[PATH_MAX];
    int added = fields_add(&fields, "ending", "%d", (int)result->ending) |
                fields_add(&fields, "status", "%d", result->status) |
                fields_add(&fields, "signal", "%d", result->signal) |
                fields_add(&fields, "milliseconds", "%d", result->milliseconds) |
                fields_add(&fields, "threads", "%u", result->threads) |
                fields_add(&fields, "todo", "%s", result->todo) |
                fields_add(&fields, "keyboard", "%s", result->keyboard) |
                fields_add(&fields, "script", "%s", result->script) |
                fields_add(&fields, "start", "%s", result->start) |
                fields_add(&fields, "visit-status", "%d", result->visit_status) |
                fields_add(&fields, "visit", "%s", result->visit);
    int written =
        added < 0 ? failure_set(why, "not enough memory") : run_path(state, "result", path, why);
    if (written == 0)
        written = fields_write(&fields, path, why);
    fields_free(&fields);
    return written;
}

int run_write_result(struct run_state *state, struct failure *why) {
    struct run_result *result = &state->result;
    result->ending = state->program.ending;
    result->status = state->program.status;
    result->signal = state->program.signal;
    result->milliseconds = state->program.milliseconds;
    result->threads = state->program.threads;
    find_todo(state);
    return write_fields(state, why);
}

static void copy(const struct fields *fields, const char *name, char *words, size_t size) {
    const char *found = fields_get(fields, name);
    snprintf(words, size, "%s", found == NULL ? "" : found);
}

int run_result_read(const char *directory, const char *name, struct run_result *result,
                    struct failure *why) {
    char path[PATH_MAX];
    struct fields fields;
    if (files_path(path, why, "%s/%s/result", directory, name) < 0 ||
        fields_read(&fields, path, why) < 0)
        return -1;
    *result = (struct run_result){
        .ending = (enum run_ending)fields_number(&fields, "ending"),
        .status = (int)fields_number(&fields, "status"),
        .signal = (int)fields_number(&fields, "signal"),
        .milliseconds = (int)fields_number(&fields, "milliseconds"),
        .threads = (unsigned)fields_number(&fields, "threads"),
        .visit_status = (int)fields_number(&fields, "visit-status"),
    };
    copy(&fields, "todo", result->todo, sizeof result->todo);
    copy(&fields, "keyboard", result->keyboard, sizeof result->keyboard);
    copy(&fields, "script", result->script, sizeof result->script);
    copy(&fields, "start", result->start, sizeof result->start);
    copy(&fields, "visit", result->visit, sizeof result->visit);
    fields_free(&fields);
    return 0;
}

void run_describe_end(const struct program *program, char *text, size_t size) {
    const struct run_result result = {
        .ending = program->ending,
        .status = program->status,
        .signal = program->signal,
        .milliseconds = program->milliseconds,
    };
    run_result_describe(&result, text, size);
}

void run_result_describe(const struct run_result *result, char *text, size_t size) {
    double seconds = result->milliseconds / 1000.0;
    switch (result->ending) {
    case RUN_ENDED:
        snprintf(text, size, "ended with status %d", result->status);
        break;
    case RUN_CRASHED:
        snprintf(text, size, "crashed: %s", sigdescr_np(result->signal));
        break;
    case RUN_TIME:
        snprintf(text, size, "did not end by itself and was stopped after %.0f s", seconds);
        break;
    case RUN_OUTPUT:
        snprintf(text, size, "was stopped: it wrote more than %lu MiB", SANDBOX_OUTPUT_LIMIT >> 20);
        break;
    case RUN_PROCESSES:
        snprintf(text, size, "was stopped: it started more than %d processes",
                 SANDBOX_PROCESS_LIMIT);
        break;
    case RUN_LEFT:
        snprintf(text, size, "ended with status %d, though nobody had asked it to", result->status);
        break;
    case RUN_DEAF:
        snprintf(text, size, "did not end when it was asked to (SIGTERM), and was killed");
        break;
    case RUN_FULL:
        snprintf(text, size,
                 "was stopped: it wrote more than %lu MiB, or %d files, or directories too deep",
                 WRITTEN_BYTES_LIMIT >> 20, WRITTEN_FILES_LIMIT);
        break;
    }
}
