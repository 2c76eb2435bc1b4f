#include "mailbox.h"
#include <string.h>
#include <strings.h>

static const char *domain_of(const struct account *account) {
    const char *at = strrchr(account->address, '@');
    return at == NULL ? "" : at + 1;
}

static const struct account *first_of_domain(const struct settings *settings, const char *domain) {
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(settings->site.accounts, i)) != NULL; i++)
        if (strcasecmp(domain_of(account), domain) == 0)
            return account;
    return NULL;
}

const struct account *mailbox_find(const struct settings *settings, const char *local,
                                   const char *domain) {
    if (*domain == '\0')
        domain = site_domain(&settings->site, 0);
    if (!site_is_local(&settings->site, domain))
        return NULL;
    const struct account *account = accounts_find(settings->site.accounts, local, domain);
    if (account == NULL && strcasecmp(local, "postmaster") == 0)
        account = first_of_domain(settings, domain);
    return account;
}
