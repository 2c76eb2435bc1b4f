#include "config.h"
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

static const struct config_key keys[] = {
    {"mail", "hostname", CONFIG_TEXT, "mail.example.org", "the name"},
    {"mail", "domains", CONFIG_LIST, "example.org", "the domains"},
    {"mail", "store", CONFIG_PATH, "build/mail", "the store"},
    {"smtpd", "idle", CONFIG_SECONDS, "5m", "how long"},
    {"smtpd", "size", CONFIG_BYTES, "10M", "how big"},
    {"smtpd", "recipients", CONFIG_NUMBER, "100", "how many"},
    {"smtpd", "vrfy", CONFIG_YES_NO, "yes", "whether"},
    {"smtpd", "relay", CONFIG_TEXT, NULL, "whither"},
    {NULL, NULL, CONFIG_TEXT, NULL, NULL},
};

/* Reads `text` as DIRECTORY/kit.ini. Words of failure have the directory taken off. */
static int read_text(struct config *config, const char *text, size_t length, struct failure *why) {
    char directory[] = "unit-config-XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/kit.ini", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text, 1, length, file);
    fclose(file);
    int result = config_read(config, path, why);
    if (result < 0) {
        assert_int_equal(strncmp(why->text, directory, strlen(directory)), 0);
        failure_set(why, "%s", why->text + strlen(directory) + 1);
    }
    unlink(path);
    rmdir(directory);
    return result;
}

static struct config *new_config(void) {
    struct failure why = {""};
    struct config *config = config_new(keys, &why);
    assert_non_null(config);
    return config;
}

static void knows_standard_values(void **state) {
    (void)state;
    struct config *config = new_config();
    assert_string_equal(config_text(config, "mail", "hostname"), "mail.example.org");
    assert_string_equal(config_word(config, "mail", "domains", 0), "example.org");
    assert_null(config_word(config, "mail", "domains", 1));
    assert_string_equal(config_path(config, "mail", "store"), "build/mail");
    assert_int_equal(config_number(config, "smtpd", "idle"), 300);
    assert_int_equal(config_number(config, "smtpd", "size"), 10 * 1024 * 1024);
    assert_int_equal(config_number(config, "smtpd", "recipients"), 100);
    assert_int_equal(config_number(config, "smtpd", "vrfy"), 1);
    assert_string_equal(config_text(config, "smtpd", "relay"), "");
    config_free(config);
    config_free(NULL);
}

static void refuses_a_wrong_standard_value(void **state) {
    (void)state;
    static const struct config_key wrong[] = {
        {"smtpd", "idle", CONFIG_SECONDS, "5 minutes", "how long"},
        {NULL, NULL, CONFIG_TEXT, NULL, NULL},
    };
    struct failure why;
    assert_null(config_new(wrong, &why));
    assert_non_null(strstr(why.text, "standard value of smtpd.idle: \"5 minutes\" is not"));
    assert_null(config_new(wrong, NULL));
}

