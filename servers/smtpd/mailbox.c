#include "mailbox.h"
#include "log.h"
#include "maildir.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A name that stays the name of one directory below the one it is put in. */
static bool is_directory_name(const char *name, size_t length) {
    return length > 0 && length <= NAME_MAX && name[0] != '.' && memchr(name, '/', length) == NULL;
}

int mailbox_path(const struct settings *settings, const struct account *account,
                 char path[PATH_MAX], struct failure *why) {
    const char *at = strrchr(account->address, '@');
    if (at == NULL || !is_directory_name(account->address, (size_t)(at - account->address)) ||
        !is_directory_name(at + 1, strlen(at + 1)))
        return failure_set(why, "account %s: its name cannot be that of a Maildir",
                           account->address);
    int length = snprintf(path, PATH_MAX, "%s/%s/%.*s", settings->store, at + 1,
                          (int)(at - account->address), account->address);
    if (length < 0 || length >= PATH_MAX)
        return failure_set(why, "account %s: the path of its Maildir is too long",
                           account->address);
    return 0;
}

static const char *domain_of(const struct account *account) {
    const char *at = strrchr(account->address, '@');
    return at == NULL ? "" : at + 1;
}

static int prepare(const struct settings *settings, const struct account *account,
                   struct failure *why) {
    char path[PATH_MAX];
    if (mailbox_path(settings, account, path, why) < 0 || maildir_create(path, why) < 0)
        return -1;
    struct failure swept;
    int removed = maildir_sweep(path, &swept);
    if (removed < 0)
        log_event(LOG_WARN, "%s", swept.text);
    else if (removed > 0)
        log_event(LOG_INFO, "%s/tmp: removed %d old unfinished messages", path, removed);
    return 0;
}

int mailbox_prepare(const struct settings *settings, struct failure *why) {
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(settings->accounts, i)) != NULL; i++)
        if (settings_is_local(settings, domain_of(account)) && prepare(settings, account, why) < 0)
            return -1;
    return 0;
}

static const struct account *first_of_domain(const struct settings *settings, const char *domain) {
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(settings->accounts, i)) != NULL; i++)
        if (strcasecmp(domain_of(account), domain) == 0)
            return account;
    return NULL;
}

const struct account *mailbox_find(const struct settings *settings, const char *local,
                                   const char *domain) {
    if (*domain == '\0')
        domain = settings_domain(settings, 0);
    if (!settings_is_local(settings, domain))
        return NULL;
    const struct account *account = accounts_find(settings->accounts, local, domain);
    if (account == NULL && strcasecmp(local, "postmaster") == 0)
        account = first_of_domain(settings, domain);
    return account;
}
