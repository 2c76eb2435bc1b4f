#include "config.h"
#include "config_value.h"
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct config {
    const struct config_key *keys;
    struct config_value *values; /* one for each key, in the same order */
    size_t count;
};

static size_t count_keys(const struct config_key *keys) {
    size_t count = 0;
    while (keys[count].section != NULL)
        count++;
    return count;
}

struct config *config_new(const struct config_key *keys, struct failure *why) {
    struct config *config = calloc(1, sizeof *config);
    size_t count = count_keys(keys);
    struct config_value *values = calloc(count + 1, sizeof *values);
    if (config == NULL || values == NULL) {
        free(config);
        free(values);
        failure_system(why, ENOMEM, "configuration");
        return NULL;
    }
    *config = (struct config){keys, values, count};
    for (size_t i = 0; i < count; i++) {
        struct failure reason;
        const char *standard = keys[i].standard != NULL ? keys[i].standard : "";
        if (config_value_set(&values[i], keys[i].type, standard, "", &reason) < 0) {
            failure_set(why, "standard value of %s.%s: %s", keys[i].section, keys[i].key,
                        reason.text);
            config_free(config);
            return NULL;
        }
        values[i].standard = true;
    }
    return config;
}

/* The index of a key, or -1. */
static ssize_t find_key(const struct config *config, const char *section, const char *key) {
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->keys[i].section, section) == 0 && strcmp(config->keys[i].key, key) == 0)
            return (ssize_t)i;
    return -1;
}

static bool has_section(const struct config *config, const char *section) {
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->keys[i].section, section) == 0)
            return true;
    return false;
}

/* How many letters must be put in, left out or changed to make one word of the other; words of
   more than 39 letters are far from everything. */
static size_t distance(const char *one, const char *other) {
    enum {
        LONGEST = 39
    };
    size_t rows = strlen(one), columns = strlen(other);
    if (rows > LONGEST || columns > LONGEST)
        return LONGEST;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= columns; j++)
        row[j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t changed = corner + (one[i - 1] != other[j - 1]);
            corner = row[j];
            size_t added = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = changed < added ? changed : added;
        }
    }
    return row[columns];
}

/* "unknown key", with the nearest known one where there is a near one. -1. */
static int unknown_key(const struct config *config, const char *section, const char *key,
                       struct failure *why) {
    const struct config_key *nearest = NULL;
    size_t best = 3; /* two slips of the finger, no more */
    for (size_t i = 0; i < config->count; i++) {
        const struct config_key *known = &config->keys[i];
        size_t apart = distance(section, known->section) + distance(key, known->key);
        if (apart < best && distance(key, known->key) < strlen(known->key)) {
            best = apart;
            nearest = known;
        }
    }
    if (nearest == NULL)
        return failure_set(why, "unknown key %s.%s", section, key);
    return failure_set(why, "unknown key %s.%s: did you mean %s.%s?", section, key,
                       nearest->section, nearest->key);
}

static int set_value(struct config *config, const char *section, const char *key, const char *text,
                     const char *directory, struct failure *why) {
    ssize_t index = find_key(config, section, key);
    if (index < 0)
        return unknown_key(config, section, key, why);
    struct failure reason;
    if (config_value_set(&config->values[index], config->keys[index].type, text, directory,
                         &reason) < 0)
        return failure_set(why, "%s.%s: %s", section, key, reason.text);
    return 0;
}

/* One reading of one file. libinih does not tell its handler the number of a line, so the lines
   are handed to it, and counted, here. */
struct reading {
    struct config *config;
    FILE *file;
    char *line;
    size_t line_size;
    char *directory; /* of the file, with the last "/"; or "" */
    int number;      /* of the line in hand */
    int failed;      /* the line that is wrong, with `reason`; 0: none */
    struct failure reason;
};

static char *reading_failed(struct reading *reading, const char *words) {
    reading->failed = reading->number;
    failure_set(&reading->reason, "%s", words);
    return NULL;
}

/* libinih's reader, as fgets(3): the next line, at most `size` - 1 bytes. */
static char *next_line(char *into, int size, void *context) {
    struct reading *reading = context;
    if (reading->failed != 0)
        return NULL;
    ssize_t length = getline(&reading->line, &reading->line_size, reading->file);
    if (length < 0)
        return NULL;
    reading->number++;
    if (memchr(reading->line, '\0', (size_t)length) != NULL)
        return reading_failed(reading, "a NUL byte: this is not a text file");
    /* To libinih a line that begins with a blank continues the value above it. Here it is a line
       like any other: an indented key would vanish in its neighbour's value. */
    const char *line = reading->line + strspn(reading->line, " \t");
    if (*line == '#' || *line == ';')
        line = "\n";
    size_t count = strlen(line);
    if (count >= (size_t)size)
        return reading_failed(reading, "this line is too long");
    memcpy(into, line, count + 1);
    return into;
}

