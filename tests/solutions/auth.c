/* Lab 04: base64, and the login. */
#include "auth.h"
#include "base64.h"
#include "conversation.h"

static void the_examples_of_the_standard(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t count;
        const char *text;
    } cases[] = {
        {BYTES(""), ""}, /* RFC 4648 §10 */
        {BYTES("f"), "Zg=="},
        {BYTES("fo"), "Zm8="},
        {BYTES("foo"), "Zm9v"},
        {BYTES("foob"), "Zm9vYg=="},
        {BYTES("fooba"), "Zm9vYmE="},
        {BYTES("foobar"), "Zm9vYmFy"},
        {BYTES("Man"), "TWFu"},
        {BYTES("Lev!"), "TGV2IQ=="},
        {BYTES("\0"), "AA=="},
        {BYTES("\0\0\0"), "AAAA"},
        {BYTES("\xff\xff\xff"), "////"},
        {BYTES("\xfb\xef\xbe"), "++++"},
        {BYTES("\0alice\0sesame"), "AGFsaWNlAHNlc2FtZQ=="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text, bytes;
        buf_init(&text, 100);
        buf_init(&bytes, 100);
        assert_int_equal(auth_base64_encode(cases[i].bytes, cases[i].count, &text, NULL), 0);
        assert_true(buf_equals(&text, cases[i].text));
        assert_int_equal(auth_base64_decode(cases[i].text, strlen(cases[i].text), &bytes, NULL), 0);
        assert_int_equal(bytes.length, cases[i].count);
        if (bytes.length > 0)
            assert_memory_equal(bytes.bytes, cases[i].bytes, bytes.length);
        buf_free(&text);
        buf_free(&bytes);
    }
}

/* OpenSSL is the judge, for every length up to 300 and every byte. */
static void agrees_with_the_librarys(void **state) {
    (void)state;
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + i / 256); /* 167 is odd: all 256 come */
    for (size_t count = 0; count <= sizeof bytes; count++) {
        struct buf ours, theirs, back;
        buf_init(&ours, 1000);
        buf_init(&theirs, 1000);
        buf_init(&back, 1000);
        assert_int_equal(auth_base64_encode(bytes, count, &ours, NULL), 0);
        assert_int_equal(base64_encode(bytes, count, &theirs), 0);
        assert_int_equal(ours.length, theirs.length);
        if (count > 0) {
            assert_string_equal(ours.bytes, theirs.bytes);
            assert_int_equal(auth_base64_decode(ours.bytes, ours.length, &back, NULL), 0);
            assert_int_equal(back.length, count);
            assert_memory_equal(back.bytes, bytes, count);
        }
        buf_free(&ours);
        buf_free(&theirs);
        buf_free(&back);
    }
}

static void what_is_no_base64(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {BYTES("T")},        {BYTES("TW")},       {BYTES("TWF")},       {BYTES("TWFuT")},
        {BYTES("TWFu\n")},   {BYTES("TWFu\r\n")}, {BYTES("TW\nFu===")}, {BYTES("TWF ")},
        {BYTES(" TWF")},     {BYTES("TWF!")},     {BYTES("TWF-")},      {BYTES("TWF_")},
        {BYTES("TWF\0")},    {BYTES("\0\0\0\0")}, {BYTES("TWF\xc3")},   {BYTES("\xff\xff\xff\xff")},
        {BYTES("====")},     {BYTES("T===")},     {BYTES("=WFu")},      {BYTES("T=Fu")},
        {BYTES("TW=u")},     {BYTES("TQ==TQ==")}, {BYTES("TWE=TWFu")},  {BYTES("TQ==")},
        {BYTES("TWFuTQ=u")}, {BYTES("TR==")},     {BYTES("TWF=")},      {BYTES("TWFuTf==")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct failure why = {""};
        struct buf bytes;
        buf_init(&bytes, 100);
        bool valid =
            strcmp(cases[i].text, "TQ==") == 0; /* one that is, so that not all are refused */
        int result = auth_base64_decode(cases[i].text, cases[i].length, &bytes, &why);
        assert_int_equal(result, valid ? 0 : -1);
        assert_int_equal(why.text[0] == '\0', valid);
        buf_free(&bytes);
    }
}

