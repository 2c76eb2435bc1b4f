/* accounts: who has a mailbox. Makes and changes the file that the servers read. */
#include "accounts.h"
#include "address.h"
#include "file.h"
#include "lab.h"
#include "password.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    FINE = 0,
    FAILED = 1,
    MISUSE = 2
};

static const char help[] =
    "accounts: who has a mailbox, and with which password.\n"
    "\n"
    "  accounts FILE add ADDRESS [NAME]  gives ADDRESS a mailbox. The password comes from "
    "standard\n"
    "                                    input: the first line, or at a terminal what is typed\n"
    "  accounts FILE remove ADDRESS      takes it out. The messages in its mailbox stay\n"
    "  accounts FILE list                address and name of everyone\n"
    "  accounts FILE lab --seed SEED     replaces the file by the five people of the labs, and\n"
    "                                    prints their passwords, which derive from SEED\n"
    "  accounts --help                   this text\n"
    "\n"
    "A server reads FILE when it starts. An account's address is plain: alice@example.org.\n";

/* Prints the one line that says what went wrong. */
static int complain(int status, const char *words) {
    fprintf(stderr, "accounts: %s%s\n", words, status == MISUSE ? " (see accounts --help)" : "");
    return status;
}

/* An address that can never be one is wrong use, whatever the file holds. */
static bool is_address(const char *text, struct failure *why) {
    char path[ADDRESS_PATH_LIMIT + 2];
    struct address address;
    int length = snprintf(path, sizeof path, "<%s>", text);
    struct failure detail = {"unexpected >"};
    if (length > ADDRESS_PATH_LIMIT) {
        failure_set(why, "%s: too long for an address", text);
        return false;
    }
    if (address_parse(path, (size_t)length, ADDRESS_REVERSE, true, &address, &detail) == length &&
        address.domain[0] != '\0')
        return true;
    if (text[0] == '\0')
        failure_set(why, "the address is empty");
    else
        failure_set(why, "%s is no address: %s", text, detail.text);
    return false;
}

/* Loads the file; one that is not there has no accounts. Returns false when it cannot be read. */
static bool has_account(const char *path, const char *address, bool *has, struct failure *why) {
    *has = false;
    if (access(path, F_OK) < 0)
        return true;
    struct accounts *accounts = accounts_load(path, why);
    if (accounts == NULL)
        return false;
    for (size_t i = 0; accounts_at(accounts, i) != NULL; i++)
        *has = *has || strcasecmp(accounts_at(accounts, i)->address, address) == 0;
    accounts_free(accounts);
    return true;
}

static int add(const char *path, char **arguments) {
    struct failure why;
    const char *address = arguments[0];
    const char *name = arguments[1] == NULL ? "" : arguments[1];
    char password[PASSWORD_LIMIT + 1] = "";
    char hash[ACCOUNTS_HASH_SIZE];
    char line[1024];
    bool has;
    if (!is_address(address, &why))
        return complain(MISUSE, why.text);
    if (strpbrk(name, "\r\n") != NULL)
        return complain(MISUSE, "a name is one line");
    if (!has_account(path, address, &has, &why))
        return complain(FAILED, why.text);
    if (has) {
        failure_set(&why, "%s: %s has an account already; remove it first", path, address);
        return complain(FAILED, why.text);
    }
    int status = password_ask(password, address, &why);
    if (status == 0)
        status = accounts_hash(password, hash, &why);
    explicit_bzero(password, sizeof password);
    if (status == 0 &&
        (size_t)snprintf(line, sizeof line, "%s:%s:%s", address, hash, name) >= sizeof line)
        status = failure_set(&why, "the name is too long");
    int lock = status == 0 ? file_lock(path, &why) : -1;
    if (lock < 0)
        return complain(FAILED, why.text);
    status = file_add(path, line, &why);
    close(lock);
    return status == 0 ? FINE : complain(FAILED, why.text);
}

static int remove_account(const char *path, char **arguments) {
    struct failure why;
    bool has;
    int lock = file_lock(path, &why);
    int status = lock < 0 || !has_account(path, arguments[0], &has, &why) ? -1 : 0;
    if (status == 0)
        status = has ? file_remove(path, arguments[0], &why)
                     : failure_set(&why, "%s: %s has no account", path, arguments[0]);
    if (lock >= 0)
        close(lock);
    return status == 0 ? FINE : complain(FAILED, why.text);
}

static int list(const char *path, char **arguments) {
    (void)arguments;
    struct failure why;
    struct accounts *accounts = accounts_load(path, &why);
    if (accounts == NULL)
        return complain(FAILED, why.text);
    const struct account *account;
    for (size_t i = 0; (account = accounts_at(accounts, i)) != NULL; i++)
        printf("%-30s %s\n", account->address, account->name);
    accounts_free(accounts);
    return fflush(stdout) == 0 ? FINE : complain(FAILED, "standard output cannot be written");
}

static int lab(const char *path, char **arguments) {
    struct failure why;
    if (strcmp(arguments[0], "--seed") != 0)
        return complain(MISUSE, "lab takes --seed SEED");
    return lab_write(path, arguments[1], &why) == 0 ? FINE : complain(FAILED, why.text);
}

static const struct {
    const char *name;
    int least, most; /* arguments */
    int (*run)(const char *path, char **arguments);
} commands[] = {
    {"add", 1, 2, add},
    {"remove", 1, 1, remove_account},
    {"list", 0, 0, list},
    {"lab", 2, 2, lab},
};

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--help") == 0) {
        fputs(help, stdout);
        return fflush(stdout) == 0 ? FINE : FAILED;
    }
    if (count < 3)
        return complain(MISUSE, "which file, and what to do with it?");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(arguments[2], commands[i].name) != 0)
            continue;
        if (count - 3 < commands[i].least || count - 3 > commands[i].most)
            return complain(MISUSE, "too few or too many arguments");
        return commands[i].run(arguments[1], arguments + 3);
    }
    struct failure why;
    failure_set(&why, "%s is no command", arguments[2]);
    return complain(MISUSE, why.text);
}
