/* Why a certificate is not accepted, in words. */
#include "buf.h"
#include "tls_context.h"
#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

void tls_certificate_names(X509 *certificate, struct buf *names) {
    GENERAL_NAMES *list = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);
        const char *comma = names->length > 0 ? ", " : "";
        char address[INET6_ADDRSTRLEN];
        if (type == GEN_DNS)
            buf_printf(names, "%s%.*s", comma, ASN1_STRING_length(value),
                       (const char *)ASN1_STRING_get0_data(value));
        else if (type == GEN_IPADD &&
                 inet_ntop(ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6,
                           ASN1_STRING_get0_data(value), address, sizeof address) != NULL)
            buf_printf(names, "%s%s", comma, address);
    }
    GENERAL_NAMES_free(list);
    char common_name[200];
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (names->length == 0 &&
        X509_NAME_get_text_by_NID(subject, NID_commonName, common_name, sizeof common_name) > 0)
        buf_printf(names, "%s", common_name);
    if (names->length == 0)
        buf_printf(names, "nobody");
}

static void say_wrong_name(const struct tls_judgement *judgement, X509 *certificate) {
    struct buf names;
    buf_init(&names, 200);
    tls_certificate_names(certificate, &names);
    failure_set(judgement->why, "the certificate is for %s, not for %s",
                names.bytes != NULL ? names.bytes : "another name", judgement->name);
    buf_free(&names);
}

static void say_date(const struct tls_judgement *judgement, const char *words,
                     const ASN1_TIME *when) {
    struct tm time;
    char date[20] = "an unreadable date";
    if (ASN1_TIME_to_tm(when, &time) == 1)
        strftime(date, sizeof date, "%Y-%m-%d", &time);
    failure_set(judgement->why, "the certificate %s %s", words, date);
}

static void say_unknown_issuer(const struct tls_judgement *judgement, X509 *certificate) {
    char issuer[200] = "";
    X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_commonName, issuer,
                              sizeof issuer);
    failure_set(judgement->why, "the certificate's issuer is not trusted here%s%s",
                issuer[0] != '\0' ? ": " : "", issuer);
}

int tls_judge_certificate(int fine, X509_STORE_CTX *chain) {
    SSL *session = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_judgement *judgement = SSL_get_app_data(session);
    X509 *certificate = X509_STORE_CTX_get_current_cert(chain);
    if (fine || judgement == NULL || certificate == NULL)
        return fine;
    judgement->refused = true;
    int error = X509_STORE_CTX_get_error(chain);
    switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        say_wrong_name(judgement, certificate);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        say_date(judgement, "expired on", X509_get0_notAfter(certificate));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        say_date(judgement, "is not valid before", X509_get0_notBefore(certificate));
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        failure_set(judgement->why, "the certificate is self-signed: nobody vouches for it");
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        say_unknown_issuer(judgement, certificate);
        break;
    default:
        failure_set(judgement->why, "the certificate is not valid: %s",
                    X509_verify_cert_error_string(error));
    }
    return 0;
}
