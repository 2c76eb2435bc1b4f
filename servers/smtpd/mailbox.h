/*
 * mailbox: from an address of the envelope to an account.
 */
#ifndef SMTPD_MAILBOX_H
#define SMTPD_MAILBOX_H

#include "address.h"
#include "settings.h"

/*
 * The account that gets mail for this address of a local domain, or NULL. Without a domain (as in
 * <postmaster>), the first local domain counts. Every domain has a postmaster (RFC 5321 §4.5.1):
 * where no account has that name, it is the domain's first account in the accounts file.
 */
const struct account *mailbox_find(const struct settings *settings, const char *local,
                                   const char *domain);

#endif
