#include "memcheck.h"
#include "sandbox.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_installed(void) {
    static const char *const places[] = {"/usr/bin/valgrind", "/usr/local/bin/valgrind"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (access(places[i], X_OK) == 0)
            return true;
    return false;
}

int memcheck_command_line(const struct arguments *program, struct arguments *line,
                          struct failure *why) {
    static char *const words[] = {"valgrind",
                                  "--command-line-only=yes",
                                  "--tool=memcheck",
                                  "--vgdb=no",
                                  "--child-silent-after-fork=yes",
                                  "--fullpath-after=", /* whole paths */
                                  "--num-callers=40",
                                  "--leak-check=full",
                                  "--show-leak-kinds=definite",
                                  "--errors-for-leak-kinds=none",
                                  "--track-fds=yes",
                                  NULL};
    if (!is_installed())
        return failure_set(why, "valgrind is not installed: ./kit setup installs it");
    arguments_add_all(line, words);
    arguments_addf(line, "--log-fd=%d", SANDBOX_REPORT);
    arguments_add_all(line, program->words);
    return line->failed ? failure_set(why, "not enough memory") : 0;
}

/* The report, line by line. */
struct reading {
    const char *at, *end;
    char prefix[24]; /* "==7== ": those of other processes are passed over */
    char lab[100];   /* "/03-smtp-send/" */
    struct memcheck_report *report;
    struct memcheck_problem problem; /* of which the lines are being read */
    bool open;                       /* there is one */
    bool inherited;                  /* a descriptor that was there before the program */
    int rank;                        /* of the problem's place; see place_rank */
    int block_rank;
    bool in_block; /* its lines are now about the block */
};

/* How much a place says: the student's own file, another of the kit's, a library. */
enum {
    LIBRARY,
    KIT,
    OWN,
};

static int place_rank(const struct reading *reading, const char *path) {
    static const char *const kit[] = {"/labs/", "/solutions/", "/clients/", "/servers/",
                                      "/shared/"};
    for (size_t i = 0; i < sizeof kit / sizeof kit[0]; i++)
        if (strstr(path, kit[i]) != NULL)
            return i < 2 && strstr(path, reading->lab) != NULL ? OWN : KIT;
    return LIBRARY;
}

/* "   by 0x10FB2A: smtp_data (/kit/labs/03-smtp-send/smtp_send.c:88)" into `place`, if that says
   more than what is there. */
static void take_frame(const struct reading *reading, const char *text,
                       struct memcheck_place *place, int *rank) {
    const char *colon = strstr(text, ": "), *bracket = strrchr(text, '(');
    const char *number = strrchr(text, ':');
    if (colon == NULL || bracket == NULL || bracket < colon || number < bracket)
        return; /* (in /usr/lib/…): no line is known */
    char path[512];
    snprintf(path, sizeof path, "%.*s", (int)(number - bracket - 1), bracket + 1);
    int own = place_rank(reading, path);
    if (own <= *rank)
        return;
    *rank = own;
    const char *slash = strrchr(path, '/');
    snprintf(place->file, sizeof place->file, "%.100s", slash == NULL ? path : slash + 1);
    snprintf(place->function, sizeof place->function, "%.*s", (int)(bracket - colon - 3),
             colon + 2);
    place->line = (unsigned)strtoul(number + 1, NULL, 10);
}

static int close_problem(struct reading *reading) {
    struct memcheck_report *report = reading->report;
    bool counts = reading->open && !reading->inherited && reading->rank > LIBRARY;
    reading->open = false;
    if (!counts)
        return 0;
    struct memcheck_problem *more = realloc(report->problems, (report->count + 1) * sizeof *more);
    if (more == NULL)
        return -1;
    report->problems = more;
    more[report->count++] = reading->problem;
    return 0;
}

/* "1,234 (24 direct, 1,210 indirect) bytes in …" */
static unsigned long read_bytes(const char *text) {
    unsigned long bytes = 0;
    for (; (*text >= '0' && *text <= '9') || *text == ','; text++)
        if (*text != ',')
            bytes = bytes * 10 + (unsigned long)(*text - '0');
    return bytes;
}

