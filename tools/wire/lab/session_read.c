/* Session files, line by line. */
#include "session.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What can stand behind S and C: which side may say it, and what follows it. */
struct form {
    const char *word;
    const char *sides;
    enum session_kind kind;
    enum {
        NOTHING, /* the word is all */
        TEXT,    /* text as it stands */
        ESCAPED, /* bytes with escapes */
        FILL,    /* a count */
        REPEAT,  /* a count, and bytes with escapes */
        TERMS,   /* of TLS */
    } operand;
};

static const struct form forms[] = {
    {":", "SC", SESSION_LINE, TEXT},         {"|", "SC", SESSION_BYTES, ESCAPED},
    {"fill", "S", SESSION_BYTES, FILL},      {"fill", "C", SESSION_LINE, FILL},
    {"repeat", "SC", SESSION_BYTES, REPEAT}, {"drip", "SC", SESSION_DRIP, ESCAPED},
    {"end", "C", SESSION_END, NOTHING},      {"close", "SC", SESSION_CLOSE, NOTHING},
    {"reset", "SC", SESSION_RESET, NOTHING}, {"cut", "SC", SESSION_CUT, NOTHING},
    {"tls", "S", SESSION_TLS, TERMS},        {"tls", "C", SESSION_TLS, NOTHING},
};

/* Steps that are of no connection. */
static const struct {
    const char *word;
    enum session_kind kind;
    size_t operands; /* words behind it */
} acts[] = {
    {"stop", SESSION_STOP, 0},      {"kill", SESSION_KILL, 0},     {"restart", SESSION_RESTART, 0},
    {"deliver", SESSION_CHANGE, 2}, {"remove", SESSION_CHANGE, 2},
};

/* What can stand behind "tls", and what it sets. */
static const struct {
    const char *word, *certificate, *version;
} terms[] = {
    {"mail", "mail", NULL},       {"mx", "mx", NULL},
    {"relay", "relay", NULL},     {"wrong-host", "wrong-host", NULL},
    {"expired", "expired", NULL}, {"self-signed", "self-signed", NULL},
    {"1.0-only", NULL, "1.0"},    {"1.1-only", NULL, "1.1"},
    {"1.2-only", NULL, "1.2"},    {"1.3-only", NULL, "1.3"},
};
#define TERMS_COUNT (sizeof terms / sizeof terms[0])

static int unknown_term(const char *word, size_t length, struct failure *why) {
    char names[200] = "";
    for (size_t i = 0; i < TERMS_COUNT; i++) {
        size_t end = strlen(names);
        snprintf(names + end, sizeof names - end, "%s%s", i > 0 ? ", " : "", terms[i].word);
    }
    return failure_set(why, "\"%.*s\" cannot stand behind \"tls\": known are %s",
                       (int)(length < 40 ? length : 40), word, names);
}

static int read_terms(const char *operand, struct session_tls *tls, struct failure *why) {
    *tls = (struct session_tls){.certificate = "mail"};
    while (*operand != '\0') {
        size_t length = strcspn(operand, " "), i = 0;
        while (i < TERMS_COUNT &&
               (strlen(terms[i].word) != length || strncmp(terms[i].word, operand, length) != 0))
            i++;
        if (i == TERMS_COUNT)
            return unknown_term(operand, length, why);
        if (terms[i].certificate != NULL)
            tls->certificate = terms[i].certificate;
        else
            tls->version = terms[i].version;
        operand += length + strspn(operand + length, " ");
    }
    return 0;
}

/* 23 letters: a period that fits into no buffer size, so that a lost or doubled piece shows. */
static int fill(struct buf *bytes, unsigned long count) {
    for (unsigned long i = 0; i < count; i++) {
        char letter = (char)('a' + i % 23);
        if (buf_append(bytes, &letter, 1) < 0)
            return -1;
    }
    return 0;
}

/* Cuts "N rest" into the number and the rest. */
static int read_count(const char **operand, unsigned long *count, struct failure *why) {
    char digits[24];
    size_t length = strcspn(*operand, " \t");
    snprintf(digits, sizeof digits, "%.*s", (int)(length < 23 ? length : 23), *operand);
    *operand += length + strspn(*operand + length, " \t");
    return text_number(digits, SESSION_BYTES_LIMIT, count, why);
}

static int read_repeat(const char *operand, struct buf *bytes, struct failure *why) {
    unsigned long count;
    if (read_count(&operand, &count, why) < 0)
        return -1;
    struct buf once;
    buf_init(&once, 65536);
    int result = text_unescape(operand, strlen(operand), &once, why);
    for (unsigned long i = 0; result == 0 && i < count; i++)
        if (buf_append(bytes, once.bytes, once.length) < 0)
            result = failure_set(why, "more than %u bytes", SESSION_BYTES_LIMIT);
    buf_free(&once);
    return result;
}

