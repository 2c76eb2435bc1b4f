#include "accounts.h"
#include "address.h"
#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* yescrypt takes 16 MiB for each password it checks: a crowd of clients must wait in line. */
#define CHECKS_AT_ONCE 4

/* Long enough for every line that `accounts` writes. */
#define LINE_BYTES 2048

/* crypt(5) names 384 bytes as room for any hash. */
_Static_assert(ACCOUNTS_HASH_SIZE >= CRYPT_OUTPUT_SIZE, "no room for a hash");

struct accounts {
    struct account *list; /* in the file's order */
    size_t count;
    const struct account **sorted; /* by address */
    sem_t *checks;
};

/* Writes "local@domain" in lower case (ASCII: no locale has a say). False when it cannot be one of
   ours because it is too long. */
static bool make_key(char key[ADDRESS_TEXT_SIZE], const char *local, const char *domain) {
    int length =
        snprintf(key, ADDRESS_TEXT_SIZE, "%s%s%s", local, domain[0] == '\0' ? "" : "@", domain);
    for (char *byte = key; *byte != '\0'; byte++)
        if (*byte >= 'A' && *byte <= 'Z')
            *byte = (char)(*byte + 'a' - 'A');
    return length < ADDRESS_TEXT_SIZE;
}

static int compare_accounts(const void *one, const void *other) {
    const struct account *const *left = one;
    const struct account *const *right = other;
    return strcmp((*left)->address, (*right)->address);
}

static int compare_key(const void *key, const void *member) {
    const struct account *const *account = member;
    return strcmp(key, (*account)->address);
}

/* The address becomes a directory of the store: it must be a plain name. Returns what is wrong
   with it, or NULL. */
static const char *wrong_address(const char *text, struct failure *detail) {
    char path[ADDRESS_PATH_LIMIT + 1];
    struct address address;
    int length = snprintf(path, sizeof path, "<%s>", text);
    if (length > ADDRESS_PATH_LIMIT)
        return "the address is too long";
    int taken = address_parse(path, (size_t)length, ADDRESS_REVERSE, true, &address, detail);
    if (taken < 0)
        return detail->text;
    if (address.domain[0] == '\0' || address.domain[0] == '[')
        return "the address needs a domain";
    if (taken != length || !address_is_plain(&address) || text[strcspn(text, "/\"")] != '\0' ||
        text[0] == '@')
        return "an account's address is plain: no quotes, no /, no source route";
    return NULL;
}

/* Takes "address:hash:name" apart. Returns what is wrong with it, or NULL. */
static const char *parse_line(struct account *account, char *line, struct failure *detail) {
    static const char form[] = "not of the form address:hash:name";
    char *hash = strchr(line, ':');
    if (hash == NULL)
        return form;
    *hash++ = '\0';
    char *name = strchr(hash, ':');
    if (name == NULL)
        return form;
    *name++ = '\0';
    const char *wrong = wrong_address(line, detail);
    if (wrong != NULL)
        return wrong;
    int salt = crypt_checksalt(hash);
    if (hash[0] != '$' || salt == CRYPT_SALT_INVALID || salt == CRYPT_SALT_METHOD_DISABLED)
        return "what stands between the colons is no password hash of crypt(5)";
    for (const char *byte = name; *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 127)
            return "control character in the name";
    char key[ADDRESS_TEXT_SIZE];
    make_key(key, line, "");
    account->address = strdup(key);
    account->hash = strdup(hash);
    account->name = strdup(name);
    if (account->address == NULL || account->hash == NULL || account->name == NULL)
        return "out of memory";
    return NULL;
}

/* Adds the account of one line; one without content adds none. Returns what is wrong, or NULL. */
static const char *add_line(struct accounts *accounts, char *line, size_t length,
                            struct failure *detail) {
    if (strlen(line) != length)
        return "NUL byte in the line";
    if (length >= LINE_BYTES)
        return "the line is too long";
    line[strcspn(line, "\r\n")] = '\0';
    if (line[strspn(line, " \t")] == '\0' || line[0] == '#')
        return NULL;
    struct account *list = realloc(accounts->list, (accounts->count + 1) * sizeof *list);
    if (list == NULL)
        return "out of memory";
    accounts->list = list;
    accounts->list[accounts->count] = (struct account){NULL, NULL, NULL};
    return parse_line(&accounts->list[accounts->count++], line, detail);
}

static int read_lines(struct accounts *accounts, FILE *file, const char *path,
                      struct failure *why) {
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int status = 0;
    for (int number = 1; status == 0 && (length = getline(&line, &size, file)) >= 0; number++) {
        struct failure detail;
        const char *wrong = add_line(accounts, line, (size_t)length, &detail);
        if (wrong != NULL)
            status = failure_set(why, "%s:%d: %s", path, number, wrong);
    }
    if (status == 0 && ferror(file))
        status = failure_system(why, errno, "%s", path);
    free(line);
    return status;
}