/* RFC 4648 §3.5: of the 64 letters in front of "==" four leave four zero bits, of those in front of
   "=" sixteen leave two. */
static void spare_bits_are_zero(void **state) {
    (void)state;
    unsigned one = 0, two = 0;
    for (int letter = 0; letter < 256; letter++) {
        struct buf bytes;
        buf_init(&bytes, 100);
        one += auth_base64_decode((char[]){'A', (char)letter, '=', '='}, 4, &bytes, NULL) == 0;
        two += auth_base64_decode((char[]){'A', 'A', (char)letter, '='}, 4, &bytes, NULL) == 0;
        buf_free(&bytes);
    }
    assert_int_equal(one, 4);
    assert_int_equal(two, 16 + 1); /* and "AA==" */
}

static void limits_hold(void **state) {
    (void)state;
    struct failure why;
    struct buf small;
    buf_init(&small, 7);
    assert_int_equal(auth_base64_encode("foob", 4, &small, &why), -1);
    buf_free(&small);
    buf_init(&small, 2);
    assert_int_equal(auth_base64_decode("Zm9v", 4, &small, &why), -1);
    buf_free(&small);
}

static void set_reply(struct smtp_reply *reply, int code, const char *text) {
    reply->code = code;
    reply->length = strlen(text);
    memcpy(reply->text, text, reply->length + 1);
}

static void what_a_server_offers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int code;
        bool plain, login;
    } cases[] = {
        {"250-a\n250 AUTH PLAIN LOGIN\n", 250, true, true},
        {"250-a\n250 AUTH LOGIN PLAIN\n", 250, true, true},
        {"250-a\n250-AUTH PLAIN\n250 HELP\n", 250, true, false},
        {"250-a\n250-SIZE\n250-auth login\n250 HELP\n", 250, false, true},
        {"250-a\n250-AUTH CRAM-MD5\n250 AUTH=LOGIN\n", 250, false, true}, /* the old form, too */
        {"250-a\n250 AUTH=plain\n", 250, true, false},
        {"250-a\n250 AUTH  LOGIN   PLAIN  \n", 250, true, true},
        {"250-a\n250 AUTH\n", 250, false, false},
        {"250-a\n250 AUTH \n", 250, false, false},
        {"250-a\n250-AUTH\n250 PLAIN\n", 250, false, false},
        {"250-a\n250 AUTHPLAIN PLAIN\n", 250, false, false},
        {"250-a\n250 XAUTH PLAIN\n", 250, false, false},
        {"250-a\n250 AUTH PLAINS APLAIN LOG IN\n", 250, false, false},
        {"250-a\n250 HELP AUTH PLAIN\n", 250, false, false},
        {"250-AUTH PLAIN\n250 HELP\n", 250, false, false}, /* a name, no extension */
        {"250 AUTH PLAIN\n", 250, false, false},           /* the answer to HELO */
        {"250 a\n", 250, false, false},
        {"250\n", 250, false, false},
        {"250-a\n250\n", 250, false, false},
        {"502-a\n502 AUTH PLAIN\n", 502, false, false},
        {"", 0, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct smtp_reply reply;
        memset(&reply, 'P', sizeof reply); /* what is behind the text is none of it */
        set_reply(&reply, cases[i].code, cases[i].text);
        assert_int_equal(auth_offers(&reply, "PLAIN"), cases[i].plain);
        assert_int_equal(auth_offers(&reply, "login"), cases[i].login);
    }
}

typedef int login(struct smtp *smtp, const char *user, const char *password);

static int external(struct smtp *smtp, const char *user, const char *password) {
    (void)password;
    return smtp_auth_external(smtp, user);
}

#define PLAIN    "AUTH PLAIN AGFsaWNlAHNlc2FtZQ==\r\n"
#define LOGIN    "AUTH LOGIN\r\n"
#define USER     "YWxpY2U=\r\n"
#define PASSWORD "c2VzYW1l\r\n"
#define ASK_USER "334 VXNlcm5hbWU6\r\n"
#define ASK_PASS "334 UGFzc3dvcmQ6\r\n"
#define BOTH     "250-a\n250 AUTH LOGIN PLAIN\n"

