/*
 * config_value: one value of a configuration and its type. Only config.c uses it.
 */
#ifndef SHARED_CONFIG_VALUE_H
#define SHARED_CONFIG_VALUE_H

#include "config.h"
#include <stdbool.h>
#include <stddef.h>

struct config_value {
    char *text;       /* CONFIG_LIST: its words, each with a NUL behind it */
    size_t words;     /* CONFIG_LIST: how many */
    long long number; /* CONFIG_NUMBER, CONFIG_BYTES, CONFIG_SECONDS; CONFIG_YES_NO: 1 or 0 */
    bool standard;    /* nobody has set it yet */
};

/*
 * Reads `text` as a value of `type`. A relative path counts from `directory`, which ends in "/" or
 * is empty. 0, or -1 with the value as it was.
 */
int config_value_set(struct config_value *value, enum config_type type, const char *text,
                     const char *directory, struct failure *why);

/* "a number, or one with s, m, h or d": for help and errors. */
const char *config_type_words(enum config_type type);

#endif