/* What memcheck calls mistakes; other lines without frames behind them are news of its own. */
static const char *const mistakes[] = {
    "Invalid ",   "Conditional jump",       "Use of uninitialised", "Syscall param",
    "Mismatched", "Source and destination", "Jump to the invalid",  "Argument '",
};

static bool begins_with(const char *text, const char *words) {
    return strncmp(text, words, strlen(words)) == 0;
}

/* A line at the left margin: a new problem, or none. */
static int begin_problem(struct reading *reading, const char *text) {
    if (close_problem(reading) < 0)
        return -1;
    enum memcheck_kind kind = MEMCHECK_ACCESS;
    bool known = false;
    if (begins_with(text, "ERROR SUMMARY:"))
        reading->report->complete = true;
    if (strstr(text, " are definitely lost in loss record ") != NULL) {
        kind = MEMCHECK_LEAK;
        known = true;
    } else if (begins_with(text, "Open ") &&
               (strstr(text, " descriptor ") != NULL || strstr(text, " socket ") != NULL)) {
        kind = MEMCHECK_DESCRIPTOR;
        known = true;
    }
    for (size_t i = 0; !known && i < sizeof mistakes / sizeof mistakes[0]; i++)
        known = begins_with(text, mistakes[i]);
    if (!known)
        return 0;
    reading->problem = (struct memcheck_problem){
        .kind = kind, .bytes = kind == MEMCHECK_LEAK ? read_bytes(text) : 0};
    snprintf(reading->problem.words, sizeof reading->problem.words, "%.150s", text);
    reading->open = true;
    reading->inherited = reading->in_block = false;
    reading->rank = reading->block_rank = LIBRARY;
    return 0;
}

/* An indented line: belongs to the problem. */
static void add_detail(struct reading *reading, const char *text) {
    struct memcheck_problem *problem = &reading->problem;
    const char *words = text + strspn(text, " ");
    if (begins_with(words, "at 0x") || begins_with(words, "by 0x")) {
        if (reading->in_block)
            take_frame(reading, words, &problem->block, &reading->block_rank);
        else
            take_frame(reading, words, &problem->place, &reading->rank);
    } else if (begins_with(words, "<inherited from parent>")) {
        reading->inherited = true;
    } else if (begins_with(words, "Address ")) {
        snprintf(problem->address, sizeof problem->address, "%.150s", words);
        reading->in_block = true;
    } else if (reading->in_block && reading->block_rank > LIBRARY) {
        reading->block_rank = OWN; /* a second origin ("Block was alloc'd at") adds nothing */
    }
}

static int read_line(struct reading *reading, const char *line, size_t length) {
    char text[600];
    const char *behind = memmem(line, length, "== ", 3);
    if (behind == NULL || !begins_with(line, "=="))
        return 0;
    size_t prefix = (size_t)(behind - line) + 3;
    if (reading->prefix[0] == '\0' && prefix < sizeof reading->prefix)
        snprintf(reading->prefix, sizeof reading->prefix, "%.*s", (int)prefix, line);
    if (strncmp(line, reading->prefix, prefix) != 0)
        return 0;
    snprintf(text, sizeof text, "%.*s", (int)(length - prefix), line + prefix);
    if (text[0] == '\0')
        return 0;
    if (text[0] != ' ')
        return begin_problem(reading, text);
    if (reading->open)
        add_detail(reading, text);
    return 0;
}

int memcheck_read(const char *text, size_t length, const char *lab, struct memcheck_report *report,
                  struct failure *why) {
    struct reading reading = {.at = text, .end = text + length, .report = report};
    *report = (struct memcheck_report){0};
    snprintf(reading.lab, sizeof reading.lab, "/%s/", lab);
    int result = 0;
    while (result == 0 && reading.at < reading.end) {
        const char *end = memchr(reading.at, '\n', (size_t)(reading.end - reading.at));
        if (end == NULL)
            break; /* cut */
        result = read_line(&reading, reading.at, (size_t)(end - reading.at));
        reading.at = end + 1;
    }
    if (result == 0)
        result = close_problem(&reading);
    if (result == 0)
        return 0;
    memcheck_free(report);
    return failure_set(why, "not enough memory");
}

void memcheck_free(struct memcheck_report *report) {
    free(report->problems);
    *report = (struct memcheck_report){0};
}