/* alice, sesame: what the server says, all of it at once, and what it hears. */
static const struct {
    login *run;
    const char *ehlo; /* or NULL */
    const char *replies;
    const char *heard;
    int code;
    const char *why; /* or NULL */
} conversations[] = {
    {smtp_auth_plain, NULL, "235 ok\r\n", PLAIN, 235, NULL},
    {smtp_auth_plain, NULL, "535 no\r\n", PLAIN, 535, NULL},
    {smtp_auth_plain, NULL, "334 \r\n501 ok\r\n", PLAIN "*\r\n", -1,
     "the server asks for more than PLAIN has"},
    {smtp_auth_plain, NULL, "334 \r\n", PLAIN "*\r\n", -1, "the server closed the connection"},
    {smtp_auth_plain, NULL, "", PLAIN, -1, "the server closed the connection"},

    {smtp_auth_login, NULL, ASK_USER ASK_PASS "235 ok\r\n", LOGIN USER PASSWORD, 235, NULL},
    {smtp_auth_login, NULL, ASK_PASS ASK_USER "235 ok\r\n", LOGIN PASSWORD USER, 235, NULL},
    {smtp_auth_login, NULL, ASK_PASS "235 ok\r\n", LOGIN PASSWORD, 235, NULL},
    {smtp_auth_login, NULL, "504 what?\r\n", LOGIN, 504, NULL},
    {smtp_auth_login, NULL, ASK_USER "535 nobody\r\n", LOGIN USER, 535, NULL},
    {smtp_auth_login, NULL, ASK_USER ASK_PASS ASK_PASS "501 ok\r\n", LOGIN USER PASSWORD "*\r\n",
     -1, "the server asks again"},
    {smtp_auth_login, NULL, ASK_USER ASK_USER "501 ok\r\n", LOGIN USER "*\r\n", -1,
     "the server asks again"},
    /* "User", "pass", "U", " Username", and one that begins with NUL */
    {smtp_auth_login, NULL, "334 VXNlcg==\r\n334 cGFzcw==\r\n235 ok\r\n", LOGIN USER PASSWORD, 235,
     NULL},
    {smtp_auth_login, NULL, "334 VQ==\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server asks for something else than user name and password"},
    {smtp_auth_login, NULL, "334 IFVzZXJuYW1l\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server asks for something else than user name and password"},
    {smtp_auth_login, NULL, "334 AFVzZXI=\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server asks for something else than user name and password"},
    {smtp_auth_login, NULL, "334\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server asks for something else than user name and password"},
    {smtp_auth_login, NULL, "334-VXNlcg==\r\n334 VXNlcg==\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server's prompt is not base64"},
    {smtp_auth_login, NULL, "334  VXNlcg==\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server's prompt is not base64"},
    {smtp_auth_login, NULL, "334 Username:\r\n501 ok\r\n", LOGIN "*\r\n", -1,
     "the server's prompt is not base64"},

    {external, NULL, "235 ok\r\n", "AUTH EXTERNAL YWxpY2U=\r\n", 235, NULL},
    {external, NULL, "334 \r\n501 ok\r\n", "AUTH EXTERNAL YWxpY2U=\r\n*\r\n", -1,
     "the server asks for more than EXTERNAL has"},

    {smtp_auth, BOTH, "235 ok\r\n", PLAIN, 235, NULL},
    {smtp_auth, "250-a\n250 AUTH LOGIN\n", ASK_USER ASK_PASS "235 ok\r\n", LOGIN USER PASSWORD, 235,
     NULL},
    {smtp_auth, BOTH, "504 a\r\n" ASK_USER ASK_PASS "235 ok\r\n", PLAIN LOGIN USER PASSWORD, 235,
     NULL},
    {smtp_auth, BOTH, "504 a\r\n504 b\r\n", PLAIN LOGIN, 504, NULL},
    {smtp_auth, "250-a\n250 AUTH PLAIN\n", "504 a\r\n", PLAIN, 504, NULL},
    {smtp_auth, BOTH, "535 a\r\n", PLAIN, 535, NULL},
    {smtp_auth, BOTH, "534 a\r\n", PLAIN, 534, NULL},
    {smtp_auth, BOTH, "530 a\r\n", PLAIN, 530, NULL},
    {smtp_auth, BOTH, "454 a\r\n", PLAIN, 454, NULL},
    {smtp_auth, BOTH, "421 a\r\n", PLAIN, 421, NULL},
    {smtp_auth, BOTH, "334 \r\n501 ok\r\n", PLAIN "*\r\n", -1,
     "the server asks for more than PLAIN has"},
    {smtp_auth, "250-a\n250 AUTH GSSAPI\n", "", "", -1,
     "the server offers neither AUTH PLAIN nor AUTH LOGIN"},
    {smtp_auth, NULL, "", "", -1, "the server offers neither AUTH PLAIN nor AUTH LOGIN"},
};

