/* address: every form of RFC 5321 §4.1.2, and what must not pass for one. */
#include "address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEN        "abcdefghij"
#define SIXTY      TEN TEN TEN TEN TEN TEN
#define LABEL63    SIXTY "abc"
#define DOMAIN186  SIXTY "." SIXTY "." SIXTY ".com" /* 186 bytes */
#define TURKISH_I  "\xC4\xB1"                       /* U+0131 */
#define REVERSE    ADDRESS_REVERSE
#define FORWARD    ADDRESS_FORWARD
#define ASCII_ONLY false
#define UTF8       true

struct accepted {
    const char *text;
    enum address_kind kind;
    bool utf8;
    const char *local;
    const char *domain;
    const char *formatted;
};

static const struct accepted accepted[] = {
    /* plain */
    {"<alice@example.org>", REVERSE, ASCII_ONLY, "alice", "example.org", "alice@example.org"},
    {"<alice@example.org>", FORWARD, ASCII_ONLY, "alice", "example.org", "alice@example.org"},
    {"<Alice.B@Example.ORG>", FORWARD, ASCII_ONLY, "Alice.B", "example.org", "Alice.B@example.org"},
    {"<a@b>", FORWARD, ASCII_ONLY, "a", "b", "a@b"},
    {"<a@localhost>", FORWARD, ASCII_ONLY, "a", "localhost", "a@localhost"},
    {"<a@3com.example>", FORWARD, ASCII_ONLY, "a", "3com.example", "a@3com.example"},
    {"<a@1.2.3.4>", FORWARD, ASCII_ONLY, "a", "1.2.3.4", "a@1.2.3.4"},
    {"<a@x-y--z.example>", FORWARD, ASCII_ONLY, "a", "x-y--z.example", "a@x-y--z.example"},
    {"<!#$%&'*+-/=?^_`{|}~@b>", FORWARD, ASCII_ONLY, "!#$%&'*+-/=?^_`{|}~", "b",
     "!#$%&'*+-/=?^_`{|}~@b"},
    {"</etc/passwd@b>", FORWARD, ASCII_ONLY, "/etc/passwd", "b", "/etc/passwd@b"},
    {"<-a@b>", FORWARD, ASCII_ONLY, "-a", "b", "-a@b"},
    /* empty reverse-path, postmaster */
    {"<>", REVERSE, ASCII_ONLY, "", "", ""},
    {"<postmaster>", FORWARD, ASCII_ONLY, "postmaster", "", "postmaster"},
    {"<PostMaster>", FORWARD, ASCII_ONLY, "PostMaster", "", "PostMaster"},
    {"<\"postmaster\">", FORWARD, ASCII_ONLY, "postmaster", "", "postmaster"},
    {"<Postmaster@Example.org>", FORWARD, ASCII_ONLY, "Postmaster", "example.org",
     "Postmaster@example.org"},
    /* quoted strings */
    {"<\"a b\"@b>", FORWARD, ASCII_ONLY, "a b", "b", "\"a b\"@b"},
    {"<\"\"@b>", FORWARD, ASCII_ONLY, "", "b", "\"\"@b"},
    {"<\"plain\"@b>", FORWARD, ASCII_ONLY, "plain", "b", "plain@b"},
    {"<\"p\\l\\a\\i\\n\"@b>", FORWARD, ASCII_ONLY, "plain", "b", "plain@b"},
    {"<\"a\\\"b\\\\c\"@b>", FORWARD, ASCII_ONLY, "a\"b\\c", "b", "\"a\\\"b\\\\c\"@b"},
    {"<\"a@b\"@c>", FORWARD, ASCII_ONLY, "a@b", "c", "\"a@b\"@c"},
    {"<\"<>\"@b>", REVERSE, ASCII_ONLY, "<>", "b", "\"<>\"@b"},
    {"<\"../../x\"@b>", FORWARD, ASCII_ONLY, "../../x", "b", "\"../../x\"@b"},
    {"<\" \"@b>", FORWARD, ASCII_ONLY, " ", "b", "\" \"@b"},
    {"<\"a..b.\"@b>", FORWARD, ASCII_ONLY, "a..b.", "b", "\"a..b.\"@b"},
    {"<\"\\ \\@\"@b>", FORWARD, ASCII_ONLY, " @", "b", "\" @\"@b"},
    /* address literals */
    {"<a@[127.0.0.1]>", FORWARD, ASCII_ONLY, "a", "[127.0.0.1]", "a@[127.0.0.1]"},
    {"<a@[255.255.255.255]>", FORWARD, ASCII_ONLY, "a", "[255.255.255.255]", "a@[255.255.255.255]"},
    {"<a@[010.0.0.001]>", FORWARD, ASCII_ONLY, "a", "[010.0.0.001]", "a@[010.0.0.001]"},
    {"<a@[IPv6:::1]>", FORWARD, ASCII_ONLY, "a", "[ipv6:::1]", "a@[ipv6:::1]"},
    {"<a@[ipv6:::]>", FORWARD, ASCII_ONLY, "a", "[ipv6:::]", "a@[ipv6:::]"},
    {"<a@[IPv6:2001:DB8::1]>", FORWARD, ASCII_ONLY, "a", "[ipv6:2001:db8::1]",
     "a@[ipv6:2001:db8::1]"},
    {"<a@[IPv6:1:2:3:4:5:6:7:8]>", FORWARD, ASCII_ONLY, "a", "[ipv6:1:2:3:4:5:6:7:8]",
     "a@[ipv6:1:2:3:4:5:6:7:8]"},
    {"<a@[IPv6:1:2:3:4:5:6::]>", FORWARD, ASCII_ONLY, "a", "[ipv6:1:2:3:4:5:6::]",
     "a@[ipv6:1:2:3:4:5:6::]"},
    {"<a@[IPv6:1:2:3:4:5:6:1.2.3.4]>", FORWARD, ASCII_ONLY, "a", "[ipv6:1:2:3:4:5:6:1.2.3.4]",
     "a@[ipv6:1:2:3:4:5:6:1.2.3.4]"},
    {"<a@[IPv6:1:2:3:4::1.2.3.4]>", FORWARD, ASCII_ONLY, "a", "[ipv6:1:2:3:4::1.2.3.4]",
     "a@[ipv6:1:2:3:4::1.2.3.4]"},
    /* source routes are dropped */
    {"<@a:carol@example.org>", FORWARD, ASCII_ONLY, "carol", "example.org", "carol@example.org"},
    {"<@a.example,@b.example,@c.example:carol@example.org>", REVERSE, ASCII_ONLY, "carol",
     "example.org", "carol@example.org"},
    {"<@a:postmaster@b>", FORWARD, ASCII_ONLY, "postmaster", "b", "postmaster@b"},
    /* UTF-8 (RFC 6531 §3.3); the second half: the first and last character of each length */
    {"<" TURKISH_I "@example.org>", FORWARD, UTF8, TURKISH_I, "example.org",
     TURKISH_I "@example.org"},
    {"<a@" TURKISH_I TURKISH_I ".example>", FORWARD, UTF8, "a", TURKISH_I TURKISH_I ".example",
     "a@" TURKISH_I TURKISH_I ".example"},
    {"<\"" TURKISH_I " b\"@b>", FORWARD, UTF8, TURKISH_I " b", "b", "\"" TURKISH_I " b\"@b"},
    {"<\xC2\xA0@b>", FORWARD, UTF8, "\xC2\xA0", "b", "\xC2\xA0@b"},
    {"<\xDF\xBF@b>", FORWARD, UTF8, "\xDF\xBF", "b", "\xDF\xBF@b"},
    {"<\xE0\xA0\x80@b>", FORWARD, UTF8, "\xE0\xA0\x80", "b", "\xE0\xA0\x80@b"},
    {"<\xED\x9F\xBF@b>", FORWARD, UTF8, "\xED\x9F\xBF", "b", "\xED\x9F\xBF@b"},
    {"<\xEE\x80\x80@b>", FORWARD, UTF8, "\xEE\x80\x80", "b", "\xEE\x80\x80@b"},
    {"<\xEF\xBF\xBF@b>", FORWARD, UTF8, "\xEF\xBF\xBF", "b", "\xEF\xBF\xBF@b"},
    {"<\xF0\x90\x80\x80@b>", FORWARD, UTF8, "\xF0\x90\x80\x80", "b", "\xF0\x90\x80\x80@b"},
    {"<\xF4\x8F\xBF\xBF@b>", FORWARD, UTF8, "\xF4\x8F\xBF\xBF", "b", "\xF4\x8F\xBF\xBF@b"},
    {"<plain@b>", FORWARD, UTF8, "plain", "b", "plain@b"},
    /* exactly at the limits */
    {"<" SIXTY "abcd@b>", FORWARD, ASCII_ONLY, SIXTY "abcd", "b", SIXTY "abcd@b"},
    {"<\"" SIXTY "ab\"@b>", FORWARD, ASCII_ONLY, SIXTY "ab", "b", SIXTY "ab@b"},
    {"<a@" LABEL63 ".b>", FORWARD, ASCII_ONLY, "a", LABEL63 ".b", "a@" LABEL63 ".b"},
    {"<" SIXTY "a@" DOMAIN186 ".cdefg>", FORWARD, ASCII_ONLY, SIXTY "a", DOMAIN186 ".cdefg",
     SIXTY "a@" DOMAIN186 ".cdefg"},
    {"<@" DOMAIN186 ":" SIXTY "@bcdef>", FORWARD, ASCII_ONLY, SIXTY, "bcdef", SIXTY "@bcdef"},
};

