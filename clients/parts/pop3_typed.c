#include "pop3_typed.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool pop3_typed_is(const char *line, const char *verb) {
    size_t length = strlen(verb);
    return strncasecmp(line, verb, length) == 0 && (line[length] == '\0' || line[length] == ' ');
}

bool pop3_typed_has_lines(const char *line) {
    static const struct {
        const char *verb;
        bool alone; /* only without an argument */
    } multi[] = {{"LIST", true},  {"UIDL", true},  {"LANG", true},
                 {"CAPA", false}, {"RETR", false}, {"TOP", false}};
    for (size_t i = 0; i < sizeof multi / sizeof *multi; i++) {
        if (pop3_typed_is(line, multi[i].verb))
            return !multi[i].alone || line[strlen(multi[i].verb)] == '\0';
    }
    return false;
}

static int no_report(void *context, const struct pop3_message *message, struct failure *why) {
    (void)context, (void)message, (void)why;
    return 0;
}

static int send_stat(struct pop3 *pop3) {
    unsigned count;
    uint64_t octets;
    return pop3_stat(pop3, &count, &octets);
}

/* The lines that the student's functions send: the verb, and so many numbers behind it. */
static const struct written {
    const char *verb;
    unsigned numbers;
    int (*plain)(struct pop3 *pop3);
    int (*numbered)(struct pop3 *pop3, unsigned number);
    int (*listing)(struct pop3 *pop3, unsigned number, pop3_report *report, void *context);
} written[] = {
    {"STAT", 0, send_stat, NULL, NULL}, {"NOOP", 0, pop3_noop, NULL, NULL},
    {"RSET", 0, pop3_rset, NULL, NULL}, {"QUIT", 0, pop3_quit, NULL, NULL},
    {"DELE", 1, NULL, pop3_dele, NULL}, {"LIST", 1, NULL, NULL, pop3_list},
    {"UIDL", 1, NULL, NULL, pop3_uidl}, {"RETR", 1, NULL, NULL, NULL},
    {"TOP", 2, NULL, NULL, NULL},
};

/* Takes " 12" off the front of *text: a blank and a number as a program would write it. */
static bool take_number(const char **text, unsigned *number) {
    if (**text != ' ' || (*text)[1] < '0' || (*text)[1] > '9')
        return false;
    char *end;
    unsigned long value = strtoul(*text + 1, &end, 10);
    char again[32];
    snprintf(again, sizeof again, " %lu", value);
    bool same =
        strncmp(*text, again, (size_t)(end - *text)) == 0 && strlen(again) == (size_t)(end - *text);
    *text = end;
    *number = (unsigned)value;
    return same && value <= UINT32_MAX;
}

/* The row whose function would send exactly this line, or NULL. */
static const struct written *find_written(const char *line, unsigned numbers[2]) {
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        const char *rest = line + strlen(written[i].verb);
        unsigned count = 0;
        if (strncmp(line, written[i].verb, strlen(written[i].verb)) != 0)
            continue;
        while (count < written[i].numbers && take_number(&rest, &numbers[count]))
            count++;
        bool listed_all = written[i].listing != NULL && count == 1 && numbers[0] == 0;
        if (count == written[i].numbers && *rest == '\0' && !listed_all)
            return &written[i];
    }
    return NULL;
}

static int call_written(struct pop3 *pop3, const struct written *row, const unsigned numbers[2],
                        pop3_bytes *take, void *context) {
    if (row->plain != NULL)
        return row->plain(pop3);
    if (row->numbered != NULL)
        return row->numbered(pop3, numbers[0]);
    if (row->listing != NULL)
        return row->listing(pop3, numbers[0], no_report, NULL);
    if (row->numbers == 1)
        return pop3_retr(pop3, numbers[0], UINT64_MAX, take, context);
    return pop3_top(pop3, numbers[0], numbers[1], UINT64_MAX, take, context);
}

bool pop3_typed_call(struct pop3 *pop3, const char *line, pop3_bytes *take, void *context,
                     int *result) {
    unsigned numbers[2] = {0, 0};
    const struct written *row = find_written(line, numbers);
    if (row != NULL)
        *result = call_written(pop3, row, numbers, take, context);
    return row != NULL;
}
