#include "lab_ini.h"
#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libinih tells its handler neither line numbers, nor sections, nor which line continues the one
   before. So the lines are looked at on their way to it. */
struct reading {
    FILE *stream;
    struct ini_file *file;
    unsigned line;
    bool continues; /* the line last read is indented */
    bool failed;    /* at `line`, for the reason in `why` */
    struct failure *why;
};

static int fail(struct reading *reading, const char *reason) {
    if (!reading->failed)
        failure_set(reading->why, "%s", reason);
    reading->failed = true;
    return 0;
}

static int add(struct reading *reading, const char *section, size_t section_length, const char *key,
               const char *value) {
    struct ini_file *file = reading->file;
    struct ini_entry *entries = realloc(file->entries, (file->count + 1) * sizeof *entries);
    if (entries == NULL)
        return fail(reading, "not enough memory");
    file->entries = entries;
    entries[file->count] = (struct ini_entry){
        .section = strndup(section, section_length),
        .key = strdup(key),
        .value = strdup(value),
        .line = reading->line,
    };
    const struct ini_entry *entry = &entries[file->count++];
    if (entry->section == NULL || entry->key == NULL || entry->value == NULL)
        return fail(reading, "not enough memory");
    return 1;
}

/* What libinih reads with: fgets, and notes. */
static char *read_line(char *text, int size, void *context) {
    struct reading *reading = context;
    if (reading->failed || fgets(text, size, reading->stream) == NULL)
        return NULL;
    reading->line++;
    if (strchr(text, '\n') == NULL && strlen(text) + 1 == (size_t)size) {
        fail(reading, "longer than 198 bytes: go on in the next line, indented");
        return NULL;
    }
    reading->continues = text[0] == ' ' || text[0] == '\t';
    if (text[0] == '[')
        add(reading, text + 1, strcspn(text + 1, "]\r\n"), "", "");
    return text;
}

static int join(struct reading *reading, struct ini_entry *entry, const char *more) {
    char *joined = NULL;
    if (asprintf(&joined, "%s %s", entry->value, more) < 0)
        return fail(reading, "not enough memory");
    free(entry->value);
    entry->value = joined;
    return 1;
}

static int take(void *context, const char *section, const char *key, const char *value) {
    struct reading *reading = context;
    struct ini_file *file = reading->file;
    if (reading->failed)
        return 0;
    if (reading->continues && file->count > 0)
        return join(reading, &file->entries[file->count - 1], value);
    return add(reading, section, strlen(section), key, value);
}

int ini_file_read(const char *path, struct ini_file *file, struct failure *why) {
    *file = (struct ini_file){0};
    struct failure what;
    struct reading reading = {.stream = fopen(path, "re"), .file = file, .why = &what};
    if (reading.stream == NULL)
        return failure_system(why, errno, "%s", path);
    int wrong = ini_parse_stream(read_line, &reading, take, &reading);
    fclose(reading.stream);
    if (reading.failed) {
        ini_file_free(file);
        return failure_set(why, "%s:%u: %s", path, reading.line, what.text);
    }
    if (wrong != 0) {
        ini_file_free(file);
        return failure_set(why, "%s:%d: neither [section] nor key = value", path, wrong);
    }
    return 0;
}

void ini_file_free(struct ini_file *file) {
    for (size_t i = 0; i < file->count; i++) {
        free(file->entries[i].section);
        free(file->entries[i].key);
        free(file->entries[i].value);
    }
    free(file->entries);
    *file = (struct ini_file){0};
}