struct refused {
    const char *text;
    enum address_kind kind;
    bool utf8;
    const char *words; /* in what it says */
};

static const struct refused refused[] = {
    /* brackets */
    {"", FORWARD, ASCII_ONLY, "does not begin with <"},
    {"alice@example.org", FORWARD, ASCII_ONLY, "does not begin with <"},
    {" <alice@example.org>", FORWARD, ASCII_ONLY, "does not begin with <"},
    {"<", FORWARD, ASCII_ONLY, "ends without >"},
    {"<", REVERSE, ASCII_ONLY, "ends without >"},
    {"<alice", FORWARD, ASCII_ONLY, "ends without >"},
    {"<alice@", FORWARD, ASCII_ONLY, "ends without >"},
    {"<alice@example.org", FORWARD, ASCII_ONLY, "ends without >"},
    {"<alice@example.org SIZE=1>", FORWARD, ASCII_ONLY, "blank in the domain"},
    {"<<alice@example.org>>", FORWARD, ASCII_ONLY, "unexpected < at the start"},
    {"< alice@example.org>", FORWARD, ASCII_ONLY, "blank at the start"},
    {"<alice@example.org >", FORWARD, ASCII_ONLY, "blank in the domain"},
    {"<alice @example.org>", FORWARD, ASCII_ONLY, "blank in the local part"},
    {"<alice@ example.org>", FORWARD, ASCII_ONLY, "blank in the domain"},
    {"<Alice <alice@example.org>>", FORWARD, ASCII_ONLY, "blank in the local part"},
    /* what may be missing where */
    {"<>", FORWARD, ASCII_ONLY, "<> is no recipient"},
    {"< >", REVERSE, ASCII_ONLY, "blank at the start"},
    {"<postmaster>", REVERSE, ASCII_ONLY, "no @ and domain"},
    {"<alice>", FORWARD, ASCII_ONLY, "no @ and domain"},
    {"<postmasters>", FORWARD, ASCII_ONLY, "no @ and domain"},
    {"<@a:postmaster>", FORWARD, ASCII_ONLY, "no @ and domain"},
    {"<@>", FORWARD, ASCII_ONLY, "nothing behind the @"},
    {"<alice@>", FORWARD, ASCII_ONLY, "nothing behind the @"},
    {"<@example.org>", FORWARD, ASCII_ONLY, "in the source route"},
    /* dot-string */
    {"<.alice@b>", FORWARD, ASCII_ONLY, "unexpected . at the start"},
    {"<alice.@b>", FORWARD, ASCII_ONLY, "ends in a dot"},
    {"<alice.>", FORWARD, ASCII_ONLY, "behind a dot"},
    {"<a..b@b>", FORWARD, ASCII_ONLY, "two dots in a row"},
    {"<../../x@b>", FORWARD, ASCII_ONLY, "unexpected . at the start"},
    {"<a/../x@b>", FORWARD, ASCII_ONLY, "two dots in a row"},
    {"<a(comment)@b>", FORWARD, ASCII_ONLY, "unexpected ( in the local part"},
    {"<a,b@c>", FORWARD, ASCII_ONLY, "unexpected ,"},
    {"<a;b@c>", FORWARD, ASCII_ONLY, "unexpected ;"},
    {"<a:b@c>", FORWARD, ASCII_ONLY, "unexpected :"},
    {"<a\\b@c>", FORWARD, ASCII_ONLY, "unexpected \\"},
    {"<a\"b\"@c>", FORWARD, ASCII_ONLY, "unexpected \""},
    {"<\"a\"b@c>", FORWARD, ASCII_ONLY, "unexpected b in the local part"},
    {"<\"a\".b@c>", FORWARD, ASCII_ONLY, "unexpected . in the local part"},
    {"<a.\"b\"@c>", FORWARD, ASCII_ONLY, "behind a dot"},
    {"<a@b@c>", FORWARD, ASCII_ONLY, "unexpected @ in the domain"},
    {"<[a]@b>", FORWARD, ASCII_ONLY, "unexpected ["},
    /* quoted string */
    {"<\"a@b>", FORWARD, ASCII_ONLY, "ends without >"},
    {"<\"a\\\"@b>", FORWARD, ASCII_ONLY, "ends without >"},
    {"<\"a\\", FORWARD, ASCII_ONLY, "ends without >"},
    {"<\"a\tb\"@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<\"a\\\tb\"@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<\"a\r\nb\"@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<\"" TURKISH_I "\"@c>", FORWARD, ASCII_ONLY, "without SMTPUTF8"},
    {"<\"\\" TURKISH_I "\"@c>", FORWARD, UTF8, "beyond ASCII in the quoted"},
    /* control characters */
    {"<a\tb@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<a@c\r>", FORWARD, ASCII_ONLY, "control character"},
    {"<a\nb@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<a\x7F@c>", FORWARD, ASCII_ONLY, "control character"},
    {"<\x1B[2Ja@c>", FORWARD, ASCII_ONLY, "control character"},
    /* domain */
    {"<a@.b>", FORWARD, ASCII_ONLY, "empty part"},
    {"<a@b.>", FORWARD, ASCII_ONLY, "empty part"},
    {"<a@b..c>", FORWARD, ASCII_ONLY, "empty part"},
    {"<a@-b>", FORWARD, ASCII_ONLY, "begins with -"},
    {"<a@b-.c>", FORWARD, ASCII_ONLY, "ends in -"},
    {"<a@b->", FORWARD, ASCII_ONLY, "ends in -"},
    {"<a@b.-c>", FORWARD, ASCII_ONLY, "begins with -"},
    {"<a@b_c>", FORWARD, ASCII_ONLY, "unexpected _ in the domain"},
    {"<a@b/c>", FORWARD, ASCII_ONLY, "unexpected / in the domain"},
    {"<a@b:25>", FORWARD, ASCII_ONLY, "unexpected : in the domain"},
    {"<a@\"b\">", FORWARD, ASCII_ONLY, "unexpected \" in the domain"},
    {"<a@#1>", FORWARD, ASCII_ONLY, "unexpected # in the domain"},
    /* address literals */
    {"<a@[]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[1.2.3]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[1.2.3.4.5]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[1.2.3.]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[1.2.3.256]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[1.2.3.0004]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[0x7f.0.0.1]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[::1]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[X-tag:content]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[localhost]>", FORWARD, ASCII_ONLY, "neither [1.2.3.4]"},
    {"<a@[IPv6:]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:1]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:1::2::3]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:1:2:3:4:5:6:7::]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:1:2:3:4:5::1.2.3.4]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:1:2:3:4:5:6:7:8:9]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:12345::]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:fe80::1%lo]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[IPv6:127.0.0.1]>", FORWARD, ASCII_ONLY, "no IPv6 address"},
    {"<a@[127.0.0.1>", FORWARD, ASCII_ONLY, "ends without >"},
    {"<a@[127.0.0.1]", FORWARD, ASCII_ONLY, "ends without >"},
    {"<a@[127.0.0.1]x>", FORWARD, ASCII_ONLY, "unexpected x in the domain"},
    {"<a@x[127.0.0.1]>", FORWARD, ASCII_ONLY, "unexpected [ in the domain"},
    {"<a@[127.0.0.1 ]>", FORWARD, ASCII_ONLY, "blank in the address literal"},
    {"<a@[[127.0.0.1]]>", FORWARD, ASCII_ONLY, "unexpected [ in the address literal"},
    {"<a@[IPv6:" TURKISH_I "]>", FORWARD, UTF8, "beyond ASCII in the address literal"},
    /* source routes */
    {"<@a carol@b>", FORWARD, ASCII_ONLY, "blank in the source route"},
    {"<@a,carol@b>", FORWARD, ASCII_ONLY, "unexpected c in the source route"},
    {"<@a,:carol@b>", FORWARD, ASCII_ONLY, "unexpected : in the source route"},
    {"<@:carol@b>", FORWARD, ASCII_ONLY, "unexpected : in the domain"},
    {"<@a:>", FORWARD, ASCII_ONLY, "unexpected > at the start"},
    {"<@a:@b>", FORWARD, ASCII_ONLY, "nothing before the @"},
    {"<@a@b:c@d>", FORWARD, ASCII_ONLY, "unexpected @ in the source route"},
    /* UTF-8 */
    {"<" TURKISH_I "@b>", FORWARD, ASCII_ONLY, "without SMTPUTF8"},
    {"<a@" TURKISH_I ".b>", FORWARD, ASCII_ONLY, "without SMTPUTF8"},
    {"<a\x80@b>", FORWARD, UTF8, "not UTF-8"},            /* continuation alone */
    {"<a\xC4@b>", FORWARD, UTF8, "not UTF-8"},            /* cut short */
    {"<a\xC4", FORWARD, UTF8, "not UTF-8"},               /* cut by the end */
    {"<\xC0\xAF@b>", FORWARD, UTF8, "not UTF-8"},         /* overlong "/" */
    {"<\xC1\xBF@b>", FORWARD, UTF8, "not UTF-8"},         /* overlong */
    {"<\xC2\x80@b>", FORWARD, UTF8, "not UTF-8"},         /* C1 control */
    {"<\xC2\x9F@b>", FORWARD, UTF8, "not UTF-8"},         /* C1 control */
    {"<\xE0\x80\xAF@b>", FORWARD, UTF8, "not UTF-8"},     /* overlong "/" */
    {"<\xE0\x9F\xBF@b>", FORWARD, UTF8, "not UTF-8"},     /* overlong */
    {"<\xED\xA0\x80@b>", FORWARD, UTF8, "not UTF-8"},     /* surrogate */
    {"<\xED\xBF\xBF@b>", FORWARD, UTF8, "not UTF-8"},     /* surrogate */
    {"<\xF0\x8F\xBF\xBF@b>", FORWARD, UTF8, "not UTF-8"}, /* overlong */
    {"<\xF4\x90\x80\x80@b>", FORWARD, UTF8, "not UTF-8"}, /* above U+10FFFF */
    {"<\xF8\x88\x80\x80\x80@b>", FORWARD, UTF8, "not UTF-8"},
    {"<\xFF@b>", FORWARD, UTF8, "not UTF-8"},
    {"<a@b\xC4>", FORWARD, UTF8, "not UTF-8"},
    /* one past the limits */
    {"<" SIXTY "abcde@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<" SIXTY "abc.d@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<" SIXTY "abcd.@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<" SIXTY "abc" TURKISH_I "@b>", FORWARD, UTF8, "local part is longer than 64"},
    {"<\"" SIXTY "abc\"@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<\"" SIXTY "a\\b\"@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<\"" SIXTY "abcdefg\"@b>", FORWARD, ASCII_ONLY, "local part is longer than 64"},
    {"<a@" LABEL63 "d.b>", FORWARD, ASCII_ONLY, "longer than 63 characters"},
    {"<a@" DOMAIN186 "." SIXTY ".abcdefgh>", FORWARD, ASCII_ONLY, "domain is longer than 255"},
    {"<a@" DOMAIN186 "." SIXTY ".abcdefg>", FORWARD, ASCII_ONLY, "longer than 256"},
    {"<" SIXTY "a@" DOMAIN186 ".cdefgh>", FORWARD, ASCII_ONLY, "longer than 256"},
    {"<@" DOMAIN186 ":" SIXTY "@bcdefg>", FORWARD, ASCII_ONLY, "longer than 256"},
    {"<@" DOMAIN186 ",@" DOMAIN186 ":a@b>", FORWARD, ASCII_ONLY, "longer than 256"},
    {"<a@[" DOMAIN186 SIXTY "abcdefgh]>", FORWARD, ASCII_ONLY, "longer than 253"},
};

