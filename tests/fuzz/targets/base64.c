/* Base64: shared/base64, which the servers use. */
#include "base64.h"
#include "target.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf bytes, text;
    buf_init(&bytes, size);
    buf_init(&text, BASE64_LENGTH(size));

    /* As text: strict, so whatever decodes is exactly what encoding gives. */
    if (base64_decode((const char *)data, size, &bytes) == 0) {
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
    DEMAND(base64_decode(text.bytes, text.length, &bytes) == 0);
    DEMAND(bytes.length == size && (size == 0 || memcmp(bytes.bytes, data, size) == 0));
    buf_free(&bytes);
    buf_free(&text);
    return 0;
}
