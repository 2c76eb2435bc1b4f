#include "seed.h"

#include "files.h"
#include "files_for_tests.h"

/* Computed apart from the kit: python3 -c 'hashlib.sha256(b"mailwire\0nonce")', each of the first
   ten octets modulo 32 as an index into SEED_LETTERS. */
static const struct {
    const char *seed, *label, *word;
} known[] = {
    {"mailwire", "nonce", "gms4waax4p"},
    {"mailwire", "bob@example.org", "wb4r25ebu6"},
    {"student-17", "nonce", "f243igz8a8"},
    {"student-17", "bob@example.org", "crmvjah2wc"},
};

static void words_are_sha256(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char word[SEED_WORD_SIZE];
        assert_int_equal(seed_word(known[i].seed, known[i].label, word, NULL), 0);
        assert_string_equal(word, known[i].word);
    }
}

static void a_nonce_is_a_word_of_its_own(void **state) {
    (void)state;
    char nonce[SEED_NONCE_SIZE], other[SEED_NONCE_SIZE];
    assert_int_equal(seed_nonce(SEED_STANDARD, nonce, NULL), 0);
    assert_int_equal(strlen(nonce), SEED_NONCE_LENGTH);
    assert_string_equal(nonce, "kit-gms4waax4p");
    assert_int_equal(strspn(nonce + 4, SEED_LETTERS), SEED_WORD_LENGTH);
    assert_int_equal(seed_nonce("student-17", other, NULL), 0);
    assert_string_not_equal(nonce, other);
}

static void the_environment_comes_before_the_file(void **state) {
    (void)state;
    char directory[64], path[256], seed[SEED_SIZE];
    test_directory(directory);
    snprintf(path, sizeof path, "%s/seed", directory);
    unsetenv("KIT_SEED");
    assert_int_equal(seed_find(path, seed, NULL), 0);
    assert_string_equal(seed, "mailwire");
    test_file(directory, "seed", "of-the-file\n", path);
    assert_int_equal(seed_find(path, seed, NULL), 0);
    assert_string_equal(seed, "of-the-file");
    setenv("KIT_SEED", "", 1);
    assert_int_equal(seed_find(path, seed, NULL), 0);
    assert_string_equal(seed, "of-the-file");
    setenv("KIT_SEED", "ayse@example.edu", 1);
    assert_int_equal(seed_find(path, seed, NULL), 0);
    assert_string_equal(seed, "ayse@example.edu");
    unsetenv("KIT_SEED");
    files_remove(directory, NULL);
}

static void a_wrong_seed_is_refused(void **state) {
    (void)state;
    static const char sixty_four[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    static const char *const wrong[] = {"two words", "a;b", "a\nb", "$HOME", "ç", "\"", "a/b"};
    char directory[64], path[256], seed[SEED_SIZE];
    struct failure why;
    test_directory(directory);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setenv("KIT_SEED", wrong[i], 1);
        assert_int_equal(seed_find("/nowhere", seed, &why), -1);
        assert_string_equal(why.text, "KIT_SEED: a seed is 1 to 64 of the characters A-Z a-z 0-9 "
                                      ". _ @ + -");
    }
    setenv("KIT_SEED", sixty_four, 1);
    assert_int_equal(seed_find("/nowhere", seed, &why), 0);
    assert_string_equal(seed, sixty_four);
    unsetenv("KIT_SEED");

    char text[80];
    snprintf(text, sizeof text, "%sx\n", sixty_four);
    test_file(directory, "seed", text, path);
    assert_int_equal(seed_find(path, seed, &why), -1);
    test_file(directory, "seed", "", path);
    assert_int_equal(seed_find(path, seed, &why), -1);
    assert_non_null(strstr(why.text, path));
    assert_int_equal(seed_find(directory, seed, &why), -1);
    files_remove(directory, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_sha256),
        cmocka_unit_test(a_nonce_is_a_word_of_its_own),
        cmocka_unit_test(the_environment_comes_before_the_file),
        cmocka_unit_test(a_wrong_seed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
