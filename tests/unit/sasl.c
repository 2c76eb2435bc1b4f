/* sasl: the exchanges of PLAIN and LOGIN, right ones and wrong ones, and who is let in. */
#include "sasl.h"
#include "base64.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Of "secret", of nothing at all, and of "pässwörd" in UTF-8; SHA-256 with few rounds, to be quick.
 */
#define SECRET "$5$rounds=1000$salt$CCvcOM6b7TEJDPb37Aec/9UpOg4QhPNAxPpL9ZzjTB7"
#define EMPTY  "$5$rounds=1000$salt$oacEarljCLl1hnwSHaKByNaFLSC8faCZtGSPISXgwZ."
#define UMLAUT "$5$rounds=1000$salt$fDdn8ed2S4s.4f101kngd1hJ0Qtm.jJioG52iJCshz."

static struct accounts *accounts;

static int set_up(void **state) {
    (void)state;
    static const char file[] = "alice@example.org:" SECRET ":Alice\n"
                               "bob@example.org:" SECRET ":Bob\n"
                               "empty@example.org:" EMPTY ":Nothing\n"
                               "umlaut@example.org:" UMLAUT ":Eight bits\n";
    char path[] = "sasl.XXXXXX";
    int fd = mkstemp(path);
    bool written = fd >= 0 && write(fd, file, sizeof file - 1) == (ssize_t)sizeof file - 1;
    close(fd);
    struct failure why;
    accounts = accounts_load(path, &why);
    unlink(path);
    return written && accounts != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    accounts_free(accounts);
    return 0;
}

/* Gives `count` bytes, encoded, as the initial response (with `initial`) or as an answer. */
static enum sasl_result give(struct sasl *sasl, bool initial, const char *bytes, size_t count) {
    struct buf text;
    buf_init(&text, 100000);
    assert_int_equal(base64_encode(bytes, count, &text), 0);
    enum sasl_result result = initial ? sasl_initial(sasl, text.bytes, text.length)
                                      : sasl_answer(sasl, text.bytes, text.length);
    buf_free(&text);
    return result;
}

static void names(void **state) {
    (void)state;
    static const char *const known[] = {"PLAIN", "plain", "LOGIN", "Login"};
    static const char *const unknown[] = {"",         "PLAI",    "PLAINX",        "PLAIN ", "LOGI",
                                          "CRAM-MD5", "XOAUTH2", "SCRAM-SHA-256", "*",      "="};
    struct sasl sasl;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(sasl_begin(&sasl, known[i], strlen(known[i])), 0);
        assert_non_null(strstr(sasl_mechanisms, sasl_name(&sasl)));
        sasl_end(&sasl);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(sasl_begin(&sasl, unknown[i], strlen(unknown[i])), -1);
}

/* What PLAIN hears, what it makes of it, and who is let in. */
static const struct plain {
    const char *bytes;
    size_t count;
    enum sasl_result result;
    const char *account;
} plains[] = {
#define SAID(text) text, sizeof(text) - 1
    {SAID("\0alice@example.org\0secret"), SASL_DONE, "alice@example.org"},
    {SAID("\0ALICE@Example.ORG\0secret"), SASL_DONE, "alice@example.org"},
    {SAID("alice@example.org\0alice@example.org\0secret"), SASL_DONE, "alice@example.org"},
    {SAID("Alice@example.org\0alice@example.org\0secret"), SASL_DONE, "alice@example.org"},
    {SAID("\0empty@example.org\0"), SASL_DONE, "empty@example.org"},
    {SAID("\0umlaut@example.org\0p\xc3\xa4ssw\xc3\xb6rd"), SASL_DONE, "umlaut@example.org"},
    /* wrong: the password, the user, as whom */
    {SAID("\0alice@example.org\0Secret"), SASL_DONE, NULL},
    {SAID("\0alice@example.org\0secret "), SASL_DONE, NULL},
    {SAID("\0alice@example.org\0secre"), SASL_DONE, NULL},
    {SAID("\0alice@example.org\0"), SASL_DONE, NULL},
    {SAID("\0empty@example.org\0x"), SASL_DONE, NULL},
    {SAID("\0umlaut@example.org\0p\xe4ssw\xf6rd"), SASL_DONE, NULL}, /* Latin-1 */
    {SAID("\0alice\0secret"), SASL_DONE, NULL},
    {SAID("\0nobody@example.org\0secret"), SASL_DONE, NULL},
    {SAID("\0alice@example.org \0secret"), SASL_DONE, NULL},
    {SAID("\0\xff\xfe\0secret"), SASL_DONE, NULL},
    {SAID("bob@example.org\0alice@example.org\0secret"), SASL_DONE, NULL},
    {SAID("root\0alice@example.org\0secret"), SASL_DONE, NULL},
    {SAID(" \0alice@example.org\0secret"), SASL_DONE, NULL},
    /* no message of PLAIN */
    {SAID(""), SASL_MALFORMED, NULL},
    {SAID("\0"), SASL_MALFORMED, NULL},
    {SAID("\0\0"), SASL_MALFORMED, NULL},
    {SAID("\0\0secret"), SASL_MALFORMED, NULL},
    {SAID("alice@example.org"), SASL_MALFORMED, NULL},
    {SAID("\0alice@example.org"), SASL_MALFORMED, NULL}, /* what strlen leaves of it */
    {SAID("alice@example.org\0secret"), SASL_MALFORMED, NULL},
    {SAID("\0alice@example.org\0secret\0"), SASL_MALFORMED, NULL},
    {SAID("\0alice@example.org\0secret\0more"), SASL_MALFORMED, NULL},
    {SAID("\0\0\0\0\0"), SASL_MALFORMED, NULL},
};

