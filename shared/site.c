#include "site.h"
#include "log.h"
#include "maildir.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

int site_load(struct site *site, const struct config *config, struct failure *why) {
    *site = (struct site){
        .config = config,
        .hostname = config_text(config, "mail", "hostname"),
        .store = config_path(config, "mail", "store"),
    };
    if (*site->hostname == '\0' || strpbrk(site->hostname, " \t") != NULL ||
        strlen(site->hostname) > 255)
        return failure_set(why, "mail.hostname = %s is not a host name", site->hostname);
    if (site_domain(site, 0) == NULL)
        return failure_set(why, "mail.domains is empty: nobody could have a mailbox");
    site->accounts = accounts_load(config_path(config, "mail", "accounts"), why);
    return site->accounts == NULL ? -1 : 0;
}

int site_load_certificate(struct site *site, const char *section, const char *key,
                          struct failure *why) {
    const char *certificate = config_path(site->config, "mail", "certificate");
    const char *private_key = config_path(site->config, "mail", "key");
    if (*certificate == '\0' && *private_key == '\0') {
        if (config_word(site->config, section, key, 0) == NULL)
            return 0;
        return failure_set(why,
                           "%s.%s is TLS from the first byte, and there is no certificate: set "
                           "mail.certificate and mail.key, or leave it empty",
                           section, key);
    }
    if (*certificate == '\0' || *private_key == '\0')
        return failure_set(why, "mail.certificate and mail.key belong together: one of them is "
                                "empty");
    site->tls = tls_server(certificate, private_key, why);
    return site->tls == NULL ? -1 : 0;
}

const char *site_domain(const struct site *site, size_t index) {
    return config_word(site->config, "mail", "domains", index);
}

bool site_is_local(const struct site *site, const char *domain) {
    const char *local;
    for (size_t i = 0; (local = site_domain(site, i)) != NULL; i++)
        if (strcasecmp(local, domain) == 0)
            return true;
    return false;
}

int site_complete(const struct site *site, struct buf *user) {
    if (user->length > 0 && memchr(user->bytes, '@', user->length) != NULL)
        return 0;
    return buf_printf(user, "@%s", site_domain(site, 0));
}

/* A name that stays the name of one directory below the one it is put in. */
static bool is_directory_name(const char *name, size_t length) {
    return length > 0 && length <= NAME_MAX && name[0] != '.' && memchr(name, '/', length) == NULL;
}

int site_mailbox(const struct site *site, const struct account *account, char path[PATH_MAX],
                 struct failure *why) {
    const char *at = strrchr(account->address, '@');
    if (at == NULL || !is_directory_name(account->address, (size_t)(at - account->address)) ||
        !is_directory_name(at + 1, strlen(at + 1)))
        return failure_set(why, "account %s: its name cannot be that of a Maildir",
                           account->address);
    int length = snprintf(path, PATH_MAX, "%s/%s/%.*s", site->store, at + 1,
                          (int)(at - account->address), account->address);
    if (length < 0 || length >= PATH_MAX)
        return failure_set(why, "account %s: the path of its Maildir is too long",
                           account->address);
    return 0;
}

static int prepare(const struct site *site, const struct account *account, struct failure *why) {
    char path[PATH_MAX];
    if (site_mailbox(site, account, path, why) < 0 || maildir_create(path, why) < 0)
        return -1;
    struct failure swept;
    int removed = maildir_sweep(path, &swept);
    if (removed < 0)
        log_event(LOG_WARN, "%s", swept.text);
    else if (removed > 0)
        log_event(LOG_INFO, "%s/tmp: removed %d old unfinished messages", path, removed);
    return 0;
}

static bool is_of_here(const struct site *site, const struct account *account) {
    const char *at = strrchr(account->address, '@');
    return at != NULL && site_is_local(site, at + 1);
}

int site_prepare(const struct site *site, struct failure *why) {
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(site->accounts, i)) != NULL; i++)
        if (is_of_here(site, account) && prepare(site, account, why) < 0)
            return -1;
    return 0;
}

void site_prepare_most(const struct site *site) {
    const struct account *account;
    struct failure why;
    for (size_t i = 0; (account = accounts_at(site->accounts, i)) != NULL; i++)
        if (is_of_here(site, account) && prepare(site, account, &why) < 0)
            log_event(LOG_ERROR, "no mailbox for %s: %s", account->address, why.text);
}

void site_free(struct site *site) {
    accounts_free(site->accounts);
    tls_free(site->tls);
    site->accounts = NULL;
    site->tls = NULL;
}