static int take_assignment(void *context, const char *section, const char *key, const char *value) {
    struct reading *reading = context;
    if (reading->failed != 0)
        return 0;
    if (section[0] == '\0') {
        reading_failed(reading, "a key before the first [section]");
        return 0;
    }
    if (!has_section(reading->config, section))
        return 1;
    if (set_value(reading->config, section, key, value, reading->directory, &reading->reason) == 0)
        return 1;
    reading->failed = reading->number;
    return 0;
}

/* Standard paths, too, count from where the file is. */
static int move_standard_paths(struct config *config, const char *directory, struct failure *why) {
    for (size_t i = 0; i < config->count; i++) {
        struct config_value *value = &config->values[i];
        if (config->keys[i].type != CONFIG_PATH || !value->standard)
            continue;
        if (config_value_set(value, CONFIG_PATH, config->keys[i].standard, directory, why) < 0)
            return -1;
        value->standard = true;
    }
    return 0;
}

int config_read(struct config *config, const char *path, struct failure *why) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    const char *slash = strrchr(path, '/');
    struct reading reading = {.config = config, .file = file};
    reading.directory = strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
    int result = -1;
    if (reading.directory == NULL) {
        failure_system(why, ENOMEM, "%s", path);
    } else {
        errno = 0;
        int wrong = ini_parse_stream(next_line, &reading, take_assignment, &reading);
        if (ferror(file))
            failure_system(why, errno, "%s", path);
        else if (wrong > 0 && (reading.failed == 0 || wrong < reading.failed))
            failure_set(why, "%s:%d: neither [section] nor key = value", path, wrong);
        else if (reading.failed != 0)
            failure_set(why, "%s:%d: %s", path, reading.failed, reading.reason.text);
        else
            result = move_standard_paths(config, reading.directory, why);
    }
    free(reading.directory);
    free(reading.line);
    fclose(file);
    return result;
}

int config_override(struct config *config, const char *assignment, struct failure *why) {
    const char *equals = strchr(assignment, '=');
    const char *dot = strchr(assignment, '.');
    if (equals == NULL || dot == NULL || dot > equals)
        return failure_set(why, "%s: not section.key=value", assignment);
    char *section = strndup(assignment, (size_t)(dot - assignment));
    char *key = strndup(dot + 1, (size_t)(equals - dot - 1));
    int result = section != NULL && key != NULL
                     ? set_value(config, section, key, equals + 1, "", why)
                     : failure_system(why, ENOMEM, "%s", assignment);
    free(section);
    free(key);
    return result;
}

/* The value; asking for what is not there is a mistake in the program. */
static const struct config_value *value_of(const struct config *config, const char *section,
                                           const char *key, unsigned types) {
    ssize_t index = find_key(config, section, key);
    assert(index >= 0 && "this key is not in the program's list");
    assert((types >> config->keys[index].type & 1) != 0 && "this key is of another type");
    return &config->values[index];
}

const char *config_text(const struct config *config, const char *section, const char *key) {
    return value_of(config, section, key, 1u << CONFIG_TEXT)->text;
}

const char *config_path(const struct config *config, const char *section, const char *key) {
    return value_of(config, section, key, 1u << CONFIG_PATH)->text;
}

long long config_number(const struct config *config, const char *section, const char *key) {
    return value_of(config, section, key,
                    1u << CONFIG_NUMBER | 1u << CONFIG_BYTES | 1u << CONFIG_SECONDS |
                        1u << CONFIG_YES_NO)
        ->number;
}

const char *config_word(const struct config *config, const char *section, const char *key,
                        size_t index) {
    const struct config_value *list = value_of(config, section, key, 1u << CONFIG_LIST);
    if (index >= list->words)
        return NULL;
    const char *word = list->text;
    while (index-- > 0)
        word += strlen(word) + 1;
    return word;
}

void config_print_help(const struct config_key *keys, FILE *out) {
    int widest = 0;
    for (const struct config_key *key = keys; key->section != NULL; key++) {
        int width = (int)(strlen(key->section) + strlen(key->key)) + 1;
        widest = width > widest ? width : widest;
    }
    for (const struct config_key *key = keys; key->section != NULL; key++) {
        int gap = widest - (int)(strlen(key->section) + strlen(key->key)) - 1;
        fprintf(out, "  %s.%s%*s  %s\n", key->section, key->key, gap, "", key->meaning);
        fprintf(out, "  %*s  %s; standard: %s\n", widest, "", config_type_words(key->type),
                key->standard != NULL && key->standard[0] != '\0' ? key->standard : "none");
    }
}

void config_free(struct config *config) {
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->count; i++)
        free(config->values[i].text);
    free(config->values);
    free(config);
}
