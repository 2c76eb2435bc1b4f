/*
 * certificates: made in memory for the tests of TLS, and put into files for tls_server/tls_client.
 */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static inline void add_extension(X509 *certificate, X509 *issuer, int what, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/*
 * A certificate for `name`, with `alternatives` ("DNS:…,IP:…", or NULL) as its subjectAltName,
 * valid between these two seconds from now, signed by `issuer` (NULL: by itself).
 */
static inline struct identity new_identity(const char *name, const char *alternatives,
                                           const struct identity *issuer, long from, long until) {
    struct identity made = {EVP_EC_gen("P-256"), X509_new()};
    const struct identity *signer = issuer != NULL ? issuer : &made;
    static long serial;
    X509 *certificate = made.certificate;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    X509_set_pubkey(certificate, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(signer->certificate));
    add_extension(certificate, signer->certificate, NID_basic_constraints,
                  issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
    if (alternatives != NULL)
        add_extension(certificate, signer->certificate, NID_subject_alt_name, alternatives);
    X509_sign(certificate, signer->key, EVP_sha256());
    return made;
}

static inline void save_certificate(const char *path, const struct identity *identity) {
    FILE *file = fopen(path, "w");
    PEM_write_X509(file, identity->certificate);
    fclose(file);
}

/* With `password` not NULL the key is encrypted. */
static inline void save_key(const char *path, const struct identity *identity, char *password) {
    FILE *file = fopen(path, "w");
    PEM_write_PrivateKey(file, identity->key, password != NULL ? EVP_aes_128_cbc() : NULL, NULL, 0,
                         NULL, password);
    fclose(file);
}

static inline void free_identity(struct identity *identity) {
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
}

#endif