static void reads_a_file(void **state) {
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBF# a comment\n"
        "; another, of any length: "
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
        "[mail]\r\n"
        "hostname=  mx.example.com\t\r\n"
        "   domains = example.com   example.net\t ; two of them\n"
        "store =\n"
        "[somebody else]\n"
        "hostname = x\n"
        "unknown = y\n"
        "[smtpd]\n"
        "idle = 90\n"
        "\n"
        "vrfy = no\n"
        "vrfy = yes\n"
        "relay = a=b;c # d";
    struct config *config = new_config();
    struct failure why = {""};
    int result = read_text(config, text, sizeof text - 1, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(result, 0);
    assert_string_equal(config_text(config, "mail", "hostname"), "mx.example.com");
    assert_string_equal(config_word(config, "mail", "domains", 0), "example.com");
    assert_string_equal(config_word(config, "mail", "domains", 1), "example.net");
    assert_null(config_word(config, "mail", "domains", 2));
    assert_null(config_word(config, "mail", "domains", 99));
    assert_string_equal(config_path(config, "mail", "store"), "");
    assert_int_equal(config_number(config, "smtpd", "idle"), 90);
    assert_int_equal(config_number(config, "smtpd", "vrfy"), 1);
    assert_string_equal(config_text(config, "smtpd", "relay"), "a=b;c # d");
    assert_int_equal(config_number(config, "smtpd", "size"), 10 * 1024 * 1024);
    config_free(config);
}

static void says_what_is_wrong_and_where(void **state) {
    (void)state;
#define TEXT(text) text, sizeof(text) - 1
    static const struct {
        const char *text;
        size_t length;
        const char *words;
    } cases[] = {
        {TEXT("[mail]\nhostnam = x\n"),
         "kit.ini:2: unknown key mail.hostnam: did you mean mail.hostname?"},
        {TEXT("\n\n[mail]\nHostname = x\n"),
         "kit.ini:4: unknown key mail.Hostname: did you mean mail.hostname?"},
        {TEXT("[mail]\nrelay = x\n"), "kit.ini:2: unknown key mail.relay"},
        {TEXT("[mail]\nx = x\n"), "kit.ini:2: unknown key mail.x"},
        {TEXT("[smtpd]\nidle = 5x\n"), "kit.ini:2: smtpd.idle: \"5x\" is not a number of seconds, "
                                       "or of minutes, hours, days with "
                                       "m, h, d behind it"},
        {TEXT("[smtpd]\nvrfy = maybe\n"), "kit.ini:2: smtpd.vrfy: \"maybe\" is not yes or no"},
        {TEXT("[smtpd]\nvrfy = yes\nnonsense\nidle = x\n"),
         "kit.ini:3: neither [section] nor key = value"},
        {TEXT("[smtpd\nvrfy = yes\n"), "kit.ini:1: neither [section] nor key = value"},
        {TEXT("[smtpd]\nvrfy = x\nnonsense\n"), "kit.ini:2: smtpd.vrfy: \"x\" is not yes or no"},
        {TEXT("vrfy = yes\n"), "kit.ini:1: a key before the first [section]"},
        {TEXT("[smtpd]\nvrfy = y\0es\n"), "kit.ini:2: a NUL byte: this is not a text file"},
        {TEXT("[mail]\nhostname = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
         "kit.ini:2: this line is too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = new_config();
        struct failure why = {""};
        assert_int_equal(read_text(config, cases[i].text, cases[i].length, &why), -1);
        assert_string_equal(why.text, cases[i].words);
        config_free(config);
    }
}

static void says_when_a_file_cannot_be_read(void **state) {
    (void)state;
    struct config *config = new_config();
    struct failure why;
    assert_int_equal(config_read(config, "/no/such/kit.ini", &why), -1);
    assert_string_equal(why.text, "/no/such/kit.ini: no such file or directory");
    assert_int_equal(config_read(config, "/", &why), -1);
    assert_string_equal(why.text, "/: is a directory");
    assert_int_equal(config_read(config, "/no/such/kit.ini", NULL), -1);
    config_free(config);
}

static void checks_types(void **state) {
    (void)state;
    enum {
        WRONG = -1
    };
    static const struct {
        const char *key, *value;
        long long number; /* WRONG: refused */
    } cases[] = {
        {"idle", "0", 0},
        {"idle", "7s", 7},
        {"idle", "2m", 120},
        {"idle", "3h", 10800},
        {"idle", "1d", 86400},
        {"idle", " 5 ", 5},
        {"idle", "007", 7},
        {"idle", "", WRONG},
        {"idle", "m", WRONG},
        {"idle", "-1", WRONG},
        {"idle", "+1", WRONG},
        {"idle", "1.5", WRONG},
        {"idle", "5K", WRONG},
        {"idle", "5ms", WRONG},
        {"idle", "5 m", WRONG},
        {"idle", "0x10", WRONG},
        {"idle", "9223372036854775807d", WRONG},
        {"size", "1K", 1024},
        {"size", "1M", 1 << 20},
        {"size", "2G", 2LL << 30},
        {"size", "9223372036854775807", INT64_MAX},
        {"size", "9223372036854775808", WRONG},
        {"size", "9007199254740992K", WRONG},
        {"size", "1k", WRONG},
        {"size", "1KiB", WRONG},
        {"recipients", "12", 12},
        {"recipients", "1K", WRONG},
        {"recipients", "many", WRONG},
        {"vrfy", "yes", 1},
        {"vrfy", "no", 0},
        {"vrfy", "YES", WRONG},
        {"vrfy", "1", WRONG},
        {"vrfy", "", WRONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = new_config();
        long long before = config_number(config, "smtpd", cases[i].key);
        char assignment[80];
        snprintf(assignment, sizeof assignment, "smtpd.%s=%s", cases[i].key, cases[i].value);
        bool wrong = cases[i].number == WRONG;
        assert_int_equal(config_override(config, assignment, NULL), wrong ? -1 : 0);
        assert_true(config_number(config, "smtpd", cases[i].key) ==
                    (wrong ? before : cases[i].number));
        config_free(config);
    }
}

static void takes_overrides(void **state) {
    (void)state;
    struct config *config = new_config();
    assert_int_equal(config_override(config, "mail.hostname=a=b.c", NULL), 0);
    assert_string_equal(config_text(config, "mail", "hostname"), "a=b.c");
    assert_int_equal(config_override(config, "mail.domains= a\tb  c ", NULL), 0);
    assert_string_equal(config_word(config, "mail", "domains", 0), "a");
    assert_string_equal(config_word(config, "mail", "domains", 1), "b");
    assert_string_equal(config_word(config, "mail", "domains", 2), "c");
    assert_null(config_word(config, "mail", "domains", 3));
    assert_int_equal(config_override(config, "mail.domains=", NULL), 0);
    assert_null(config_word(config, "mail", "domains", 0));
    static const struct {
        const char *assignment, *words;
    } cases[] = {
        {"", ": not section.key=value"},
        {"mail.hostname", "mail.hostname: not section.key=value"},
        {"hostname=x.y", "hostname=x.y: not section.key=value"},
        {"=", "=: not section.key=value"},
        {".=", "unknown key ."},
        {"mial.hostname=x", "unknown key mial.hostname: did you mean mail.hostname?"},
        {"smtp.idle=3", "unknown key smtp.idle: did you mean smtpd.idle?"},
        {"pop3d.idle=3", "unknown key pop3d.idle"},
        {"smtpd.recipients=-1", "smtpd.recipients: \"-1\" is not a whole number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure why = {""};
        assert_int_equal(config_override(config, cases[i].assignment, &why), -1);
        assert_string_equal(why.text, cases[i].words);
    }
    char long_key[300] = "mail.";
    memset(long_key + 5, 'x', 200);
    strcat(long_key, "=1");
    assert_int_equal(config_override(config, long_key, NULL), -1);
    config_free(config);
}

/* From an ini file: its directory. From -o: the working directory. */
static void knows_where_paths_count_from(void **state) {
    (void)state;
    struct config *config = new_config();
    struct failure why = {""};
    static const char relative[] = "[mail]\nstore = x/y\n", absolute[] = "[mail]\nstore = /x/y\n";
    assert_int_equal(read_text(config, relative, sizeof relative - 1, &why), 0);
    const char *path = config_path(config, "mail", "store");
    assert_int_equal(strncmp(path, "unit-config-", 12), 0);
    assert_string_equal(strchr(path, '/'), "/x/y");
    assert_int_equal(read_text(config, absolute, sizeof absolute - 1, &why), 0);
    assert_string_equal(config_path(config, "mail", "store"), "/x/y");
    assert_int_equal(config_override(config, "mail.store=x/z", NULL), 0);
    assert_string_equal(config_path(config, "mail", "store"), "x/z");
    assert_int_equal(read_text(config, "", 0, &why), 0);
    assert_string_equal(config_path(config, "mail", "store"), "x/z");
    config_free(config);

    config = new_config(); /* a standard path counts from the file too */
    assert_int_equal(read_text(config, "", 0, &why), 0);
    path = config_path(config, "mail", "store");
    assert_string_equal(strchr(path, '/'), "/build/mail");
    config_free(config);
}

static void helps(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    config_print_help(keys, out);
    fclose(out);
    assert_non_null(strstr(text, "smtpd.idle"));
    assert_non_null(strstr(text, "standard: 5m"));
    assert_non_null(strstr(text, "standard: none"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_standard_values),
        cmocka_unit_test(refuses_a_wrong_standard_value),
        cmocka_unit_test(reads_a_file),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(says_when_a_file_cannot_be_read),
        cmocka_unit_test(checks_types),
        cmocka_unit_test(takes_overrides),
        cmocka_unit_test(knows_where_paths_count_from),
        cmocka_unit_test(helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
