#include "fields.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Takes over `key` and `value`. */
static int take(struct fields *fields, char *key, char *value) {
    struct field *list = realloc(fields->list, (fields->count + 1) * sizeof *list);
    if (list != NULL)
        fields->list = list;
    if (list == NULL || key == NULL || value == NULL) {
        free(key);
        free(value);
        return -1;
    }
    list[fields->count++] = (struct field){.key = key, .value = value};
    return 0;
}

int fields_add(struct fields *fields, const char *key, const char *format, ...) {
    va_list values;
    va_start(values, format);
    char *value = NULL;
    if (vasprintf(&value, format, values) < 0)
        value = NULL;
    va_end(values);
    return take(fields, strdup(key), value);
}

const char *fields_get(const struct fields *fields, const char *key) {
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->list[i].key, key) == 0)
            return fields->list[i].value;
    return NULL;
}

long fields_number(const struct fields *fields, const char *key) {
    const char *value = fields_get(fields, key);
    return value == NULL ? 0 : strtol(value, NULL, 10);
}

static void write_escaped(FILE *file, const char *value) {
    for (; *value != '\0'; value++) {
        const char *escaped = *value == '\n' ? "\\n" : *value == '\t' ? "\\t" : "\\\\";
        if (strchr("\n\t\\", *value) != NULL)
            fputs(escaped, file);
        else
            putc(*value, file);
    }
}

int fields_write(const struct fields *fields, const char *path, struct failure *why) {
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.%ld", path, (long)getpid()) < 0)
        return failure_set(why, "not enough memory");
    FILE *file = fopen(temporary, "we");
    bool written = file != NULL;
    for (size_t i = 0; file != NULL && i < fields->count; i++) {
        fprintf(file, "%s\t", fields->list[i].key);
        write_escaped(file, fields->list[i].value);
        putc('\n', file);
    }
    if (file != NULL) {
        written = ferror(file) == 0;
        written = fclose(file) == 0 && written;
    }
    int result = 0;
    if (!written || rename(temporary, path) < 0) {
        result = failure_system(why, errno, "%s", path);
        unlink(temporary);
    }
    free(temporary);
    return result;
}

/* In place: what was escaped only gets shorter. */
static void unescape(char *value) {
    char *to = value;
    for (const char *from = value; *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0') {
            from++;
            *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

int fields_read(struct fields *fields, const char *path, struct failure *why) {
    *fields = (struct fields){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int result = 0;
    while (result == 0 && (length = getline(&line, &size, file)) > 0) {
        char *tab = memchr(line, '\t', (size_t)length);
        if (tab == NULL || line[length - 1] != '\n') {
            result = failure_set(why, "%s: this is no record", path);
            break;
        }
        line[length - 1] = '\0';
        *tab = '\0';
        unescape(tab + 1);
        if (take(fields, strdup(line), strdup(tab + 1)) < 0)
            result = failure_set(why, "not enough memory");
    }
    free(line);
    fclose(file);
    if (result < 0)
        fields_free(fields);
    return result;
}

void fields_free(struct fields *fields) {
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->list[i].key);
        free(fields->list[i].value);
    }
    free(fields->list);
    *fields = (struct fields){0};
}