static void takes_what_the_grammar_allows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        const struct accepted *row = &accepted[i];
        struct address address;
        struct failure why = {""};
        char text[1024];
        size_t length = strlen(row->text);
        /* What follows the path is not looked at. */
        snprintf(text, sizeof text, "%s BODY=8BITMIME>", row->text);
        int taken = address_parse(text, strlen(text), row->kind, row->utf8, &address, &why);
        if (taken != (int)length)
            fail_msg("%s: took %d of %zu: %s", row->text, taken, length, why.text);
        assert_string_equal(address.local, row->local);
        assert_string_equal(address.domain, row->domain);
        assert_int_equal(address_parse(row->text, length, row->kind, row->utf8, &address, NULL),
                         (int)length);
        char formatted[ADDRESS_TEXT_SIZE];
        address_format(&address, formatted);
        assert_string_equal(formatted, row->formatted);
    }
}

static void says_what_is_wrong(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct refused *row = &refused[i];
        struct address address;
        struct failure why = {""};
        int taken =
            address_parse(row->text, strlen(row->text), row->kind, row->utf8, &address, &why);
        if (taken != -1)
            fail_msg("%s: taken, but must be refused: %s", row->text, row->words);
        if (strstr(why.text, row->words) == NULL)
            fail_msg("%s: must say \"%s\", but says \"%s\"", row->text, row->words, why.text);
        for (const char *byte = why.text; *byte != '\0'; byte++)
            assert_true(*byte >= 32 && *byte <= 126);
        assert_int_equal(
            address_parse(row->text, strlen(row->text), row->kind, row->utf8, &address, NULL), -1);
    }
}

