#include "field.h"
#include "address.h"
#include "date.h"
#include "utf8.h"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static int too_large(struct failure *why) {
    return failure_set(why, "the message is too large");
}

static bool is_printable_ascii(const char *text) {
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

bool field_needs_words(const char *text) {
    size_t length = strlen(text), word = 0;
    if (length == 0)
        return false;
    if (!is_printable_ascii(text) || strstr(text, "=?") != NULL || text[0] == ' ' ||
        text[length - 1] == ' ')
        return true;
    for (; *text != '\0'; text++) {
        word = *text == ' ' ? 0 : word + 1;
        if (word > FIELD_LINE_LIMIT - 1) /* a line of it has a blank in front */
            return true;
    }
    return false;
}

int field_add_text(const char *name, const char *text, struct buf *header, struct failure *why) {
    if (!is_printable_ascii(text))
        return failure_set(why, "%s: a field is one line of ASCII", name);
    if (buf_printf(header, "%s:", name) < 0)
        return too_large(why);
    size_t column = strlen(name) + 1;
    bool first = true;
    /* Word by word, each with the blanks in front of it; the blank behind the colon is ours. */
    while (*text != '\0') {
        size_t length = strspn(text, " ");
        length += strcspn(text + length, " ");
        if (column + first + length > FIELD_LINE_LIMIT && (!first || *text == ' ')) {
            if (buf_append(header, "\r\n", 2) < 0)
                return too_large(why);
            column = 0;
        }
        if (buf_printf(header, "%s%.*s", first ? " " : "", (int)length, text) < 0)
            return too_large(why);
        column += length + first;
        first = false;
        text += length;
    }
    return buf_append(header, "\r\n", 2) < 0 ? too_large(why) : 0;
}

/* An address as it stands in a field: ASCII, quoted where it must be. */
static int write_address(const char *text, char out[ADDRESS_TEXT_SIZE], struct failure *why) {
    char path[ADDRESS_PATH_LIMIT + 2];
    struct address address;
    struct failure wrong;
    int length = snprintf(path, sizeof path, "<%s>", text);
    if (!is_printable_ascii(text))
        return failure_set(why, "%s: in a header only addresses of ASCII can stand", text);
    if (length < 0 || (size_t)length >= sizeof path)
        return failure_set(why, "%s: too long for an address", text);
    int read = address_parse(path, (size_t)length, ADDRESS_FORWARD, false, &address, &wrong);
    if (read < 0)
        return failure_set(why, "%s: %s", text, wrong.text);
    if (read != length)
        return failure_set(why, "%s: this is no address", text);
    address_format(&address, out);
    return 0;
}

int field_add_addresses(const char *name, const char *const *addresses, size_t count,
                        struct buf *header, struct failure *why) {
    if (buf_printf(header, "%s:", name) < 0)
        return too_large(why);
    size_t column = strlen(name) + 1;
    for (size_t i = 0; i < count; i++) {
        char text[ADDRESS_TEXT_SIZE];
        if (write_address(addresses[i], text, why) < 0)
            return -1;
        size_t length = strlen(text) + 2; /* a blank in front, a comma behind */
        bool fold = i > 0 && column + length > FIELD_LINE_LIMIT;
        if (buf_printf(header, "%s %s%s", fold ? "\r\n" : "", text, i + 1 < count ? "," : "") < 0)
            return too_large(why);
        column = fold ? length : column + length;
    }
    return buf_append(header, "\r\n", 2) < 0 ? too_large(why) : 0;
}

int field_add_date(time_t time, struct buf *header, struct failure *why) {
    if (buf_printf(header, "Date: ") < 0 || date_append(header, time, true) < 0 ||
        buf_append(header, "\r\n", 2) < 0)
        return too_large(why);
    return 0;
}

int field_add_message_id(const char *host, struct buf *header, struct failure *why) {
    uint64_t chance[2];
    if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance)
        return failure_system(why, errno, "cannot get random numbers");
    char right[ADDRESS_DOMAIN_LIMIT + 1]; /* an address literal without its brackets and colons */
    size_t length = 0;
    for (; *host != '\0' && length < sizeof right - 1; host++)
        if ((*host >= '0' && *host <= '9') || (*host >= 'a' && *host <= 'z') ||
            (*host >= 'A' && *host <= 'Z') || *host == '-' ||
            (*host == '.' && length > 0 && right[length - 1] != '.'))
            right[length++] = *host;
    while (length > 0 && right[length - 1] == '.')
        length--;
    right[length] = '\0';
    if (buf_printf(header, "Message-ID: <%016jx%016jx@%s>\r\n", (uintmax_t)chance[0],
                   (uintmax_t)chance[1], length > 0 ? right : "localhost") < 0)
        return too_large(why);
    return 0;
}
