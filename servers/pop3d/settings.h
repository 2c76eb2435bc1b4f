/*
 * settings: what pop3d reads from kit.ini, once, before any session. Not changed afterwards: all
 * threads share it.
 */
#ifndef POP3D_SETTINGS_H
#define POP3D_SETTINGS_H

#include "bounds.h"
#include "config.h"
#include "failure.h"
#include "site.h"
#include <stdbool.h>
#include <stddef.h>

/* The keys, for config_new and --help. */
extern const struct config_key settings_keys[];

struct settings {
    const struct config *config; /* what the texts here belong to */
    struct site site;
    struct bounds bounds;
    size_t line;        /* octets of a command line, with its CR LF */
    bool utf8_required; /* for messages whose header is in UTF-8 */
};

/*
 * Fills `settings` from `config`, which must outlive it, and loads the accounts and the
 * certificate. 0, or -1: a value out of range, no hostname, domain or address, the accounts or the
 * certificate cannot be read, or there is none and pop3d.pop3s needs one.
 */
int settings_load(struct settings *settings, const struct config *config, struct failure *why);

void settings_free(struct settings *settings);

#endif