static void plain(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++) {
        for (int initial = 0; initial < 2; initial++) {
            struct sasl sasl;
            assert_int_equal(sasl_begin(&sasl, "PLAIN", 5), 0);
            if (!initial) {
                assert_int_equal(sasl_initial(&sasl, NULL, 0), SASL_CHALLENGE);
                assert_string_equal(sasl_challenge(&sasl), "");
            }
            enum sasl_result result = plains[i].count == 0 && initial
                                          ? sasl_initial(&sasl, "=", 1)
                                          : give(&sasl, initial, plains[i].bytes, plains[i].count);
            if (result != plains[i].result)
                fail_msg("case %zu: %d instead of %d", i, (int)result, (int)plains[i].result);
            const struct account *account =
                result == SASL_DONE ? sasl_login(&sasl, accounts) : NULL;
            if (plains[i].account == NULL ? account != NULL : account == NULL)
                fail_msg("case %zu: %s", i, account == NULL ? "not let in" : account->address);
            if (account != NULL)
                assert_string_equal(account->address, plains[i].account);
            sasl_end(&sasl);
            assert_null(sasl.password.bytes);
        }
    }
}

static const struct account *login(const char *user, const char *password, bool initial) {
    struct sasl sasl;
    assert_int_equal(sasl_begin(&sasl, "LOGIN", 5), 0);
    if (!initial) {
        assert_int_equal(sasl_initial(&sasl, NULL, 0), SASL_CHALLENGE);
        assert_string_equal(sasl_challenge(&sasl), "VXNlcm5hbWU6");
    }
    enum sasl_result result = initial && *user == '\0' ? sasl_initial(&sasl, "=", 1)
                                                       : give(&sasl, initial, user, strlen(user));
    assert_int_equal(result, SASL_CHALLENGE);
    assert_string_equal(sasl_challenge(&sasl), "UGFzc3dvcmQ6");
    assert_int_equal(give(&sasl, false, password, strlen(password)), SASL_DONE);
    const struct account *account = sasl_login(&sasl, accounts);
    sasl_end(&sasl);
    return account;
}

static void login_in_two_answers(void **state) {
    (void)state;
    for (int initial = 0; initial < 2; initial++) {
        assert_string_equal(login("alice@example.org", "secret", initial)->address,
                            "alice@example.org");
        assert_non_null(login("empty@example.org", "", initial));
        assert_null(login("alice@example.org", "", initial));
        assert_null(login("alice@example.org", "wrong", initial));
        assert_null(login("", "secret", initial));
        assert_null(login("nobody@example.org", "secret", initial));
    }
}

static void login_takes_no_nul(void **state) {
    (void)state;
    struct sasl sasl;
    sasl_begin(&sasl, "LOGIN", 5);
    assert_int_equal(give(&sasl, true, SAID("alice@example.org\0x")), SASL_MALFORMED);
    sasl_end(&sasl);
    sasl_begin(&sasl, "LOGIN", 5);
    assert_int_equal(give(&sasl, true, SAID("alice@example.org")), SASL_CHALLENGE);
    assert_int_equal(give(&sasl, false, SAID("secret\0x")), SASL_MALFORMED);
    sasl_end(&sasl);
}

static void cancelled_and_not_base64(void **state) {
    (void)state;
    static const char *const bad[] = {"**",     "* ",    "=", "x",        "!",
                                      "AGFs\r", "AGFs=", " ", "AGFs AGFs"};
    static const char *const mechanisms[] = {"PLAIN", "LOGIN"};
    struct sasl sasl;
    for (size_t m = 0; m < 2; m++) {
        sasl_begin(&sasl, mechanisms[m], 5);
        assert_int_equal(sasl_initial(&sasl, NULL, 0), SASL_CHALLENGE);
        assert_int_equal(sasl_answer(&sasl, "*", 1), SASL_CANCELLED);
        sasl_end(&sasl);
        sasl_begin(&sasl, mechanisms[m], 5); /* "*" is an answer, no initial response */
        assert_int_equal(sasl_initial(&sasl, "*", 1), SASL_MALFORMED);
        sasl_end(&sasl);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            sasl_begin(&sasl, mechanisms[m], 5);
            sasl_initial(&sasl, NULL, 0);
            assert_int_equal(sasl_answer(&sasl, bad[i], strlen(bad[i])), SASL_MALFORMED);
            sasl_end(&sasl);
        }
    }
    sasl_begin(&sasl, "LOGIN", 5);
    assert_int_equal(give(&sasl, true, SAID("alice@example.org")), SASL_CHALLENGE);
    assert_int_equal(sasl_answer(&sasl, "*", 1), SASL_CANCELLED);
    sasl_end(&sasl);
}

static void longer_than_a_line_may_be(void **state) {
    (void)state;
    static char many[20000];
    struct sasl sasl;
    memset(many, 'A', sizeof many);
    sasl_begin(&sasl, "LOGIN", 5);
    assert_int_equal(sasl_initial(&sasl, many, sizeof many), SASL_MALFORMED);
    sasl_end(&sasl);
    sasl_begin(&sasl, "PLAIN", 5); /* long, but allowed: then it is just wrong */
    memset(many, 'x', sizeof many);
    memcpy(many, SAID("\0alice@example.org\0"));
    assert_int_equal(give(&sasl, true, many, 9000), SASL_DONE);
    assert_null(sasl_login(&sasl, accounts));
    sasl_end(&sasl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(plain),
        cmocka_unit_test(login_in_two_answers),
        cmocka_unit_test(login_takes_no_nul),
        cmocka_unit_test(cancelled_and_not_base64),
        cmocka_unit_test(longer_than_a_line_may_be),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
