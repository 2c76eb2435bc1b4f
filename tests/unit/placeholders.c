#include "placeholders.h"
#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int fill(const char *text, size_t length, struct buf *out, struct failure *why) {
    buf_init(out, 1000);
    return placeholders_fill(text, length, "kit-abcdefgh23", out, why);
}

static void each_stands_for_something(void **state) {
    (void)state;
    static const struct {
        const char *text, *filled;
    } cases[] = {
        {"", ""},
        {"nothing", "nothing"},
        {"{nonce}", "kit-abcdefgh23"},
        {"a{nonce}{nonce}b", "akit-abcdefgh23kit-abcdefgh23b"},
        {"{{nonce}}", "{kit-abcdefgh23}"},
        {"{base64 Lev!}", "TGV2IQ=="},
        {"{base64 }", ""},
        {"{base64 a b}.", "YSBi."},
        {"{run}/x {nonce", "{run}/x {nonce"}, /* the first is not one of these */
        {"{base64}", "{base64}"},
        {"{Nonce} {", "{Nonce} {"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure why;
        struct buf out;
        assert_int_equal(fill(cases[i].text, strlen(cases[i].text), &out, &why), 0);
        assert_string_equal(out.bytes != NULL ? out.bytes : "", cases[i].filled);
        assert_int_equal(placeholders_in(cases[i].text),
                         strcmp(cases[i].text, cases[i].filled) != 0);
        buf_free(&out);
    }
}

static void bytes_may_hold_nul(void **state) {
    (void)state;
    static const char text[] = "a\0{nonce}\0b";
    static const char filled[] = "a\0kit-abcdefgh23\0b";
    struct buf out;
    assert_int_equal(fill(text, sizeof text, &out, NULL), 0);
    assert_int_equal(out.length, sizeof filled);
    assert_memory_equal(out.bytes, filled, sizeof filled);
    buf_free(&out);
}

/* As the build has written them: words of a seed, everybody has his own. */
static void passwords_are_words_of_the_seed(void **state) {
    (void)state;
    static const char *const texts[] = {"{password alice}", "{password bob@example.org}",
                                        "{password dave@example.com}"};
    char words[3][SEED_WORD_SIZE];
    for (size_t i = 0; i < 3; i++) {
        struct buf out;
        assert_int_equal(fill(texts[i], strlen(texts[i]), &out, NULL), 0);
        assert_int_equal(out.length, SEED_WORD_LENGTH);
        assert_int_equal(strspn(out.bytes, SEED_LETTERS), SEED_WORD_LENGTH);
        memcpy(words[i], out.bytes, SEED_WORD_SIZE);
        buf_free(&out);
    }
    assert_string_not_equal(words[0], words[1]);
    assert_string_not_equal(words[0], words[2]);
}

static void mistakes_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {{"{password nobody}", "knows nobody called nobody"},
                 {"{password alice", "needs a word and \"}\""},
                 {"{password dave}", "knows nobody called dave"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure why;
        struct buf out;
        assert_int_equal(fill(cases[i].text, strlen(cases[i].text), &out, &why), -1);
        assert_non_null(strstr(why.text, cases[i].why));
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stands_for_something),
        cmocka_unit_test(bytes_may_hold_nul),
        cmocka_unit_test(passwords_are_words_of_the_seed),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
