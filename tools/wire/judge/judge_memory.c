/* Judges of what a program takes and must give back, or share well: memory, descriptors, threads.
 */
#include "files.h"
#include "judges.h"
#include "memcheck.h"
#include "sanitized.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum {
    REPORT_LIMIT = 16 << 20,
    SHOWN = 3, /* problems; the file has all */
};

int judge_leaks_parse(struct judge *judge, const char *value, struct failure *why) {
    (void)judge;
    return strcmp(value, "none") == 0 ? 0 : failure_set(why, "\"%s\" is not that", value);
}

int judge_memory_parse(struct judge *judge, const char *value, struct failure *why) {
    (void)judge;
    return strcmp(value, "clean") == 0 ? 0 : failure_set(why, "\"%s\" is not that", value);
}

int judge_amount_parse(struct judge *judge, const char *value, struct failure *why) {
    if (judge_number_parse(judge, &value, why) < 0)
        return -1;
    return *value == '\0' ? 0 : failure_set(why, "what is \"%s\"?", value);
}

static int read_report(const struct evidence *evidence, char path[PATH_MAX],
                       struct memcheck_report *report, struct failure *why) {
    struct buf text;
    buf_init(&text, REPORT_LIMIT);
    int result = files_path(path, why, "%s/%s", evidence->directory, MEMCHECK_FILE);
    if (result == 0)
        result = files_read(path, &text, why);
    if (result == 0)
        result = memcheck_read(text.length == 0 ? "" : text.bytes, text.length, evidence->lab->name,
                               report, why);
    buf_free(&text);
    return result;
}

/* " in smtp_data (smtp_send.c:88)" */
static void add_place(struct buf *out, const char *word, const struct memcheck_place *place) {
    if (place->file[0] != '\0')
        buf_printf(out, "%s%s (%s:%u)", word, place->function, place->file, place->line);
}

static void add_leak(struct buf *out, const struct memcheck_problem *problem) {
    buf_printf(out, "%lu byte%s allocated in ", problem->bytes, problem->bytes == 1 ? "" : "s");
    add_place(out, "", &problem->place);
    buf_printf(out, " %s never given back", problem->bytes == 1 ? "was" : "were");
}

/* valgrind's "Open AF_INET socket 3: 127.0.0.1:40000 <-> 127.0.0.2:25". */
static void add_descriptor(struct buf *out, const struct memcheck_problem *problem) {
    const char *what = problem->words + strlen("Open "), *colon = strchr(what, ':');
    bool socket = strstr(what, "socket ") != NULL;
    if (socket)
        buf_printf(out, "the connection");
    else
        buf_printf(out, "%s", what[0] == 'f' ? "the file" : "a descriptor");
    if (colon != NULL && colon[1] == ' ' && colon[2] != '\0' && colon[2] != '<')
        buf_printf(out, " %s", colon + 2);
    buf_printf(out, ", opened in ");
    add_place(out, "", &problem->place);
    buf_printf(out, ", is still open at the end");
}

/* What valgrind calls a mistake, and what a student does. The first that fits. */
static const struct {
    const char *begins;
    const char *words;
} mistakes[] = {
    {"Invalid write", "writes where it must not"},
    {"Invalid read", "reads where it must not"},
    {"Invalid free", "frees what was not allocated, or was freed before"},
    {"Mismatched free", "frees in another way than it was allocated"},
    {"Conditional jump", "decides by a value that was never set"},
    {"Use of uninitialised", "uses a value that was never set"},
    {"Syscall param", "gives the system bytes that were never set, or that it does not own"},
    {"Source and destination", "copies between places that overlap"},
    {"Jump to the invalid", "calls a function where there is none"},
    {"", "uses memory in a wrong way"},
};

/* "Address 0x523 is 0 bytes after a block of size 10 alloc'd", without the number. */
static void add_address(struct buf *out, const struct memcheck_problem *problem) {
    const char *is = strstr(problem->address, " is ");
    if (is == NULL)
        return;
    is += strlen(" is ");
    if (strstr(is, "not stack'd") != NULL) {
        buf_printf(out, "\nthat address belongs to nothing");
        return;
    }
    size_t length = strlen(is);
    const char *end = "";
    if (length > 8 && strcmp(is + length - 8, " alloc'd") == 0) {
        length -= 8;
        end = ", allocated";
    } else if (length > 7 && strcmp(is + length - 7, " free'd") == 0) {
        length -= 7;
        end = ", freed";
    }
    buf_printf(out, "\nthat is %.*s%s", (int)length, is, problem->block.file[0] == '\0' ? "" : end);
    add_place(out, " in ", &problem->block);
}

