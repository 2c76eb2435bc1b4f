#include "base64.h"
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define GROUPS 256 /* of three bytes and four characters, at a time */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Takes back what was added behind `length`: it may be part of a secret. -1. */
static int take_back(struct buf *buf, size_t length) {
    if (buf->length > length)
        explicit_bzero(buf->bytes + length, buf->length - length);
    buf->length = length;
    return -1;
}

int base64_encode(const void *bytes, size_t count, struct buf *text) {
    const unsigned char *from = bytes;
    unsigned char block[GROUPS * 4 + 1];
    size_t before = text->length;
    int status = buf_append(text, "", 0); /* no bytes are a string too */
    while (status == 0 && count > 0) {
        size_t some = count < (size_t)GROUPS * 3 ? count : (size_t)GROUPS * 3;
        int length = EVP_EncodeBlock(block, from, (int)some);
        status = buf_append(text, block, (size_t)length);
        from += some;
        count -= some;
    }
    explicit_bzero(block, sizeof block);
    return status == 0 ? 0 : take_back(text, before);
}

/* Where `letter` stands in the alphabet, or -1. */
static int value_of(char letter) {
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    return found == NULL ? -1 : (int)(found - letters);
}

/* Whether all is as it must be; says in *padding how many "=" there are. OpenSSL alone would also
   take blanks around the text and left-over bits that are not zero. */
static bool is_strict(const char *text, size_t length, size_t *padding) {
    *padding = 0;
    if (length % 4 != 0)
        return false;
    while (*padding < 2 && *padding < length && text[length - 1 - *padding] == '=')
        ++*padding;
    for (size_t i = 0; i < length - *padding; i++)
        if (value_of(text[i]) < 0)
            return false;
    int left_over = *padding == 2 ? 0xf : *padding == 1 ? 0x3 : 0;
    return *padding == 0 || (value_of(text[length - 1 - *padding]) & left_over) == 0;
}

int base64_decode(const char *text, size_t length, struct buf *bytes) {
    unsigned char block[GROUPS * 3];
    size_t before = bytes->length, padding;
    if (!is_strict(text, length, &padding))
        return -1;
    int status = buf_append(bytes, "", 0);
    while (status == 0 && length > 0) {
        size_t some = length < (size_t)GROUPS * 4 ? length : (size_t)GROUPS * 4;
        int count = EVP_DecodeBlock(block, (const unsigned char *)text, (int)some);
        text += some;
        length -= some;
        if (length == 0)
            count -= (int)padding; /* OpenSSL counts the padding as bytes */
        status = count < 0 ? -1 : buf_append(bytes, block, (size_t)count);
    }
    explicit_bzero(block, sizeof block);
    return status == 0 ? 0 : take_back(bytes, before);
}
