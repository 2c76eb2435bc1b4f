#include "attach.h"
#include "compose.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int take_subject(void *into, const char *value, struct failure *why) {
    struct attach *attach = into;
    (void)why;
    attach->subject = value;
    return 0;
}

static int take_file(void *into, const char *value, struct failure *why) {
    struct attach *attach = into;
    if (attach->file_count == ATTACH_LIMIT)
        return failure_set(why, "at most %d files can be attached", ATTACH_LIMIT);
    attach->files[attach->file_count++] = value;
    return 0;
}

const struct option_row attach_options[] = {
    {"subject", "TEXT", "makes a message with this subject, and FILE is its text", take_subject},
    {"attach", "FILE", "… and attaches this file; may be given many times", take_file},
    {NULL, NULL, NULL, NULL},
};

bool attach_wanted(const struct attach *attach) {
    return attach->subject != NULL || attach->file_count > 0;
}

static int read_all(FILE *file, const char *name, struct buf *bytes, struct failure *why) {
    char some[8192];
    size_t count;
    while ((count = fread(some, 1, sizeof some, file)) > 0)
        if (buf_append(bytes, some, count) < 0)
            return failure_set(why, "%s: larger than the %zu MiB that a message may have", name,
                               COMPOSE_LIMIT >> 20);
    return ferror(file) ? failure_system(why, errno, "%s", name) : 0;
}

/* Reads a file to attach; its name there is that without directories. */
static int read_file(const char *path, struct compose_file *read, struct failure *why) {
    const char *slash = strrchr(path, '/');
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    read->name = slash != NULL ? slash + 1 : path;
    int result = read_all(file, path, &read->bytes, why);
    fclose(file);
    return result;
}

/* A stream of its own memory, for whoever reads the message and closes it. */
static FILE *open_copy(const struct buf *message, struct failure *why) {
    FILE *copy = fmemopen(NULL, message->length + 1, "w+b");
    if (copy == NULL || fwrite(message->bytes, 1, message->length, copy) != message->length ||
        fflush(copy) != 0) {
        failure_system(why, errno, "the message");
        if (copy != NULL)
            fclose(copy);
        return NULL;
    }
    rewind(copy);
    return copy;
}

/* Reads everything, and makes the message of it. */
static int make(const struct attach *attach, struct compose_letter letter, FILE *text,
                struct buf *message, struct failure *why) {
    char host[256] = "";
    struct compose_file files[ATTACH_LIMIT + 1] = {{.name = "the text"}};
    size_t count = attach->file_count;
    gethostname(host, sizeof host - 1);
    for (size_t i = 0; i <= count; i++)
        buf_init(&files[i].bytes, COMPOSE_LIMIT);
    int result = text == NULL ? 0 : read_all(text, files[0].name, &files[0].bytes, why);
    for (size_t i = 0; i < count && result == 0; i++)
        result = read_file(attach->files[i], &files[i + 1], why);
    letter.host = host;
    letter.text = &files[0];
    letter.files = &files[1];
    letter.file_count = count;
    if (result == 0)
        result = compose(&letter, message, why);
    for (size_t i = 0; i <= count; i++)
        buf_free(&files[i].bytes);
    return result;
}

FILE *attach_compose(const struct attach *attach, const char *sender, const char *const *recipients,
                     size_t recipient_count, FILE *text, struct failure *why) {
    const struct compose_letter letter = {
        .sender = sender,
        .recipients = recipients,
        .recipient_count = recipient_count,
        .subject = attach->subject,
        .date = time(NULL),
    };
    struct buf message;
    buf_init(&message, COMPOSE_LIMIT);
    int result = make(attach, letter, text, &message, why);
    FILE *opened = result == 0 ? open_copy(&message, why) : NULL;
    buf_free(&message);
    return opened;
}