/* Every cut of every good path is refused: no shorter path hides in it, and nothing behind
   `length` is read (the sanitizers watch: the copy has exactly that size). */
static void reads_nothing_behind_the_end(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        for (size_t length = 0; length < strlen(accepted[i].text); length++) {
            struct address address;
            char *exact = test_malloc(length + 1);
            memcpy(exact + 1, accepted[i].text, length);
            assert_int_equal(address_parse(exact + 1, length, accepted[i].kind, accepted[i].utf8,
                                           &address, NULL),
                             -1);
            test_free(exact);
        }
    }
}

static void a_nul_is_a_control_character(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"<al\0ice@example.org>", 20}, {"<\0alice@example.org>", 20},
        {"<alice@exam\0ple.org>", 20}, {"<\"al\0ice\"@example.org>", 22},
        {"<alice@[127\0.0.0.1]>", 20}, {"<\"a\\\0\"@b>", 9},
        {"<alice@example.org\0>", 20}, {"<@a\0:alice@example.org>", 23},
        {"<postmaster\0>", 13},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address address;
        struct failure why = {""};
        assert_int_equal(
            address_parse(rows[i].text, rows[i].length, ADDRESS_FORWARD, true, &address, &why), -1);
        assert_string_equal(why.text, "control character in the address");
    }
}

