#include "seed.h"
#include "buf.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keep(const char *text, const char *from, char seed[SEED_SIZE], struct failure *why) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._@+-";
    size_t length = strlen(text);
    if (length == 0 || length > SEED_LIMIT || text[strspn(text, allowed)] != '\0')
        return failure_set(why, "%s: a seed is 1 to %d of the characters A-Z a-z 0-9 . _ @ + -",
                           from, SEED_LIMIT);
    memcpy(seed, text, length + 1);
    return 0;
}

int seed_find(const char *path, char seed[SEED_SIZE], struct failure *why) {
    const char *set = getenv("KIT_SEED");
    if (set != NULL && set[0] != '\0')
        return keep(set, "KIT_SEED", seed, why);
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT)
        return keep(SEED_STANDARD, path, seed, why);
    if (file == NULL)
        return failure_system(why, errno, "%s", path);
    char line[SEED_SIZE + 2] = "";
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    return keep(line, path, seed, why);
}

int seed_word(const char *seed, const char *label, char word[SEED_WORD_SIZE], struct failure *why) {
    static const char letters[] = SEED_LETTERS; /* 32: five bits each */
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct buf text;
    buf_init(&text, 4096);
    int status = -1;
    if (buf_append(&text, seed, strlen(seed) + 1) == 0 &&
        buf_append(&text, label, strlen(label)) == 0 &&
        EVP_Digest(text.bytes, text.length, digest, NULL, EVP_sha256(), NULL) == 1)
        status = 0;
    for (size_t i = 0; status == 0 && i < SEED_WORD_LENGTH; i++)
        word[i] = letters[digest[i] % 32];
    word[SEED_WORD_LENGTH] = '\0';
    buf_free(&text);
    return status == 0 ? 0 : failure_set(why, "no word can be made from this seed");
}

int seed_nonce(const char *seed, char nonce[SEED_NONCE_SIZE], struct failure *why) {
    char word[SEED_WORD_SIZE];
    if (seed_word(seed, "nonce", word, why) < 0)
        return -1;
    snprintf(nonce, SEED_NONCE_SIZE, SEED_NONCE_PREFIX "%s", word);
    return 0;
}
