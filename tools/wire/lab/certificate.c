#include "certificate.h"
#include "files.h"
#include <limits.h>

#define PLACE KIT_BUILD_DIR "/lab/tls"

struct tls_context *certificate_server(const char *name, const char *version, struct failure *why) {
    char certificate[PATH_MAX], key[PATH_MAX];
    if (files_path(certificate, why, PLACE "/%s.pem", name) < 0 ||
        files_path(key, why, PLACE "/%s.key", name) < 0)
        return NULL;
    struct tls_context *context = tls_server(certificate, key, why);
    if (context == NULL || version == NULL || tls_only_version(context, version, why) == 0)
        return context;
    tls_free(context);
    return NULL;
}

static int any_server(struct ssl_ctx_st *context, const char *authorities, struct failure *why) {
    (void)context;
    (void)authorities;
    (void)why;
    return 0;
}

static int any_name(struct ssl_st *session, const char *name, struct failure *why) {
    (void)session;
    (void)name;
    (void)why;
    return 0;
}

struct tls_context *certificate_careless(struct failure *why) {
    static const struct tls_rules careless = {any_server, any_name};
    return tls_client(&careless, NULL, why);
}