/* Sorts a list of pointers, to search in, and finds addresses that are there twice. */
static int sort_accounts(struct accounts *accounts, const char *path, struct failure *why) {
    accounts->sorted = calloc(accounts->count + 1, sizeof(const struct account *));
    if (accounts->sorted == NULL)
        return failure_system(why, ENOMEM, "%s", path);
    for (size_t i = 0; i < accounts->count; i++)
        accounts->sorted[i] = &accounts->list[i];
    qsort(accounts->sorted, accounts->count, sizeof(const struct account *), compare_accounts);
    for (size_t i = 1; i < accounts->count; i++)
        if (strcmp(accounts->sorted[i - 1]->address, accounts->sorted[i]->address) == 0)
            return failure_set(why, "%s: %s is there twice", path, accounts->sorted[i]->address);
    return 0;
}

struct accounts *accounts_load(const char *path, struct failure *why) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        failure_system(why, errno, "%s", path);
        return NULL;
    }
    struct accounts *accounts = calloc(1, sizeof *accounts);
    if (accounts == NULL || (accounts->checks = malloc(sizeof *accounts->checks)) == NULL) {
        failure_system(why, ENOMEM, "%s", path);
        fclose(file);
        free(accounts);
        return NULL;
    }
    sem_init(accounts->checks, 0, CHECKS_AT_ONCE);
    int status = read_lines(accounts, file, path, why);
    if (status == 0)
        status = sort_accounts(accounts, path, why);
    fclose(file);
    if (status < 0) {
        accounts_free(accounts);
        return NULL;
    }
    return accounts;
}

static const struct account *find(const struct accounts *accounts, const char *local,
                                  const char *domain) {
    char key[ADDRESS_TEXT_SIZE];
    if (!make_key(key, local, domain))
        return NULL;
    const struct account *const *found = bsearch(key, accounts->sorted, accounts->count,
                                                 sizeof(const struct account *), compare_key);
    return found == NULL ? NULL : *found;
}

const struct account *accounts_find(const struct accounts *accounts, const char *local,
                                    const char *domain) {
    return domain[0] == '\0' ? NULL : find(accounts, local, domain);
}

const struct account *accounts_at(const struct accounts *accounts, size_t index) {
    return index < accounts->count ? &accounts->list[index] : NULL;
}

/* Whether `hash` is the hash of `password`. Takes as long for a wrong password as for the right
   one. */
static bool matches(const char *password, const char *hash) {
    struct crypt_data *data = calloc(1, sizeof *data); /* 32 KiB: too much for a thread's stack */
    if (data == NULL)
        return false;
    const char *result = crypt_r(password, hash, data);
    bool same = result != NULL && strlen(result) == strlen(hash) &&
                CRYPTO_memcmp(result, hash, strlen(hash)) == 0;
    explicit_bzero(data, sizeof *data);
    free(data);
    return same;
}

const struct account *accounts_login(const struct accounts *accounts, const char *address,
                                     const char *password) {
    /* For an unknown address a password is checked all the same: against somebody's hash, so that
       it costs what it costs for those who exist; the result is not used. */
    if (accounts->count == 0)
        return NULL;
    const struct account *account = find(accounts, address, "");
    const char *hash = account != NULL ? account->hash : accounts->list[0].hash;
    while (sem_wait(accounts->checks) < 0)
        continue; /* a signal */
    bool right = matches(password, hash);
    sem_post(accounts->checks);
    return right ? account : NULL;
}

int accounts_hash(const char *password, char hash[ACCOUNTS_HASH_SIZE], struct failure *why) {
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    if (strlen(password) >= CRYPT_MAX_PASSPHRASE_SIZE)
        return failure_set(why, "the password is longer than %d bytes",
                           CRYPT_MAX_PASSPHRASE_SIZE - 1);
    if (crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof setting) == NULL)
        return failure_system(why, errno, "no salt for the password");
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL)
        return failure_system(why, ENOMEM, "hash of the password");
    const char *result = crypt_r(password, setting, data);
    int status = 0;
    if (result == NULL || result[0] == '*')
        status = failure_system(why, errno, "hash of the password");
    else
        snprintf(hash, ACCOUNTS_HASH_SIZE, "%s", result);
    explicit_bzero(data, sizeof *data);
    free(data);
    return status;
}

void accounts_free(struct accounts *accounts) {
    if (accounts == NULL)
        return;
    for (size_t i = 0; i < accounts->count; i++) {
        free(accounts->list[i].address);
        free(accounts->list[i].hash);
        free(accounts->list[i].name);
    }
    sem_destroy(accounts->checks);
    free(accounts->checks);
    free(accounts->sorted);
    free(accounts->list);
    free(accounts);
}
