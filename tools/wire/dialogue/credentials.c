#include "credentials.h"
#include "base64.h"
#include "protocol.h"
#include <string.h>
#include <strings.h>

enum {
    CREDENTIALS_MOST = 1000 /* octets of a name or a password; what is longer is none */
};

/* What the client's next line is. */
enum expected {
    EXPECT_COMMAND,
    EXPECT_PLAIN,    /* all of AUTH PLAIN */
    EXPECT_USER,     /* of AUTH LOGIN */
    EXPECT_PASSWORD, /* of AUTH LOGIN */
};

/* A part of a line. */
struct words {
    const char *at;
    size_t length;
};

static bool take(struct words *words, const char *beginning) {
    size_t length = strlen(beginning);

    if (words->length < length || strncasecmp(words->at, beginning, length) != 0)
        return false;
    words->at += length;
    words->length -= length;
    return true;
}

static int keep(struct buf *buf, const char *bytes, size_t length) {
    buf_clear(buf);
    return length > CREDENTIALS_MOST ? 0 : buf_append(buf, bytes, length);
}

static int keep_decoded(struct buf *buf, struct words words) {
    buf_clear(buf);
    if (words.length > CREDENTIALS_MOST || base64_decode(words.at, words.length, buf) < 0)
        buf_clear(buf);
    return 0;
}

/* authzid NUL authcid NUL password (RFC 4616 §2). Whether it is that. */
static bool read_plain(struct words words, struct credentials *credentials) {
    struct buf all;
    bool fine = false;

    buf_init(&all, CREDENTIALS_MOST);
    if (words.length <= CREDENTIALS_MOST && base64_decode(words.at, words.length, &all) == 0 &&
        all.length > 0) {
        const char *end = all.bytes + all.length;
        const char *user = memchr(all.bytes, '\0', all.length);
        const char *password =
            user == NULL ? NULL : memchr(user + 1, '\0', (size_t)(end - user - 1));
        fine = password != NULL &&
               keep(&credentials->user, user + 1, (size_t)(password - user - 1)) == 0 &&
               keep(&credentials->password, password + 1, (size_t)(end - password - 1)) == 0;
    }
    buf_wipe(&all);
    return fine;
}

/* A command. 1: the credentials are whole. */
static int read_command(struct words words, bool pop3, struct credentials *credentials,
                        enum expected *expected) {
    if (take(&words, "AUTH PLAIN")) {
        credentials->how = "AUTH PLAIN";
        credentials->base64 = true;
        *expected = EXPECT_PLAIN;
        return take(&words, " ") && read_plain(words, credentials);
    }
    if (take(&words, "AUTH LOGIN")) {
        credentials->how = "AUTH LOGIN";
        credentials->base64 = true;
        *expected = EXPECT_USER;
        if (take(&words, " ")) {
            keep_decoded(&credentials->user, words);
            *expected = EXPECT_PASSWORD;
        }
        return 0;
    }
    if (pop3 && take(&words, "USER "))
        return keep(&credentials->user, words.at, words.length);
    if (!pop3 || !take(&words, "PASS "))
        return 0;
    credentials->how = "USER and PASS";
    credentials->base64 = false;
    return keep(&credentials->password, words.at, words.length) < 0 ? -1 : 1;
}

static int read_line(struct words words, bool pop3, struct credentials *credentials,
                     enum expected *expected) {
    enum expected now = *expected;

    *expected = EXPECT_COMMAND;
    switch (now) {
    case EXPECT_PLAIN:
        return read_plain(words, credentials) ? 1 : 0;
    case EXPECT_USER:
        *expected = EXPECT_PASSWORD;
        return keep_decoded(&credentials->user, words);
    case EXPECT_PASSWORD:
        return keep_decoded(&credentials->password, words) < 0 ? -1
               : credentials->password.length > 0              ? 1
                                                               : 0;
    default:
        return read_command(words, pop3, credentials, expected);
    }
}

int credentials_next(const struct dialogue *dialogue, size_t *position,
                     struct credentials *credentials) {
    bool pop3 = protocol_manner_of(dialogue) == PROTOCOL_POP3;
    enum expected expected = EXPECT_COMMAND;
    int found = 0;

    *credentials = (struct credentials){.how = ""};
    buf_init(&credentials->user, CREDENTIALS_MOST);
    buf_init(&credentials->password, CREDENTIALS_MOST);
    while (found == 0 && *position < dialogue->step_count) {
        const struct dialogue_step *step = &dialogue->steps[(*position)++];
        if (step->side != DIALOGUE_CLIENT || step->kind != DIALOGUE_LINE || step->encrypted)
            continue;
        if (pop3 && !step->data)
            expected = EXPECT_COMMAND; /* AUTH was refused */
        found = read_line((struct words){step->bytes, step->length}, pop3, credentials, &expected);
    }
    if (found <= 0)
        credentials_free(credentials);
    return found;
}

void credentials_free(struct credentials *credentials) {
    buf_wipe(&credentials->user);
    buf_wipe(&credentials->password);
}
