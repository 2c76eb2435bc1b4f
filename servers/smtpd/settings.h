/*
 * settings: what smtpd reads from kit.ini, once, before any session. Not changed afterwards: all
 * threads share it.
 */
#ifndef SMTPD_SETTINGS_H
#define SMTPD_SETTINGS_H

#include "accounts.h"
#include "config.h"
#include "failure.h"
#include "log.h"
#include "tls.h"
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
    const char *hostname;
    const char *store;
    struct accounts *accounts;
    struct tls_context *tls; /* NULL: no certificate, so no TLS */
    enum log_level log_level;

    unsigned long long message_size; /* octets */
    size_t recipients;               /* a message */
    size_t line;                     /* octets of a command line, with its CR LF */
    unsigned long commands;          /* a session */
    unsigned long errors;            /* a session */
    int idle_ms;
    int session_ms;
    int handshake_seconds;
    int connections;
    int per_address;
    int stop_seconds;
    unsigned auth_failures; /* a session */
    int auth_delay_ms;      /* behind the first of them */
    bool clear_auth;
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

/* The domains that mail is delivered for: number `index` from 0, or NULL behind the last. */
const char *settings_domain(const struct settings *settings, size_t index);

/* Whether `domain` is one of them. Case does not count. */
bool settings_is_local(const struct settings *settings, const char *domain);

void settings_free(struct settings *settings);

#endif
