#include "lab.h"
#include "accounts.h"
#include "buf.h"
#include "file.h"
#include "seed.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *address, *name;
} people[] = {
    {"alice@example.org", "Alice Arslan"}, {"bob@example.org", "Bob Çelik"},
    {"carol@example.org", "Carol Şahin"},  {"dave@example.com", "Dave Miller"},
    {"erin@example.com", "Erin Öz"},
};

#define PEOPLE (sizeof people / sizeof people[0])

int lab_write(const char *path, const char *seed, struct failure *why) {
    char passwords[PEOPLE][SEED_WORD_SIZE];
    struct buf text;
    buf_init(&text, PEOPLE * 1024);
    int status = buf_printf(&text, "# Made by `accounts FILE lab`; a change does not last.\n");
    for (size_t i = 0; status == 0 && i < PEOPLE; i++) {
        char hash[ACCOUNTS_HASH_SIZE];
        if (seed_word(seed, people[i].address, passwords[i], why) < 0 ||
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
