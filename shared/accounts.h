/*
 * accounts: who has a mailbox here, and with which password.
 *
 * A text file, one account a line, made with the program `accounts`:
 *
 *     alice@example.org:$y$j9T$…:Alice Arslan
 *     # address : password hash of crypt(5), yescrypt : full name
 *
 * Empty lines and lines that begin with # do not count. An address is plain (no quotes, no address
 * literal, no "/"), since it names a directory of the store. Addresses are compared without regard
 * to the case of ASCII letters. A password is checked in constant time, and an unknown address
 * takes as long as a known one, so that nobody can find out who has an account.
 */
#ifndef SHARED_ACCOUNTS_H
#define SHARED_ACCOUNTS_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

struct account {
    char *address; /* "alice@example.org", in lower case */
    char *hash;
    char *name; /* "Alice Arslan", or "" */
};

struct accounts; /* opaque; not changed after loading, so threads may share it */

/* Reads the file. NULL: unreadable, a line that is no account (`why` names file and line), or an
   address that is there twice. */
struct accounts *accounts_load(const char *path, struct failure *why);

/* The account of this local part and domain, or NULL. It belongs to `accounts`. */
const struct account *accounts_find(const struct accounts *accounts, const char *local,
                                    const char *domain);

/* Every account in the file's order: number `index` from 0, or NULL behind the last. */
const struct account *accounts_at(const struct accounts *accounts, size_t index);

/* The account if `password` is its password, else NULL. `address` is "alice@example.org". Each
   check takes 16 MiB for some milliseconds; of many at once only a few run, and the others wait. */
const struct account *accounts_login(const struct accounts *accounts, const char *address,
                                     const char *password);

/* Makes a yescrypt hash of `password`, with a salt of its own, into `hash`. 0, or -1: longer than
   511 bytes. */
#define ACCOUNTS_HASH_SIZE 384
int accounts_hash(const char *password, char hash[ACCOUNTS_HASH_SIZE], struct failure *why);

void accounts_free(struct accounts *accounts);

#endif
