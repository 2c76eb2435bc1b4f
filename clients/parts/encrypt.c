#include "encrypt.h"
#include "complain.h"
#include "secure.h"

static int take_implicit(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    (void)value, (void)why;
    encrypt->implicit = true;
    return 0;
}

static int take_upgrade(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    (void)value, (void)why;
    encrypt->upgrade = true;
    return 0;
}

static int take_authorities(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    if (value[0] == '\0')
        return failure_set(why, "needs the name of a file");
    encrypt->authorities = value;
    return 0;
}

#define AUTHORITIES                                                                   \
    {                                                                                 \
        "ca", "FILE", "whose certificates are trusted, PEM (standard: the system's)", \
            take_authorities                                                          \
    }

const struct option_row encrypt_smtp_options[] = {
    {"tls", NULL, "TLS from the first byte: port 465", take_implicit},
    {"starttls", NULL, "TLS before anything else is said, or nothing: ports 25 and 587",
     take_upgrade},
    AUTHORITIES,
    {NULL, NULL, NULL, NULL},
};

const struct option_row encrypt_pop3_options[] = {
    {"tls", NULL, "TLS from the first byte: port 995", take_implicit},
    {"stls", NULL, "TLS before the login, or nothing: port 110", take_upgrade},
    AUTHORITIES,
    {NULL, NULL, NULL, NULL},
};

int encrypt_check(const struct encrypt *encrypt, const char *upgrade, struct failure *why) {
    if (encrypt->implicit && encrypt->upgrade)
        return failure_set(why, "--tls and %s are two ways to the same: take one", upgrade);
    return 0;
}

struct tls_context *encrypt_context(struct encrypt *encrypt, struct failure *why) {
    static const struct tls_rules rules = {secure_rules, secure_name};
    if (encrypt->context == NULL)
        encrypt->context = tls_client(&rules, encrypt->authorities, why);
    return encrypt->context;
}

int encrypt_prepare(struct encrypt *encrypt, struct failure *why) {
    bool wanted = encrypt->implicit || encrypt->upgrade;
    return !wanted || encrypt_context(encrypt, why) != NULL ? 0 : -1;
}

bool encrypt_is_heard(const struct stream *stream) {
    return !stream_is_tls(stream) && !net_is_loopback(stream_peer(stream));
}

void encrypt_warn(const char *program, const struct stream *stream, const char *host,
                  const char *upgrade) {
    if (encrypt_is_heard(stream))
        complain(program,
                 "%s: in clear: whoever is on the way can read it and change it; %s or "
                 "--tls encrypts",
                 host, upgrade);
}

void encrypt_free(struct encrypt *encrypt) {
    tls_free(encrypt->context);
    encrypt->context = NULL;
}