static int read_operand(const struct form *form, const char *operand, struct session_step *step,
                        struct failure *why) {
    size_t length = strlen(operand);
    unsigned long count;
    switch (form->operand) {
    case NOTHING:
        return length == 0 ? 0 : failure_set(why, "nothing can follow \"%s\"", form->word);
    case TEXT:
        step->any_rest = length > 0 && operand[length - 1] == '*';
        return buf_append(&step->bytes, operand, step->any_rest ? length - 1 : length);
    case ESCAPED:
        if (length == 0)
            return failure_set(why, "bytes are missing behind \"%s\"", form->word);
        return text_unescape(operand, length, &step->bytes, why);
    case FILL:
        if (read_count(&operand, &count, why) < 0)
            return -1;
        return *operand == '\0' ? fill(&step->bytes, count)
                                : failure_set(why, "only a number can follow \"fill\"");
    case REPEAT:
        return read_repeat(operand, &step->bytes, why);
    case TERMS:
        return buf_append(&step->bytes, operand, length) < 0 ? failure_set(why, "not enough memory")
                                                             : read_terms(operand, &step->tls, why);
    }
    return -1;
}

/* The 2 of "C2: text", if it is there. */
static int read_connection(const char **rest, struct session_step *step, struct failure *why) {
    size_t digits = strspn(*rest, "0123456789");
    step->connection = 1;
    if (digits == 0)
        return 0;
    step->connection = digits == 1 ? (size_t)(**rest - '0') : 0;
    *rest += digits;
    if (step->connection < 1 || step->connection > SESSION_CONNECTION_LIMIT)
        return failure_set(why, "connections are counted from 1 to %d", SESSION_CONNECTION_LIMIT);
    return 0;
}

static size_t count_words(const char *text) {
    size_t count = 0;
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " "), count++)
        text += strcspn(text, " ");
    return count;
}

/* A step that is of no connection. 1: it is one; 0: it is none; -1. */
static int read_act(const char *text, struct session_step *step, struct failure *why) {
    size_t length = strcspn(text, " ");
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (strlen(acts[i].word) != length || strncmp(acts[i].word, text, length) != 0)
            continue;
        if (count_words(text + length) != acts[i].operands)
            return failure_set(why, "%zu words must follow \"%s\"", acts[i].operands, acts[i].word);
        step->kind = acts[i].kind;
        return buf_append(&step->bytes, text, strlen(text)) < 0 ? -1 : 1;
    }
    return 0;
}

static int read_step(const char *text, struct session_step *step, struct failure *why) {
    static const char help[] =
        "a step begins with S or C and one of : | fill repeat drip tls end close "
        "cut reset (or is stop, kill, restart, deliver, remove, ... or # comment)";
    char side = text[0];
    int act = read_act(text, step, why);
    if (act != 0)
        return act < 0 ? -1 : 0;
    if (side != 'S' && side != 'C')
        return failure_set(why, "%s", help);
    step->server = side == 'S';
    const char *word = text + 1;
    if (read_connection(&word, step, why) < 0)
        return -1;
    bool punctuation = *word == ':' || *word == '|';
    word += punctuation ? 0 : strspn(word, " ");
    size_t length = punctuation ? 1 : strcspn(word, " ");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *form = &forms[i];
        if (strlen(form->word) != length || strncmp(form->word, word, length) != 0 ||
            strchr(form->sides, side) == NULL)
            continue;
        step->kind = form->kind;
        /* One blank separates: more of them belong to the text. */
        return read_operand(form, word + length + (word[length] == ' ' ? 1 : 0), step, why);
    }
    return failure_set(why, "%s", help);
}

static struct session_step *new_step(struct session *session) {
    struct session_step *steps = realloc(session->steps, (session->count + 1) * sizeof *steps);
    if (steps == NULL)
        return NULL;
    session->steps = steps;
    struct session_step *step = &steps[session->count++];
    *step = (struct session_step){0};
    buf_init(&step->bytes, SESSION_BYTES_LIMIT);
    return step;
}

/* The whole file, line by line. `why` has no file and line yet. */
static int read_lines(FILE *file, struct session *session, unsigned *number, struct failure *why) {
    char *line = NULL;
    size_t size = 0, connections = 0, total = 0;
    bool skip = false;
    int result = 0;
    while (result == 0 && getline(&line, &size, file) >= 0) {
        ++*number;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (strcmp(line, "...") == 0) {
            skip = true;
            continue;
        }
        struct session_step *step = new_step(session);
        if (step == NULL) {
            result = failure_set(why, "not enough memory");
            break;
        }
        step->line = *number;
        step->skip = skip;
        result = read_step(line, step, why);
        total += step->bytes.length;
        if (result == 0 && total > SESSION_TOTAL_LIMIT)
            result = failure_set(why, "more than %u bytes in all", SESSION_TOTAL_LIMIT);
        if (result == 0 && step->connection > connections + 1)
            result = failure_set(why, "connection %zu begins before connection %zu",
                                 step->connection, connections + 1);
        if (step->connection > connections)
            connections = step->connection;
        if (result == 0 && skip && step->kind != SESSION_LINE)
            result = failure_set(why, "only a line (S: or C:) can follow \"...\"");
        skip = false;
    }
    if (result == 0 && skip)
        result = failure_set(why, "a line must follow \"...\"");
    free(line);
    return result;
}

int session_read(const char *path, struct session *session, struct failure *why) {
    *session = (struct session){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    unsigned number = 0;
    struct failure what;
    int result = read_lines(file, session, &number, &what);
    fclose(file);
    if (result < 0) {
        session_free(session);
        return failure_set(why, "%s:%u: %s", path, number, what.text);
    }
    return 0;
}
