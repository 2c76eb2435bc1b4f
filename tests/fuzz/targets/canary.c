/* No parser of the kit: a byte read too many, which libFuzzer must find, or it would find none. */
#include "target.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size >= 4 && memcmp(data, "EHLO", 4) == 0)
        return data[size] == 0 ? 0 : -1;
    return 0;
}
