/* accounts: the file's form, who is found, and who may log in. */
#include "accounts.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Hashes of "secret". $5$ (SHA-256, few rounds) is quick; the kit's own are yescrypt. */
#define QUICK    "$5$rounds=1000$salt$CCvcOM6b7TEJDPb37Aec/9UpOg4QhPNAxPpL9ZzjTB7"
#define YESCRYPT "$y$j9T$mailwire$sVhcXufW1GfNEvZQs3bkIi/eshEqts1mvo76Ve3O6wC"

static char path[] = "accounts.XXXXXX";

static int set_up(void **state) {
    (void)state;
    memcpy(path, "accounts.XXXXXX", sizeof path);
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int tear_down(void **state) {
    (void)state;
    return unlink(path);
}

static void write_bytes(const char *bytes, size_t count) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static struct accounts *load(const char *text) {
    struct failure why = {""};
    write_bytes(text, strlen(text));
    struct accounts *accounts = accounts_load(path, &why);
    if (accounts == NULL)
        fail_msg("%s", why.text);
    return accounts;
}

static void the_file_is_read(void **state) {
    (void)state;
    static const struct account expected[] = {
        {"carol@example.org", QUICK, "Carol Şahin"},
        {"alice@example.org", YESCRYPT, "Alice Arslan"},
        {"bob@example.org", QUICK, "with: colons :"},
        {"dave.o'neil+lists@example.com", QUICK, ""},
        {"çelik@örnek.example", QUICK, "UTF-8"},
        {"last@example.org", QUICK, "no newline"},
    };
    struct accounts *accounts = load("# made by hand\n"
                                     "\n"
                                     "  \t\n"
                                     "Carol@Example.ORG:" QUICK ":Carol Şahin\n"
                                     "alice@example.org:" YESCRYPT ":Alice Arslan\r\n"
                                     "#bob@example.org:x\n"
                                     "bob@example.org:" QUICK ":with: colons :\n"
                                     "dave.o'neil+lists@example.com:" QUICK ":\n"
                                     "çelik@örnek.example:" QUICK ":UTF-8\n"
                                     "last@example.org:" QUICK ":no newline");
    size_t count = sizeof expected / sizeof expected[0];
    for (size_t i = 0; i < count; i++) {
        const struct account *account = accounts_at(accounts, i);
        assert_non_null(account);
        assert_string_equal(account->address, expected[i].address);
        assert_string_equal(account->hash, expected[i].hash);
        assert_string_equal(account->name, expected[i].name);
    }
    assert_null(accounts_at(accounts, count));
    assert_null(accounts_at(accounts, SIZE_MAX));
    accounts_free(accounts);
}

static void people_are_found(void **state) {
    (void)state;
    static const struct {
        const char *local, *domain, *address; /* NULL: nobody */
    } rows[] = {
        {"alice", "example.org", "alice@example.org"},
        {"ALICE", "Example.ORG", "alice@example.org"},
        {"alice", "example.com", "alice@example.com"},
        {"bob", "example.org", "bob@example.org"},
        {"bob", "example.com", NULL},
        {"carol", "example.org", NULL},
        {"alic", "example.org", NULL},
        {"alicee", "example.org", NULL},
        {"", "example.org", NULL},
        {"alice", "", NULL},
        {"alice@example.org", "", NULL},
        {"", "", NULL},
        {"../example.org/alice", "example.org", NULL},
        {"İ", "example.org", NULL},
    };
    struct accounts *accounts = load("bob@example.org:" QUICK ":\n"
                                     "alice@example.org:" QUICK ":\n"
                                     "alice@example.com:" QUICK ":\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct account *account = accounts_find(accounts, rows[i].local, rows[i].domain);
        if (rows[i].address == NULL)
            assert_null(account);
        else
            assert_string_equal(account->address, rows[i].address);
    }
    char long_name[2000];
    memset(long_name, 'a', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    assert_null(accounts_find(accounts, long_name, "example.org"));
    assert_null(accounts_find(accounts, "alice", long_name));
    accounts_free(accounts);
}

static void lines_that_are_no_account(void **state) {
    (void)state;
    static const struct {
        const char *line, *words;
    } rows[] = {
        {"alice@example.org", "address:hash:name"},
        {"alice@example.org:" QUICK, "address:hash:name"},
        {"alice:" QUICK ":", "no @ and domain"},
        {"postmaster:" QUICK ":", "no @ and domain"},
        {":" QUICK ":", "needs a domain"},
        {"@example.org:" QUICK ":", "source route"},
        {"alice@:" QUICK ":", "nothing behind the @"},
        {"alice@[127.0.0.1]:" QUICK ":", "needs a domain"},
        {"alice@example.org :" QUICK ":", "blank in the domain"},
        {" alice@example.org:" QUICK ":", "blank at the start"},
        {"<alice@example.org>:" QUICK ":", "unexpected <"},
        {"alice@example.org>x:" QUICK ":", "is plain"},
        {"../alice@example.org:" QUICK ":", "unexpected ."},
        {"a/../../b@example.org:" QUICK ":", "two dots"},
        {"a/b@example.org:" QUICK ":", "is plain"},
        {"\"alice\"@example.org:" QUICK ":", "is plain"},
        {"\"a b\"@example.org:" QUICK ":", "is plain"},
        {"al\xC3ice@example.org:" QUICK ":", "not UTF-8"},
        {"alice@example.org::Alice", "no password hash"},
        {"alice@example.org:secret:Alice", "no password hash"},
        {"alice@example.org:*:Alice", "no password hash"},
        {"alice@example.org:!:Alice", "no password hash"},
        {"alice@example.org:$:Alice", "no password hash"},
        {"alice@example.org:$nonsense$abc:Alice", "no password hash"},
        {"alice@example.org:" QUICK ":Al\tice", "control character"},
        {"alice@example.org:" QUICK ":Al\x1B[2Jice", "control character"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct failure why = {""};
        char text[1000], place[100];
        snprintf(text, sizeof text, "# one\nbob@example.org:" QUICK ":\n%s\n", rows[i].line);
        write_bytes(text, strlen(text));
        if (accounts_load(path, &why) != NULL)
            fail_msg("taken: %s", rows[i].line);
        snprintf(place, sizeof place, "%s:3: ", path);
        if (strncmp(why.text, place, strlen(place)) != 0 || strstr(why.text, rows[i].words) == NULL)
            fail_msg("%s: must say %s\"…%s\", but says \"%s\"", rows[i].line, place, rows[i].words,
                     why.text);
    }
}

static void files_that_are_no_accounts(void **state) {
    (void)state;
    struct failure why = {""};
    assert_null(accounts_load("not/there", &why));
    assert_string_equal(why.text, "not/there: no such file or directory");
    assert_null(accounts_load(".", &why));
    assert_string_equal(why.text, ".: is a directory");
    static const char nul[] = "bob@example.org:" QUICK ":Bob\0 the other\n";
    write_bytes(nul, sizeof nul - 1);
    assert_null(accounts_load(path, &why));
    assert_non_null(strstr(why.text, ":1: NUL byte"));
    static char endless[3000];
    memset(endless, 'a', sizeof endless);
    write_bytes(endless, sizeof endless);
    assert_null(accounts_load(path, &why));
    assert_non_null(strstr(why.text, ":1: the line is too long"));
    static const char twice[] =
        "bob@example.org:" QUICK ":\nalice@example.org:" QUICK ":\nBOB@example.org:" QUICK ":\n";
    write_bytes(twice, sizeof twice - 1);
    assert_null(accounts_load(path, &why));
    assert_non_null(strstr(why.text, "bob@example.org is there twice"));
    assert_null(accounts_load(path, NULL));
    accounts_free(NULL);
}

static void only_the_right_password_opens(void **state) {
    (void)state;
    static char longest[600];
    memset(longest, 'x', sizeof longest - 1);
    struct accounts *accounts = load("alice@example.org:" YESCRYPT ":Alice\n"
                                     "bob@example.org:" QUICK ":Bob\n"
                                     "cut@example.org:$5$rounds=1000$salt$8Yh7v:Cut\n"
                                     "setting@example.org:$5$rounds=1000$salt:Setting\n");
    static const struct {
        const char *address, *password;
        bool right;
    } rows[] = {
        {"alice@example.org", "secret", true},
        {"Alice@Example.org", "secret", true},
        {"bob@example.org", "secret", true},
        {"alice@example.org", "Secret", false},
        {"alice@example.org", "secre", false},
        {"alice@example.org", "secret ", false},
        {"alice@example.org", "", false},
        {"bob@example.org", "", false},
        {"alice@example.org", longest, false},
        {"alice@example.org", YESCRYPT, false},
        {"nobody@example.org", "secret", false},
        {"", "secret", false},
        {"alice", "secret", false},
        {"cut@example.org", "secret", false},
        {"setting@example.org", "secret", false},
        {longest, "secret", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct account *account = accounts_login(accounts, rows[i].address, rows[i].password);
        if ((account != NULL) != rows[i].right)
            fail_msg("%s with %s", rows[i].address, rows[i].password);
    }
    accounts_free(accounts);
    accounts = load("# nobody\n");
    assert_null(accounts_login(accounts, "alice@example.org", "secret"));
    assert_null(accounts_find(accounts, "alice", "example.org"));
    accounts_free(accounts);
}

static void a_new_hash_fits_its_password_alone(void **state) {
    (void)state;
    static const char *const passwords[] = {"secret", "", "with blank", "şifre", ":$:"};
    for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++) {
        char hash[ACCOUNTS_HASH_SIZE], other[ACCOUNTS_HASH_SIZE], text[1000];
        assert_int_equal(accounts_hash(passwords[i], hash, NULL), 0);
        assert_int_equal(accounts_hash(passwords[i], other, NULL), 0);
        assert_int_equal(strncmp(hash, "$y$", 3), 0);
        assert_string_not_equal(hash, other); /* each has its own salt */
        snprintf(text, sizeof text, "alice@example.org:%s:\n", hash);
        struct accounts *accounts = load(text);
        assert_non_null(accounts_login(accounts, "alice@example.org", passwords[i]));
        assert_null(accounts_login(accounts, "alice@example.org", "another"));
        accounts_free(accounts);
    }
    struct failure why = {""};
    char hash[ACCOUNTS_HASH_SIZE];
    static char longest[513];
    memset(longest, 'x', 512);
    assert_int_equal(accounts_hash(longest, hash, &why), -1);
    assert_non_null(strstr(why.text, "longer than 511"));
    longest[511] = '\0';
    assert_int_equal(accounts_hash(longest, hash, &why), 0);
}

/* Many threads ask at once: none gets another one's answer. */
static void *log_in(void *context) {
    struct accounts *accounts = context;
    for (int i = 0; i < 20; i++) {
        if (accounts_login(accounts, "bob@example.org", "secret") == NULL ||
            accounts_login(accounts, "bob@example.org", "wrong") != NULL ||
            accounts_login(accounts, "nobody@example.org", "secret") != NULL)
            return "wrong";
    }
    return NULL;
}

static void threads_may_share_it(void **state) {
    (void)state;
    pthread_t threads[8];
    struct accounts *accounts = load("bob@example.org:" QUICK ":Bob\n");
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_in, accounts), 0);
    for (size_t i = 0; i < 8; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    accounts_free(accounts);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_file_is_read),
        TEST(people_are_found),
        TEST(lines_that_are_no_account),
        TEST(files_that_are_no_accounts),
        TEST(only_the_right_password_opens),
        TEST(a_new_hash_fits_its_password_alone),
        TEST(threads_may_share_it),
    };
    return cmocka_run_group_tests_name("accounts", tests, NULL, NULL);
}
