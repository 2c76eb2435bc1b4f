#include "sasl.h"
#include "base64.h"
#include <string.h>
#include <strings.h>

/* Takes one decoded answer. */
typedef enum sasl_result take_function(struct sasl *sasl, const struct buf *answer);

struct sasl_mechanism {
    const char *name;
    const char *challenges[2]; /* one before each answer, in base64 */
    take_function *take;
};

static take_function take_plain, take_login;

static const struct sasl_mechanism mechanisms[] = {
    {"PLAIN", {""}, take_plain},
    {"LOGIN", {"VXNlcm5hbWU6", "UGFzc3dvcmQ6"}, take_login}, /* Username: and Password: */
};

const char sasl_mechanisms[] = "PLAIN LOGIN";

int sasl_begin(struct sasl *sasl, const char *mechanism, size_t length) {
    *sasl = (struct sasl){.step = 0};
    buf_init(&sasl->authorizes, SASL_LINE_LIMIT);
    buf_init(&sasl->user, SASL_LINE_LIMIT);
    buf_init(&sasl->password, SASL_LINE_LIMIT);
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
        const char *name = mechanisms[i].name;
        if (strlen(name) == length && strncasecmp(name, mechanism, length) == 0)
            sasl->mechanism = &mechanisms[i];
    }
    return sasl->mechanism == NULL ? -1 : 0;
}

/* Sets a part to these bytes. No part has a NUL in it: in PLAIN it would be a fourth part, and a
   password that goes on behind one would be compared only up to there. */
static enum sasl_result set(struct buf *part, const char *bytes, size_t count,
                            enum sasl_result then) {
    bool fits = memchr(bytes, '\0', count) == NULL && buf_append(part, bytes, count) == 0;
    return fits ? then : SASL_MALFORMED;
}

/* [authzid] NUL authcid NUL passwd (RFC 4616 §2). */
static enum sasl_result take_plain(struct sasl *sasl, const struct buf *answer) {
    const char *end = answer->bytes + answer->length;
    const char *first = memchr(answer->bytes, '\0', answer->length);
    if (first == NULL)
        return SASL_MALFORMED;
    const char *user = first + 1;
    const char *second = memchr(user, '\0', (size_t)(end - user));
    if (second == NULL || second == user)
        return SASL_MALFORMED;
    const char *password = second + 1;
    enum sasl_result result =
        set(&sasl->authorizes, answer->bytes, (size_t)(first - answer->bytes), SASL_DONE);
    if (result == SASL_DONE)
        result = set(&sasl->user, user, (size_t)(second - user), SASL_DONE);
    if (result == SASL_DONE)
        result = set(&sasl->password, password, (size_t)(end - password), SASL_DONE);
    return result;
}

static enum sasl_result take_login(struct sasl *sasl, const struct buf *answer) {
    if (sasl->step == 0)
        return set(&sasl->user, answer->bytes, answer->length, SASL_CHALLENGE);
    return set(&sasl->password, answer->bytes, answer->length, SASL_DONE);
}

static enum sasl_result take(struct sasl *sasl, const char *text, size_t length) {
    struct buf answer;
    buf_init(&answer, SASL_LINE_LIMIT);
    enum sasl_result result = SASL_MALFORMED;
    if (base64_decode(text, length, &answer) == 0) {
        result = sasl->mechanism->take(sasl, &answer);
        sasl->step++;
    }
    buf_wipe(&answer);
    return result;
}

enum sasl_result sasl_initial(struct sasl *sasl, const char *text, size_t length) {
    if (text == NULL)
        return SASL_CHALLENGE;
    return length == 1 && text[0] == '=' ? take(sasl, "", 0) : take(sasl, text, length);
}

enum sasl_result sasl_answer(struct sasl *sasl, const char *text, size_t length) {
    return length == 1 && text[0] == '*' ? SASL_CANCELLED : take(sasl, text, length);
}

const char *sasl_challenge(const struct sasl *sasl) {
    return sasl->mechanism->challenges[sasl->step];
}

const char *sasl_name(const struct sasl *sasl) {
    return sasl->mechanism->name;
}

const struct account *sasl_login(const struct sasl *sasl, const struct accounts *accounts) {
    const struct account *account =
        accounts_login(accounts, sasl->user.bytes, sasl->password.bytes);
    bool itself = sasl->authorizes.length == 0 ||
                  (account != NULL && strcasecmp(sasl->authorizes.bytes, account->address) == 0);
    return itself ? account : NULL;
}

void sasl_end(struct sasl *sasl) {
    buf_wipe(&sasl->authorizes);
    buf_wipe(&sasl->user);
    buf_wipe(&sasl->password);
}
