#include "encrypt.h"
#include "complain.h"
#include "explain.h"
#include "secure.h"

static int take_implicit(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    (void)value, (void)why;
    encrypt->implicit = true;
    return 0;
}

static int take_starttls(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    (void)value, (void)why;
    encrypt->starttls = true;
    return 0;
}

static int take_authorities(void *into, const char *value, struct failure *why) {
    struct encrypt *encrypt = into;
    if (value[0] == '\0')
        return failure_set(why, "needs the name of a file");
    encrypt->authorities = value;
    return 0;
}

const struct option_row encrypt_options[] = {
    {"tls", NULL, "TLS from the first byte: port 465", take_implicit},
    {"starttls", NULL, "TLS before anything else is said, or nothing: ports 25 and 587",
     take_starttls},
    {"ca", "FILE", "whose certificates are trusted, PEM (standard: the system's)",
     take_authorities},
    {NULL, NULL, NULL, NULL},
};

int encrypt_check(const struct encrypt *encrypt, struct failure *why) {
    if (encrypt->implicit && encrypt->starttls)
        return failure_set(why, "--tls and --starttls are two ways to the same: take one");
    return 0;
}

static int make_context(struct encrypt *encrypt, struct failure *why) {
    static const struct tls_rules rules = {secure_rules, secure_name};
    if (encrypt->context == NULL)
        encrypt->context = tls_client(&rules, encrypt->authorities, why);
    return encrypt->context != NULL ? 0 : -1;
}

int encrypt_prepare(struct encrypt *encrypt, struct failure *why) {
    return encrypt->implicit || encrypt->starttls ? make_context(encrypt, why) : 0;
}

int encrypt_now(struct encrypt *encrypt, struct smtp *smtp, const char *host, struct failure *why) {
    if (make_context(encrypt, why) < 0)
        return -1;
    if (secure_begin(smtp, encrypt->context, host) < 0)
        return failure_set(why, "%s", smtp->why.text);
    return 0;
}

int encrypt_connect(struct encrypt *encrypt, struct smtp *smtp, const char *host,
                    struct failure *why) {
    return encrypt->implicit ? encrypt_now(encrypt, smtp, host, why) : 0;
}

int encrypt_greet(struct encrypt *encrypt, struct smtp *smtp, const char *host, const char *name,
                  struct failure *why) {
    char words[REPLY_LINE_SIZE];
    int code = encrypt->starttls ? smtp_greet_secure(smtp, encrypt->context, host, name)
                                 : smtp_greet(smtp, name);
    if (code < 0)
        return failure_set(why, "%s", smtp->why.text);
    if (code != 250 && encrypt->starttls && !stream_is_tls(smtp->stream))
        return failure_set(why, "no TLS, so nothing was sent: the server said %s",
                           reply_line(&smtp->reply, words));
    if (code != 250)
        return failure_set(why, "the server refused the greeting of %s: %s", name,
                           reply_line(&smtp->reply, words));
    if (!encrypt->starttls)
        smtp->ehlo = smtp->reply;
    return code;
}

void encrypt_warn(const struct smtp *smtp, const char *host) {
    if (!stream_is_tls(smtp->stream) && !net_is_loopback(stream_peer(smtp->stream)))
        complain("smtp",
                 "%s: in clear: whoever is on the way can read it and change it; --starttls or "
                 "--tls encrypts",
                 host);
}

void encrypt_free(struct encrypt *encrypt) {
    tls_free(encrypt->context);
    encrypt->context = NULL;
}
