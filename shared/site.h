/*
 * site: what all servers of one place have in common: the section [mail] of kit.ini.
 *
 * Who has a mailbox here and where it is, in which domains, under which name the servers greet, and
 * with which certificate. A server puts SITE_KEYS into its list of keys.
 */
#ifndef SHARED_SITE_H
#define SHARED_SITE_H

#include "accounts.h"
#include "buf.h"
#include "config.h"
#include "failure.h"
#include "tls.h"
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define SITE_KEYS                                                                               \
    {"mail", "hostname", CONFIG_TEXT, "mail.example.org", "the name this server greets with"},  \
        {"mail", "domains", CONFIG_LIST, "example.org", "mail for these domains is kept here"}, \
        {"mail", "accounts", CONFIG_PATH, "build/lab/accounts",                                 \
         "the file that says who has a mailbox"},                                               \
        {"mail", "store", CONFIG_PATH, "build/lab/mail",                                        \
         "the Maildirs are below it: DOMAIN/USER"},                                             \
        {"mail", "certificate", CONFIG_PATH, "",                                                \
         "PEM, the whole chain; without it there is no TLS"},                                   \
    {                                                                                           \
        "mail", "key", CONFIG_PATH, "", "PEM, the certificate's private key"                    \
    }

struct site {
    const struct config *config; /* what the texts here belong to */
    const char *hostname;
    const char *store;
    struct accounts *accounts;
    struct tls_context *tls; /* NULL: no certificate, so no TLS */
};

/*
 * Reads [mail], but no certificate, and loads the accounts. `config` must outlive it; not changed
 * afterwards, so threads may share it. 0, or -1 and nothing to free: no hostname, no domain, the
 * accounts cannot be read.
 */
int site_load(struct site *site, const struct config *config, struct failure *why);

/*
 * Loads the certificate, where there is one. `section`.`key`: the list of addresses with TLS from
 * the first byte, where nobody could be served without it. 0, or -1: it cannot be read, or is
 * missing where it is needed.
 */
int site_load_certificate(struct site *site, const char *section, const char *key,
                          struct failure *why);

/* The local domains: number `index` from 0, or NULL behind the last. */
const char *site_domain(const struct site *site, size_t index);

/* Whether `domain` is one of them. Case does not count. */
bool site_is_local(const struct site *site, const char *domain);

/* Makes a user's name an address: "bob" becomes "bob@" and the first domain; one that has an @
   stays. 0 or -1 (limit or memory). */
int site_complete(const struct site *site, struct buf *user);

/*
 * The Maildir of an account: STORE/DOMAIN/LOCAL. Nothing from the wire ever becomes part of a path:
 * accounts come from the accounts file. 0, or -1: the path is too long, or the name is not fit for
 * a directory.
 */
int site_mailbox(const struct site *site, const struct account *account, char path[PATH_MAX],
                 struct failure *why);

/*
 * For who delivers: makes the Maildir of every account in a local domain where it does not exist
 * yet, and clears what a crash has left in its tmp/. 0 or -1: the store cannot be written, or an
 * account's name is not fit for a directory.
 */
int site_prepare(const struct site *site, struct failure *why);

/* The same for who serves all the others even so: a mailbox that cannot be made is told in the log,
   once, and is its owner's trouble. */
void site_prepare_most(const struct site *site);

/* Gives up what it holds, not the struct itself. */
void site_free(struct site *site);

#endif