static void logins(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        struct smtp *smtp = &conversation.smtp;
        if (conversations[i].ehlo != NULL)
            set_reply(&smtp->ehlo, 250, conversations[i].ehlo);
        const char *replies = conversations[i].replies;
        if (*replies != '\0')
            server_says(&conversation, replies, strlen(replies));
        server_closes(&conversation);
        assert_int_equal(conversations[i].run(smtp, "alice", "sesame"), conversations[i].code);
        if (conversations[i].why != NULL)
            assert_string_equal(smtp->why.text, conversations[i].why);
        assert_heard(&conversation, conversations[i].heard, strlen(conversations[i].heard));
        conversation_end(&conversation);
    }
}

/* What a user name or password says beyond letters, or does not say at all. */
static void unusual_names(void **state) {
    (void)state;
    static const struct {
        login *run;
        const char *user, *password, *replies, *heard;
        int code;
    } cases[] = {
        {smtp_auth_plain, "", "sesame", "", "", -1},
        {smtp_auth_plain, "alice", "", "", "", -1},
        {smtp_auth_plain, "a", "\xc3\xbc\r\n", "235 a\r\n", "AUTH PLAIN AGEAw7wNCg==\r\n", 235},
        {smtp_auth_login, "alice", "", ASK_USER ASK_PASS "535 a\r\n", LOGIN USER "\r\n", 535},
        {smtp_auth_login, "", "sesame", ASK_USER ASK_PASS "535 a\r\n", LOGIN "\r\n" PASSWORD, 535},
        {external, "", "", "235 a\r\n", "AUTH EXTERNAL =\r\n", 235},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        if (*cases[i].replies != '\0')
            server_says(&conversation, cases[i].replies, strlen(cases[i].replies));
        server_closes(&conversation);
        assert_int_equal(cases[i].run(&conversation.smtp, cases[i].user, cases[i].password),
                         cases[i].code);
        assert_heard(&conversation, cases[i].heard, strlen(cases[i].heard));
        conversation_end(&conversation);
    }
}

/* How PLAIN leaves with a message of so many bytes: 510 bytes of command are room for 496 letters,
   that is 372 bytes. An answer of 12286 is room for 12284 letters, 9213 bytes. */
static void a_command_has_its_limit(void **state) {
    (void)state;
    static const struct {
        size_t message;
        size_t first; /* bytes of the first line, without CR LF; 0: nothing is sent */
    } cases[] = {{370, 507}, {372, 507}, {373, 10}, {9213, 10}, {9214, 0}, {40000, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char password[40001], heard[65536];
        size_t length = cases[i].message - strlen(" alice ");
        memset(password, 'x', length);
        password[length] = '\0';
        struct conversation conversation;
        conversation_begin(&conversation);
        bool two = cases[i].first == 10;
        server_says(&conversation, two ? "334 \r\n235 a\r\n" : "235 a\r\n", two ? 13 : 7);
        server_closes(&conversation);
        int code = smtp_auth_plain(&conversation.smtp, "alice", password);
        assert_int_equal(code, cases[i].first > 0 ? 235 : -1);
        size_t count = server_heard(&conversation, heard, sizeof heard);
        assert_int_equal(strcspn(heard, "\r"), cases[i].first);
        if (two)
            assert_int_equal(count, 12 + BASE64_LENGTH(cases[i].message) + 2);
        conversation_end(&conversation);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard),
        cmocka_unit_test(agrees_with_the_librarys),
        cmocka_unit_test(what_is_no_base64),
        cmocka_unit_test(spare_bits_are_zero),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(what_a_server_offers),
        cmocka_unit_test(logins),
        cmocka_unit_test(unusual_names),
        cmocka_unit_test(a_command_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
