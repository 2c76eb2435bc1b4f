/* An address of the envelope: shared/address. */
#include "address.h"
#include "target.h"
#include <stdbool.h>
#include <string.h>

/* Written out and read again, it is the same address: a server that passes it on changes nothing.
 */
static void round_trip(const struct address *address, enum address_kind kind, bool utf8) {
    char path[ADDRESS_TEXT_SIZE + 2], text[ADDRESS_TEXT_SIZE];
    struct address again;
    address_format(address, text);
    int length = snprintf(path, sizeof path, "<%s>", text);
    DEMAND(length > 0 && (size_t)length < sizeof path);
    DEMAND(address_parse(path, (size_t)length, kind, utf8, &again, NULL) == length);
    DEMAND(strcmp(again.local, address->local) == 0);
    DEMAND(strcmp(again.domain, address->domain) == 0);
}

/* "Words fit for a 501 reply." */
static void is_printable(const char *text) {
    DEMAND(*text != '\0');
    for (; *text != '\0'; text++)
        DEMAND(*text >= ' ' && *text <= '~');
}

static int parse(const char *text, size_t size, enum address_kind kind, bool utf8) {
    struct address address;
    struct failure why = {""};
    int taken = address_parse(text, size, kind, utf8, &address, &why);
    if (taken < 0) {
        DEMAND(taken == -1);
        is_printable(why.text);
        return taken;
    }
    DEMAND(taken >= 2 && (size_t)taken <= size && taken <= ADDRESS_PATH_LIMIT);
    DEMAND(text[0] == '<' && text[taken - 1] == '>');
    DEMAND(strlen(address.local) <= ADDRESS_LOCAL_LIMIT);
    DEMAND(strlen(address.domain) <= ADDRESS_DOMAIN_LIMIT);
    DEMAND(kind == ADDRESS_REVERSE || address.local[0] != '\0' || taken > 2);
    round_trip(&address, kind, utf8);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    for (int kind = ADDRESS_REVERSE; kind <= ADDRESS_FORWARD; kind++) {
        int ascii = parse(text, size, (enum address_kind)kind, false);
        int utf8 = parse(text, size, (enum address_kind)kind, true);
        DEMAND(ascii < 0 || ascii == utf8); /* UTF-8 allows more, and changes nothing else */
    }
    return 0;
}
