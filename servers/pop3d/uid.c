#include "uid.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define DIGEST 32 /* of its octets, so many digits are written */

static bool is_fit(const char *base) {
    size_t length = 0;
    for (; base[length] != '\0'; length++)
        if ((unsigned char)base[length] <= ' ' || (unsigned char)base[length] > '~')
            return false;
    return length > 0 && length < MAILDROP_UID_SIZE;
}

void uid_make(const char *base, char uid[MAILDROP_UID_SIZE]) {
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    if (is_fit(base)) {
        snprintf(uid, MAILDROP_UID_SIZE, "%s", base);
        return;
    }
    EVP_Digest(base, strlen(base), digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < DIGEST; i++)
        snprintf(uid + 2 * i, 3, "%02x", digest[i]);
}
