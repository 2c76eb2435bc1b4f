#include "transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

/* A text, what it is decoded, and whether it was as it should be. */
struct decoding {
    const char *text;
    size_t text_length;
    const char *bytes;
    size_t count;
    bool clean;
};

typedef int decoder(struct buf *bytes, const char *text, size_t length, bool *clean);

static void try_all(decoder *decode, const struct decoding *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct buf bytes;
        bool clean = true;
        buf_init(&bytes, cases[i].text_length); /* never more than the text */
        assert_int_equal(decode(&bytes, cases[i].text, cases[i].text_length, &clean), 0);
        if (bytes.length != cases[i].count ||
            (bytes.length > 0 && memcmp(bytes.bytes, cases[i].bytes, bytes.length) != 0))
            fail_msg("\"%s\" became \"%s\"", cases[i].text, bytes.length > 0 ? bytes.bytes : "");
        if (clean != cases[i].clean)
            fail_msg("\"%s\": clean is %d", cases[i].text, clean);
        buf_free(&bytes);
    }
}

static void quoted_printable(void **state) {
    (void)state;
    static const struct decoding cases[] = {
        /* RFC 2045 §6.7 */
        {BYTES("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country."),
         BYTES("Now's the time for all folk to come to the aid of their country."), true},
        {BYTES(""), BYTES(""), true},
        {BYTES("=C5=9Eule=3D"), BYTES("\xC5\x9Eule="), true},
        {BYTES("=00=0D=0A"), BYTES("\0\r\n"), true},
        {BYTES("a\r\nb\nc"), BYTES("a\r\nb\nc"), true},
        /* blanks in front of a line end are not the sender's (rule 3) */
        {BYTES("a \t \r\nb "), BYTES("a\r\nb"), true},
        {BYTES("a =20\r\n"), BYTES("a  \r\n"), true},
        {BYTES(" a b"), BYTES(" a b"), true},
        /* soft line breaks: with blanks behind "=", with LF, at the end of all */
        {BYTES("a= \t\r\nb"), BYTES("ab"), true},
        {BYTES("a=\nb"), BYTES("ab"), true},
        {BYTES("a="), BYTES("a"), true},
        {BYTES("a= "), BYTES("a"), true},
        /* RFC 2045 §6.7: small letters are wrong, and read; other things stay as they are */
        {BYTES("=c5=9e"), BYTES("\xC5\x9E"), true},
        {BYTES("=X5"), BYTES("=X5"), false},
        {BYTES("=5"), BYTES("=5"), false},
        {BYTES("a = b"), BYTES("a = b"), false},
        {BYTES("=="), BYTES("="), false},
        {BYTES("=\r"), BYTES("=\r"), false},
        {BYTES("=\0200"), BYTES("=\0200"), false},
    };
    try_all(transfer_quoted_printable, cases, sizeof cases / sizeof cases[0]);
}

static void base64(void **state) {
    (void)state;
    static const struct decoding cases[] = {
        /* RFC 4648 §10 */
        {BYTES(""), BYTES(""), true},
        {BYTES("Zg=="), BYTES("f"), true},
        {BYTES("Zm8="), BYTES("fo"), true},
        {BYTES("Zm9v"), BYTES("foo"), true},
        {BYTES("Zm9vYmFy"), BYTES("foobar"), true},
        {BYTES("Zm9v\r\nYm\r\n F y\r\n"), BYTES("foobar"), true},
        {BYTES("AP8A"), BYTES("\0\xFF\0"), true},
        {BYTES("+/+/"), BYTES("\xFB\xFF\xBF"), true},
        /* what is no base64 is passed over */
        {BYTES("Zm*9v"), BYTES("foo"), false},
        {BYTES("Zm9v-"), BYTES("foo"), false},
        {BYTES("Zm\0009v"), BYTES("foo"), false},
        /* groups that are not whole: what there is of them counts */
        {BYTES("Z"), BYTES(""), false},
        {BYTES("Zg"), BYTES("f"), false},
        {BYTES("Zm8"), BYTES("fo"), false},
        {BYTES("Zg="), BYTES("f"), false},
        /* padding in the middle: files glued together */
        {BYTES("Zg==Zg=="), BYTES("ff"), false},
        {BYTES("Zm8=Zm8="), BYTES("fofo"), false},
        {BYTES("="), BYTES(""), false},
        {BYTES("===="), BYTES(""), false},
        {BYTES("Zg==="), BYTES("f"), false},
        {BYTES("Zm9v="), BYTES("foo"), false},
        {BYTES("Z==="), BYTES(""), false},
    };
    try_all(transfer_base64, cases, sizeof cases / sizeof cases[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_printable),
        cmocka_unit_test(base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
