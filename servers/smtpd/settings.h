/*
 * settings: what smtpd reads from kit.ini, once, before any session. Not changed afterwards: all
 * threads share it.
 */
#ifndef SMTPD_SETTINGS_H
#define SMTPD_SETTINGS_H

#include "bounds.h"
#include "config.h"
#include "failure.h"
#include "site.h"
#include <stdbool.h>
#include <stddef.h>

/* The keys, for config_new and --help. */
extern const struct config_key settings_keys[];

/* What a listener is for; the context of every session that begins there. */
struct service {
    const struct settings *settings;
    bool submission; /* mail of the people who have a mailbox here (RFC 6409); else, of anybody */
};

struct settings {
    const struct config *config; /* what the texts here belong to */
    struct site site;
    struct bounds bounds;

    unsigned long long message_size; /* octets */
    size_t recipients;               /* a message */
    size_t line;                     /* octets of a command line, with its CR LF */
    bool vrfy;

    struct service receiving, submission;
};

/*
 * Fills `settings` from `config`, which must outlive it, and loads the accounts and the
 * certificate. 0, or -1: a value out of range, no hostname, domain or address, the accounts or the
 * certificate cannot be read, or there is none and smtpd.submissions needs one. The two services
 * point at `settings`: it must stay where it is.
 */
int settings_load(struct settings *settings, const struct config *config, struct failure *why);

void settings_free(struct settings *settings);

#endif
