#include "lab.h"
#include "accounts.h"
#include "buf.h"
#include "file.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define PASSWORD 10 /* letters and digits */

static const struct {
    const char *address, *name;
} people[] = {
    {"alice@example.org", "Alice Arslan"}, {"bob@example.org", "Bob Çelik"},
    {"carol@example.org", "Carol Şahin"},  {"dave@example.com", "Dave Miller"},
    {"erin@example.com", "Erin Öz"},
};

#define PEOPLE (sizeof people / sizeof people[0])

/* SHA-256 of seed, NUL and address, in letters that are easy to type and hard to confuse. */
static int derive(const char *seed, const char *address, char password[PASSWORD + 1],
                  struct failure *why) {
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32: five bits each */
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct buf text;
    buf_init(&text, 4096);
    int status = -1;
    if (buf_append(&text, seed, strlen(seed) + 1) == 0 &&
        buf_append(&text, address, strlen(address)) == 0 &&
        EVP_Digest(text.bytes, text.length, digest, NULL, EVP_sha256(), NULL) == 1)
        status = 0;
    for (size_t i = 0; status == 0 && i < PASSWORD; i++)
        password[i] = letters[digest[i] % 32];
    password[PASSWORD] = '\0';
    buf_free(&text);
    return status == 0 ? 0 : failure_set(why, "no password can be made from this seed");
}

int lab_write(const char *path, const char *seed, struct failure *why) {
    char passwords[PEOPLE][PASSWORD + 1];
    struct buf text;
    buf_init(&text, PEOPLE * 1024);
    int status = buf_printf(&text, "# Made by `accounts FILE lab`; a change does not last.\n");
    for (size_t i = 0; status == 0 && i < PEOPLE; i++) {
        char hash[ACCOUNTS_HASH_SIZE];
        if (derive(seed, people[i].address, passwords[i], why) < 0 ||
            accounts_hash(passwords[i], hash, why) < 0 ||
            buf_printf(&text, "%s:%s:%s\n", people[i].address, hash, people[i].name) < 0)
            status = -1;
    }
    if (status == 0)
        status = file_replace(path, text.bytes, why);
    buf_free(&text);
    for (size_t i = 0; status == 0 && i < PEOPLE; i++)
        printf("%s %s\n", people[i].address, passwords[i]);
    if (status == 0 && fflush(stdout) != 0)
        status = failure_set(why, "standard output cannot be written");
    return status;
}
