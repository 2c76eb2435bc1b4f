/* Base64: shared/base64, which the servers use, and lab 04's by hand, which the client uses. */
#include "base64.h"
#include "auth.h"
#include "target.h"
#include <string.h>

/* Both have the same opinion of every text, and write every byte in the same way. */
static void by_hand(const uint8_t *data, size_t size, const struct buf *bytes, int decoded) {
    struct failure why = {""};
    struct buf mine;
    buf_init(&mine, BASE64_LENGTH(size));
    DEMAND(auth_base64_decode((const char *)data, size, &mine, &why) == decoded);
    DEMAND(decoded == 0 || why.text[0] != '\0');
    DEMAND(decoded != 0 ||
           (mine.length == bytes->length &&
            (mine.length == 0 || memcmp(mine.bytes, bytes->bytes, mine.length) == 0)));
    buf_free(&mine);
}

static void written_by_hand(const uint8_t *data, size_t size, const struct buf *text) {
    struct buf mine;
    buf_init(&mine, text->length);
    DEMAND(auth_base64_encode(data, size, &mine, NULL) == 0 && mine.length == text->length);
    DEMAND(size == 0 || memcmp(mine.bytes, text->bytes, text->length) == 0);
    buf_free(&mine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf bytes, text;
    buf_init(&bytes, size);
    buf_init(&text, BASE64_LENGTH(size));

    /* As text: strict, so whatever decodes is exactly what encoding gives. */
    int decoded = base64_decode((const char *)data, size, &bytes);
    by_hand(data, size, &bytes, decoded);
    if (decoded == 0) {
        DEMAND(size % 4 == 0 && bytes.length <= size / 4 * 3);
        DEMAND(base64_encode(bytes.bytes, bytes.length, &text) == 0);
        DEMAND(text.length == size && (size == 0 || memcmp(text.bytes, data, size) == 0));
    } else {
        DEMAND(bytes.length == 0);
    }

    /* As bytes: any can be encoded, and come back. */
    buf_clear(&text);
    buf_clear(&bytes);
    DEMAND(base64_encode(data, size, &text) == 0 && text.length == BASE64_LENGTH(size));
    written_by_hand(data, size, &text);
    DEMAND(base64_decode(text.bytes, text.length, &bytes) == 0);
    DEMAND(bytes.length == size && (size == 0 || memcmp(bytes.bytes, data, size) == 0));
    buf_free(&bytes);
    buf_free(&text);
    return 0;
}
