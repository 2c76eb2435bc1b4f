#include "fields.h"
#include "files.h"
#include "run.h"
#include "sandbox.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

int run_result_read(const char *directory, const char *name, struct run_result *result,
                    struct failure *why) {
    char path[PATH_MAX];
    struct fields fields;
    if (files_path(path, why, "%s/%s/result", directory, name) < 0 ||
        fields_read(&fields, path, why) < 0)
        return -1;
    const char *todo = fields_get(&fields, "todo"), *keyboard = fields_get(&fields, "keyboard"),
               *script = fields_get(&fields, "script");
    *result = (struct run_result){
        .ending = (enum run_ending)fields_number(&fields, "ending"),
        .status = (int)fields_number(&fields, "status"),
        .signal = (int)fields_number(&fields, "signal"),
        .milliseconds = (int)fields_number(&fields, "milliseconds"),
        .threads = (unsigned)fields_number(&fields, "threads"),
    };
    snprintf(result->todo, sizeof result->todo, "%s", todo == NULL ? "" : todo);
    snprintf(result->keyboard, sizeof result->keyboard, "%s", keyboard == NULL ? "" : keyboard);
    snprintf(result->script, sizeof result->script, "%s", script == NULL ? "" : script);
    fields_free(&fields);
    return 0;
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
    case RUN_FULL:
        snprintf(text, size,
                 "was stopped: it wrote more than %lu MiB, or %d files, or directories too deep",
                 WRITTEN_BYTES_LIMIT >> 20, WRITTEN_FILES_LIMIT);
        break;
    }
}
