/* What pop3d reads from kit.ini: its own keys, and what all servers share (site, bounds). */
#include "settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char accounts[] = "accounts-XXXXXX";

static int write_accounts(void **state) {
    (void)state;
    int file = mkstemp(accounts);
    static const char lines[] =
        "alice@example.org:$y$j9T$mailwiretestsalt$ZoTDWezfrJlQqjwEgrtovFPFfuh5M95pgbUHLKHHsW5:\n"
        "dave@example.com:$y$j9T$mailwiretestsalt$ZoTDWezfrJlQqjwEgrtovFPFfuh5M95pgbUHLKHHsW5:\n";
    return file < 0 || write(file, lines, sizeof lines - 1) < 0 || close(file) < 0 ? -1 : 0;
}

static int remove_accounts(void **state) {
    (void)state;
    return unlink(accounts);
}

/* Loads what `option` says over the standard values. 0 or -1. */
static int load(const char *option, struct settings *settings, struct config **config,
                struct failure *why) {
    char path[64];
    *config = config_new(settings_keys, why);
    assert_non_null(*config);
    snprintf(path, sizeof path, "mail.accounts=%s", accounts);
    assert_int_equal(config_override(*config, path, why), 0);
    if (option != NULL)
        assert_int_equal(config_override(*config, option, why), 0);
    return settings_load(settings, *config, why);
}

static void standard_values(void **state) {
    (void)state;
    struct settings settings;
    struct config *config;
    struct failure why = {""};
    assert_int_equal(load(NULL, &settings, &config, &why), 0);
    assert_int_equal(settings.line, 255);              /* RFC 2449 §4 */
    assert_int_equal(settings.bounds.idle_ms, 600000); /* RFC 1939 §3 */
    assert_false(settings.bounds.clear_auth);
    assert_false(settings.utf8_required);
    assert_null(settings.site.tls);
    settings_free(&settings);
    config_free(config);
}

static void values_that_make_no_sense(void **state) {
    (void)state;
    static const struct {
        const char *option, *words;
    } rows[] = {
        {"pop3d.line=254", "pop3d.line = 254 is out of range: 255 to 1048576"},
        {"pop3d.idle=0", "pop3d.idle"},
        {"pop3d.auth-failures=21", "pop3d.auth-failures"},
        {"pop3d.connections=0", "pop3d.connections"},
        {"pop3d.listen=", "pop3d.listen and pop3d.pop3s are empty"},
        {"pop3d.pop3s=127.0.0.1:995", "pop3d.pop3s is TLS from the first byte"},
        {"mail.hostname=", "mail.hostname"},
        {"mail.domains=", "mail.domains is empty"},
        {"mail.accounts=nowhere", "nowhere"},
        {"mail.key=nowhere", "mail.certificate and mail.key belong together"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct settings settings;
        struct config *config;
        struct failure why = {""};
        assert_int_equal(load(rows[i].option, &settings, &config, &why), -1);
        if (strstr(why.text, rows[i].words) == NULL)
            fail_msg("%s: %s", rows[i].option, why.text);
        config_free(config);
    }
}

static void short_names_are_completed(void **state) {
    (void)state;
    struct settings settings;
    struct config *config;
    struct failure why = {""};
    assert_int_equal(load("mail.domains=example.org example.com", &settings, &config, &why), 0);
    static const struct {
        const char *user, *complete;
    } rows[] = {{"alice", "alice@example.org"},
                {"dave@example.com", "dave@example.com"},
                {"", "@example.org"},
                {"a b", "a b@example.org"},
                {"@", "@"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf user;
        buf_init(&user, 100);
        assert_int_equal(buf_append(&user, rows[i].user, strlen(rows[i].user)), 0);
        assert_int_equal(site_complete(&settings.site, &user), 0);
        assert_string_equal(user.bytes, rows[i].complete);
        buf_free(&user);
    }
    struct buf small;
    buf_init(&small, 10);
    assert_int_equal(buf_append(&small, "alice", 5), 0);
    assert_int_equal(site_complete(&settings.site, &small), -1);
    buf_free(&small);
    settings_free(&settings);
    config_free(config);
}

static void mailboxes_are_below_the_store(void **state) {
    (void)state;
    struct settings settings;
    struct config *config;
    struct failure why = {""};
    char path[PATH_MAX];
    assert_int_equal(load("mail.store=/var/mail", &settings, &config, &why), 0);
    const struct account *dave = accounts_find(settings.site.accounts, "dave", "example.com");
    assert_int_equal(site_mailbox(&settings.site, dave, path, &why), 0);
    assert_string_equal(path, "/var/mail/example.com/dave");
    static char names[][20] = {"../x@example.org", "x@..", ".@example.org", "x", "@example.org"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct account odd = {names[i], NULL, NULL};
        assert_int_equal(site_mailbox(&settings.site, &odd, path, &why), -1);
    }
    settings_free(&settings);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_values),
        cmocka_unit_test(values_that_make_no_sense),
        cmocka_unit_test(short_names_are_completed),
        cmocka_unit_test(mailboxes_are_below_the_store),
    };
    return cmocka_run_group_tests_name("pop3d_settings", tests, write_accounts, remove_accounts);
}
