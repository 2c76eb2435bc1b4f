#include "parameter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *field, *name, *value; /* value NULL: there is none */
} cases[] = {
    /* RFC 2045 §5.1 */
    {"text/plain; charset=us-ascii (Plain text)", "charset", "us-ascii"},
    {"text/plain; charset=\"us-ascii\"", "charset", "us-ascii"},
    /* RFC 2231 §3, §4, §4.1 */
    {"message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n"
     " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
     "url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"},
    {"application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title",
     "This is ***fun***"},
    {"application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n"
     " title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\"",
     "title", "This is even more ***fun*** isn't it!"},
    /* names in any case, blanks and comments anywhere between the words */
    {"text/plain;CHARSET=UTF-8;x=y", "charset", "UTF-8"},
    {"text/plain (a \\) (b) ;charset=no) ; (c) charset (d) = (e) utf-8 (f) ; x", "charset",
     "utf-8"},
    {"attachment; filename=\"a \\\"b\\\" c;d.txt\"", "filename", "a \"b\" c;d.txt"},
    {"attachment; filename=\"folded\r\n name\"", "filename", "folded name"},
    {"attachment; x=\"; filename=no\"; filename=yes", "filename", "yes"},
    {"attachment; filename=", "filename", ""},
    {"attachment; filename", "filename", NULL},
    {"attachment", "filename", NULL},
    {"", "filename", NULL},
    {"attachment; filenam=a; filenamee=b; xfilename=c", "filename", NULL},
    {"attachment; filename=a; filename=b", "filename", "a"},
    /* RFC 2231's before a plain one, in whatever order; pieces in whatever order */
    {"attachment; filename=a.txt; filename*=UTF-8''%C5%9E.txt", "filename", "Ş.txt"},
    {"attachment; filename*1=b; filename*0=a; filename*3=d", "filename", "ab"},
    {"attachment; filename*1=b", "filename", NULL},
    {"attachment; filename*0*=UTF-8''%C5; filename*1*=%9E", "filename", "Ş"},
    {"attachment; filename*0*=UTF-8''a; filename*1=%41", "filename", "a%41"},
    {"attachment; filename*0=a; filename*00000000001=b; filename*100=c; filename*x=d", "filename",
     "a"},
    {"attachment; filename*=iso-8859-9''%DE.txt", "filename", "Ş.txt"},
    {"attachment; filename*=nonsense", "filename", "nonsense"},
    {"attachment; filename*=UTF-8''%C", "filename", "%C"},
    {"attachment; filename*=UTF-8''%\x10\x10", "filename", "%\x10\x10"},
    {"attachment; filename*=UTF-8''%DE", "filename", "\xEF\xBF\xBD"},
    /* what many programs write */
    {"attachment; filename=\"=?UTF-8?Q?=C5=9E.txt?=\"", "filename", "Ş.txt"},
    {"attachment; filename=\"Ş.txt\"", "filename", "Ş.txt"},
    /* ends in the middle */
    {"attachment; filename=\"a", "filename", "a"},
    {"attachment; filename=\"a\\", "filename", "a\\"},
    {"attachment; (filename=a", "filename", NULL},
    {"attachment; filename=a (b", "filename", "a"},
};

static void values(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf value;
        buf_init(&value, 1000);
        buf_append(&value, "", 0);
        int found = parameter_find(cases[i].field, strlen(cases[i].field), cases[i].name, &value);
        if (found != (cases[i].value != NULL) ||
            (found == 1 && strcmp(value.bytes, cases[i].value) != 0))
            fail_msg("%s: %d, \"%s\"", cases[i].field, found, value.bytes);
        buf_free(&value);
    }
}

static void first_words(void **state) {
    (void)state;
    static const struct {
        const char *field, *word;
    } firsts[] = {
        {"text/plain; charset=utf-8", "text/plain"},
        {"TEXT/Plain", "text/plain"},
        {" (a) text / (b) plain (c);x", "text/plain"},
        {"", ""},
        {"; charset=utf-8", ""},
        {"(", ""},
    };
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        struct buf word;
        buf_init(&word, 100);
        buf_append(&word, "", 0);
        assert_int_equal(parameter_first(firsts[i].field, strlen(firsts[i].field), &word), 0);
        assert_string_equal(word.bytes, firsts[i].word);
        buf_free(&word);
    }
}

static void a_limit_is_kept(void **state) {
    (void)state;
    struct buf value;
    buf_init(&value, 3);
    assert_int_equal(parameter_find(BYTES("a; b=cdef"), "b", &value), -1);
    assert_int_equal(parameter_find(BYTES("a; b*=UTF-8''cdef"), "b", &value), -1);
    assert_int_equal(parameter_first(BYTES("text/plain"), &value), -1);
    buf_free(&value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(first_words),
        cmocka_unit_test(a_limit_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
