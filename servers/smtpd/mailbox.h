/*
 * mailbox: from an address of the envelope to an account, and from the account to its Maildir.
 *
 * What comes from the wire is only ever looked up, never made part of a path: the path is that of
 * the account, STORE/DOMAIN/LOCAL in lower case, and accounts come from the accounts file.
 */
#ifndef SMTPD_MAILBOX_H
#define SMTPD_MAILBOX_H

#include "address.h"
#include "settings.h"
#include <limits.h>

/*
 * Makes the Maildir of every account in a local domain where it does not exist yet, and clears what
 * a crash has left in its tmp/. 0 or -1: the store cannot be written, or an account's name is not
 * fit for a directory.
 */
int mailbox_prepare(const struct settings *settings, struct failure *why);

/*
 * The account that gets mail for this address of a local domain, or NULL. Without a domain (as in
 * <postmaster>), the first local domain counts. Every domain has a postmaster (RFC 5321 §4.5.1):
 * where no account has that name, it is the domain's first account in the accounts file.
 */
const struct account *mailbox_find(const struct settings *settings, const char *local,
                                   const char *domain);

/* The account's Maildir. 0, or -1: the path is too long, or the name is not fit for a directory. */
int mailbox_path(const struct settings *settings, const struct account *account,
                 char path[PATH_MAX], struct failure *why);

#endif
