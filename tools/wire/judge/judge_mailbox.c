/* The mailboxes of a run, for judges of what is in them. */
#include "files.h"
#include "judges.h"
#include "maildir.h"
#include "placeholders.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Where a mailbox is when only "bob" is said. */
static const char home_domain[] = "example.org";

/* "{run}/files/mail" is kept as "files/mail". No mailbox of the servers has a slash. */
static int parse_place(struct judge *judge, const char *place, size_t length, struct failure *why) {
    judge->mailbox = strndup(place, length);
    if (judge->mailbox == NULL)
        return failure_set(why, "not enough memory");
    if (strstr(judge->mailbox, "..") != NULL || *judge->mailbox == '\0')
        return failure_set(why, "\"%s\" is no place in {run}", judge->mailbox);
    return 0;
}

int judge_mailbox_parse(struct judge *judge, const char *name, size_t length, struct failure *why) {
    static const char run[] = "{run}/";
    if (length > sizeof run && strncmp(name, run, sizeof run - 1) == 0)
        return parse_place(judge, name + sizeof run - 1, length - (sizeof run - 1), why);
    const char *domain = memchr(name, '@', length) == NULL ? home_domain : "";
    int made = asprintf(&judge->mailbox, "%.*s%s%s", (int)length, name, *domain == '\0' ? "" : "@",
                        domain);
    if (made < 0) {
        judge->mailbox = NULL;
        return failure_set(why, "not enough memory");
    }
    if (strchr(judge->mailbox, '/') != NULL)
        return failure_set(why, "\"%s\" is no mailbox", judge->mailbox);
    return 0;
}

int judge_mailbox_lines(const char *path, struct buf *text, struct failure *why) {
    struct buf raw;
    buf_init(&raw, JUDGE_MESSAGE_LIMIT);
    int result = files_read(path, &raw, why);
    size_t start = 0;
    for (size_t i = 0; result == 0 && i < raw.length; i++) {
        if (raw.bytes[i] != '\r')
            continue;
        bool crlf = i + 1 < raw.length && raw.bytes[i + 1] == '\n';
        result = buf_append(text, raw.bytes + start, i - start);
        if (result == 0 && !crlf)
            result = buf_append(text, "\n", 1);
        start = i + 1;
    }
    if (result == 0 && start < raw.length)
        result = buf_append(text, raw.bytes + start, raw.length - start);
    if (result == 0 && text->length > 0 && text->bytes[text->length - 1] != '\n')
        result = buf_append(text, "\n", 1);
    buf_free(&raw);
    return result;
}

/* The header field `name` at the front of the text, with its folded lines: how long it is, or 0. */
static size_t header_length(const char *text, size_t length, const char *name) {
    size_t name_length = strlen(name);
    if (length < name_length || strncasecmp(text, name, name_length) != 0)
        return 0;
    size_t i = 0;
    for (;;) {
        const char *end = memchr(text + i, '\n', length - i);
        if (end == NULL)
            return length;
        i = (size_t)(end - text) + 1;
        if (i >= length || (text[i] != ' ' && text[i] != '\t'))
            return i;
    }
}

/* RFC 5321 §4.4; in this order. */
size_t judge_mailbox_trace(const struct buf *text) {
    static const char *const added[] = {"Return-Path:", "Delivered-To:", "Received:"};
    size_t skipped = 0;
    for (size_t i = 0; text->length > 0 && i < sizeof added / sizeof added[0]; i++)
        skipped += header_length(text->bytes + skipped, text->length - skipped, added[i]);
    return skipped;
}

/* RUN/store/example.org/bob, or RUN/files/mail. 0 or -1. */
static int find(const struct judge *judge, const struct evidence *evidence, char path[PATH_MAX],
                struct failure *why) {
    const char *mailbox = judge->mailbox, *at = strchr(mailbox, '@');
    if (strchr(mailbox, '/') != NULL)
        return files_path(path, why, "%s/%s", evidence->directory, mailbox);
    return files_path(path, why, "%s/store/%s/%.*s", evidence->directory, at + 1,
                      (int)(at - mailbox), mailbox);
}

int judge_mailbox_each(const struct judge *judge, const struct evidence *evidence,
                       int (*visit)(const char *path, void *context), void *context,
                       struct failure *why) {
    char path[PATH_MAX];
    struct stat status;
    if (find(judge, evidence, path, why) < 0)
        return -1;
    if (stat(path, &status) < 0)
        return 0; /* nobody has ever got anything */
    return S_ISREG(status.st_mode) ? visit(path, context) : maildir_each(path, visit, context, why);
}

int judge_mailbox_file(const struct judge *judge, const struct evidence *evidence,
                       char path[PATH_MAX], struct failure *why) {
    const char *made = evidence->run->message;
    bool is_made = made != NULL && strcmp(made, judge->file) == 0;
    return files_path(path, why, "%s/%s", is_made ? evidence->directory : evidence->lab->directory,
                      judge->file);
}

int judge_mailbox_letter(const struct judge *judge, const struct evidence *evidence,
                         struct buf *text, struct failure *why) {
    char path[PATH_MAX];
    struct buf lines;
    buf_init(&lines, JUDGE_MESSAGE_LIMIT + 1);
    int result = judge_mailbox_file(judge, evidence, path, why);
    if (result == 0)
        result = judge_mailbox_lines(path, &lines, why);
    if (result == 0)
        result = placeholders_fill(lines.bytes, lines.length, evidence->run->nonce, text, why);
    buf_free(&lines);
    return result;
}
