/*
 * config: kit.ini, the one configuration of every server and client, and -o section.key=value.
 *
 * A program lists the keys that it reads, each with its type, its standard value and a sentence on
 * what it means. The list is the documentation (`--help` prints it), the check (a key that nobody
 * knows in a section that the list has, or a value of the wrong type, is an error that names file
 * and line), and the source of standard values. Sections that the list does not mention belong to
 * other programs and are passed over.
 *
 *     static const struct config_key keys[] = {
 *         {"mail", "hostname", CONFIG_TEXT, "mail.example.org", "how this server greets"},
 *         {"smtpd", "idle", CONFIG_SECONDS, "5m", "a session silent for so long is closed"},
 *         {NULL, NULL, CONFIG_TEXT, NULL, NULL},
 *     };
 *
 * Values are read before threads start; after that a config may be read by any thread.
 */
#ifndef SHARED_CONFIG_H
#define SHARED_CONFIG_H

#include "failure.h"
#include <stdio.h>

enum config_type {
    CONFIG_TEXT,    /* as it stands; leading and trailing blanks do not count */
    CONFIG_LIST,    /* words, separated by blanks */
    CONFIG_PATH,    /* a file; a relative one counts from the ini file's directory, a standard one
                       too (from -o: from the working directory) */
    CONFIG_NUMBER,  /* a whole number, 0 or more */
    CONFIG_BYTES,   /* a number, with K, M or G behind it for KiB, MiB, GiB */
    CONFIG_SECONDS, /* a number, with s, m, h or d behind it; s when there is none */
    CONFIG_YES_NO,  /* yes or no */
};

struct config_key {
    const char *section;
    const char *key;
    enum config_type type;
    const char *standard; /* the value when nothing says otherwise */
    const char *meaning;  /* one sentence without full stop, for --help */
};

struct config; /* opaque */

/*
 * Makes a configuration of standard values. `keys` ends with a NULL section and must outlive it.
 * NULL when memory lacks or a standard value is not of its type (a mistake in the program).
 */
struct config *config_new(const struct config_key *keys, struct failure *why);

/*
 * Reads an ini file over it: [section], key = value, ; or # comment; one line each, indented as you
 * like. 0, or -1: cannot be read, not an ini file, unknown key (`why` names one that is spelled
 * almost so), wrong type.
 */
int config_read(struct config *config, const char *path, struct failure *why);

/* Takes one "section.key=value" as from -o. 0 or -1. */
int config_override(struct config *config, const char *assignment, struct failure *why);

/*
 * The value of a key of the list. Asking for one that is not in the list, or of another type, is
 * a mistake in the program and ends it (assert). What they return belongs to the config.
 * config_number is for CONFIG_NUMBER, _BYTES, _SECONDS, and _YES_NO (1 or 0).
 */
const char *config_text(const struct config *config, const char *section, const char *key);
const char *config_path(const struct config *config, const char *section, const char *key);
long long config_number(const struct config *config, const char *section, const char *key);

/* The words of a CONFIG_LIST: word number `index` from 0, or NULL behind the last. */
const char *config_word(const struct config *config, const char *section, const char *key,
                        size_t index);

/* Prints the keys with their standard values and meanings, for --help. */
void config_print_help(const struct config_key *keys, FILE *out);

void config_free(struct config *config);

#endif
