#include "language.h"
#include "utf8.h"
#include <string.h>
#include <strings.h>

void language_utf8(struct session *session, const char *argument) {
    (void)argument;
    if (session->utf8) {
        session_refuse(session, NULL, "UTF8 was said already");
        return;
    }
    session->utf8 = true;
    session_ok(session, "Headers in UTF-8 come as they are");
}

void language_lang(struct session *session, const char *argument) {
    static const struct {
        const char *tag, *name;
    } languages[] = {{"en", "English"}, {"i-default", "The standard: English"}};
    size_t count = sizeof languages / sizeof languages[0];
    if (*argument == '\0') {
        session_ok(session, "These languages");
        for (size_t i = 0; i < count; i++) {
            session_write(session, languages[i].tag, strlen(languages[i].tag));
            session_write(session, " ", 1);
            session_write(session, languages[i].name, strlen(languages[i].name));
            session_write(session, "\r\n", 2);
        }
        session_write(session, ".\r\n", 3);
        return;
    }
    if (strcmp(argument, "*") == 0)
        argument = languages[0].tag;
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(languages[i].tag, argument) == 0) {
            session_ok(session, "%s The replies are in English", languages[i].tag);
            return;
        }
    session_refuse(session, NULL, "Only English is spoken here");
}

/* How many bytes of a message are its header. */
static size_t header_length(const char *bytes, size_t count) {
    for (size_t at = 0; at < count;) {
        const char *end = memchr(bytes + at, '\n', count - at);
        size_t length = end == NULL ? count - at : (size_t)(end - (bytes + at));
        if (end != NULL && (length == 0 || (length == 1 && bytes[at] == '\r')))
            return at;
        at += length + 1;
    }
    return count;
}

static bool is_utf8(const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i] > 127) /* other encodings are no concern of RFC 6856 */
            return utf8_length(bytes + i, count - i) > 0;
    return false;
}

bool language_forbids(const struct session *session, const char *bytes, size_t count) {
    return session->settings->utf8_required && !session->utf8 &&
           is_utf8(bytes, header_length(bytes, count));
}