static void add_access(struct buf *out, const struct memcheck_problem *problem) {
    size_t i = 0;
    while (strncmp(problem->words, mistakes[i].begins, strlen(mistakes[i].begins)) != 0)
        i++;
    add_place(out, "", &problem->place);
    buf_printf(out, " %s", mistakes[i].words);
    add_address(out, problem);
}

static size_t count_problems(const struct memcheck_report *report, enum memcheck_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->problems[i].kind == kind ? 1 : 0;
    return count;
}

/* The first few problems of a kind, and where all of them are. */
static void show_problems(const struct memcheck_report *report, enum memcheck_kind kind,
                          const char *path, struct finding *finding) {
    static void (*const add[])(struct buf *, const struct memcheck_problem *) = {
        [MEMCHECK_LEAK] = add_leak,
        [MEMCHECK_DESCRIPTOR] = add_descriptor,
        [MEMCHECK_ACCESS] = add_access,
    };
    size_t shown = 0, count = count_problems(report, kind);
    buf_clear(&finding->got);
    for (size_t i = 0; i < report->count && shown < SHOWN; i++) {
        if (report->problems[i].kind != kind)
            continue;
        add[kind](&finding->got, &report->problems[i]);
        buf_printf(&finding->got, "\n");
        shown++;
    }
    if (shown < count)
        buf_printf(&finding->got, "and %zu more; ", count - shown);
    buf_printf(&finding->got, "valgrind's own words: %s", files_short_path(path));
}

/* Where the program was built with a sanitizer, that one speaks, on stderr (sanitized.h). */
static bool sanitizer_is_silent(const struct evidence *evidence, struct finding *finding) {
    static const char mark[] = "Sanitizer: ";
    const struct buf *error = &evidence->error;
    const char *found =
        error->length == 0 ? NULL : memmem(error->bytes, error->length, mark, sizeof mark - 1);
    if (found == NULL)
        return true;
    finding_got(finding, "the sanitizer says: %.*s", (int)strcspn(found, "\n"), found);
    return false;
}

/* So many problems of one kind are as many as they may be. */
static bool judge_problems(const struct judge *judge, const struct evidence *evidence,
                           enum memcheck_kind kind, struct finding *finding) {
    char path[PATH_MAX], words[200];
    struct memcheck_report report;
    struct failure why;
    if (SANITIZED)
        return sanitizer_is_silent(evidence, finding);
    if (read_report(evidence, path, &report, &why) < 0) {
        finding_got(finding, "%s", why.text);
        return false;
    }
    bool holds = report.complete && judge_number_holds(judge, count_problems(&report, kind));
    if (count_problems(&report, kind) > 0) {
        show_problems(&report, kind, path, finding);
    } else if (!report.complete) {
        run_result_describe(&evidence->result, words, sizeof words);
        finding_got(finding, "valgrind did not come to its end: the program %s", words);
    } else {
        finding_got(finding, "none");
    }
    memcheck_free(&report);
    return holds;
}

bool judge_leaks_holds(const struct judge *judge, const struct evidence *evidence,
                       struct finding *finding) {
    finding_expected(finding, "memory that the program asks for is given back");
    return judge_problems(judge, evidence, MEMCHECK_LEAK, finding);
}

bool judge_memory_holds(const struct judge *judge, const struct evidence *evidence,
                        struct finding *finding) {
    finding_expected(finding,
                     "the program uses only memory that is its own, and values that were set");
    return judge_problems(judge, evidence, MEMCHECK_ACCESS, finding);
}

bool judge_open_files_holds(const struct judge *judge, const struct evidence *evidence,
                            struct finding *finding) {
    if (judge->relation == RELATION_EQUAL && judge->number == 0)
        finding_expected(finding, "what the program opens it closes: files and connections");
    else
        finding_expected(finding, "%s %lu files and connections left open at the end",
                         judge_number_words(judge), judge->number);
    return judge_problems(judge, evidence, MEMCHECK_DESCRIPTOR, finding);
}

bool judge_threads_holds(const struct judge *judge, const struct evidence *evidence,
                         struct finding *finding) {
    unsigned threads = evidence->result.threads;
    if (judge_number_holds(judge, threads))
        return true;
    finding_expected(finding, "%s %lu thread%s at once", judge_number_words(judge), judge->number,
                     judge->number == 1 ? "" : "s");
    finding_got(finding, "%u, when it had most of them; main is one", threads);
    return false;
}