/* Each of the 256 bytes, in four places: taken exactly where the grammar has it. */
static void every_byte_has_its_place(void **state) {
    (void)state;
    static const char atext[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-/=?^_`{|}~";
    for (int byte = 0; byte < 256; byte++) {
        bool alphanumeric = byte != 0 && memchr(atext, byte, 62) != NULL;
        const struct {
            char text[16];
            size_t at;
            bool allowed;
        } rows[] = {
            {"<axb@c>", 2, byte == '.' || (byte != 0 && strchr(atext, byte) != NULL)},
            {"<\"axb\"@c>", 3, byte >= 32 && byte <= 126 && byte != '"' && byte != '\\'},
            {"<\"a\\x\"@c>", 4, byte >= 32 && byte <= 126},
            {"<a@bxc>", 4, alphanumeric || byte == '-' || byte == '.'},
        };
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char text[16];
            struct address address;
            memcpy(text, rows[i].text, sizeof text);
            size_t length = strlen(text);
            text[rows[i].at] = (char)byte;
            int taken = address_parse(text, length, ADDRESS_FORWARD, false, &address, NULL);
            if (byte == '>' && i == 3) /* the path just ends earlier */
                assert_int_equal(taken, 5);
            else if (byte == '\\' && i == 1) /* \b is b */
                assert_int_equal(taken, (int)length);
            else
                assert_int_equal(taken, rows[i].allowed ? (int)length : -1);
        }
    }
}

static void what_it_writes_it_reads_again(void **state) {
    (void)state;
    struct address longest;
    memset(longest.local, '"', ADDRESS_LOCAL_LIMIT);
    longest.local[ADDRESS_LOCAL_LIMIT] = '\0';
    memset(longest.domain, 'a', ADDRESS_DOMAIN_LIMIT);
    longest.domain[ADDRESS_DOMAIN_LIMIT] = '\0';
    char text[ADDRESS_TEXT_SIZE];
    address_format(&longest, text);
    assert_int_equal(strlen(text), ADDRESS_TEXT_SIZE - 1);

    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        struct address address = {"", ""};
        struct address again;
        char path[ADDRESS_TEXT_SIZE + 2];
        char formatted[ADDRESS_TEXT_SIZE];
        snprintf(address.local, sizeof address.local, "%s", accepted[i].local);
        snprintf(address.domain, sizeof address.domain, "%s", accepted[i].domain);
        address_format(&address, formatted);
        snprintf(path, sizeof path, "<%s>", formatted);
        assert_int_equal(address_parse(path, strlen(path), accepted[i].kind, true, &again, NULL),
                         (int)strlen(path));
        assert_string_equal(again.local, address.local);
        assert_string_equal(again.domain, address.domain);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_grammar_allows),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(reads_nothing_behind_the_end),
        cmocka_unit_test(a_nul_is_a_control_character),
        cmocka_unit_test(every_byte_has_its_place),
        cmocka_unit_test(what_it_writes_it_reads_again),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
