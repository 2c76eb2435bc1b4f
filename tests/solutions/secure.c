/* Lab 05: whom the client believes, and how SMTP gets under TLS. */
#include "secure.h"
#include "../unit/tls_peer.h"
#include <openssl/ssl.h>

static const struct tls_rules rules = {secure_rules, secure_name};

static struct tls_context *new_context(const char *authorities) {
    struct failure why = {""};
    struct tls_context *context = tls_client(&rules, authorities, &why);
    assert_string_equal(why.text, "");
    assert_non_null(context);
    return context;
}

static struct smtp_reply reply_of(const char *text) {
    struct smtp_reply reply = {.code = (int)strtol(text, NULL, 10), .length = strlen(text)};
    memcpy(reply.text, text, reply.length + 1);
    return reply;
}

static void finds_an_extension_in_the_answer_to_ehlo(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        bool offered;
    } cases[] = {
        {"250-mail.example.org\n250-SIZE 1000\n250 STARTTLS\n", true},
        {"250-mail.example.org\n250-STARTTLS\n250 SIZE 1000\n", true},
        {"250-mail.example.org\n250-starttls\n250 HELP\n", true},
        {"250-mail.example.org\n250-StartTLS with parameters\n250 HELP\n", true},
        {"250-mail.example.org\n250-\n250 STARTTLS\n", true},
        {"250 mail.example.org\n", false},
        {"250 STARTTLS\n", false},
        {"250-STARTTLS\n250 HELP\n", false},
        {"250-mail.example.org says STARTTLS\n250 HELP\n", false},
        {"250-mail.example.org\n250-XSTARTTLS\n250 HELP\n", false},
        {"250-mail.example.org\n250-STARTTLSX\n250 HELP\n", false},
        {"250-mail.example.org\n250-STARTTL\n250 S\n", false},
        {"250-mail.example.org\n250-XXXXXXXX\n250 NO STARTTLS\n", false},
        {"250-mail.example.org\n250\n", false},
        {"250\n", false},
        {"550-mail.example.org\n550 STARTTLS\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smtp_reply ehlo = reply_of(cases[i].answer);
        if (secure_offers(&ehlo, "STARTTLS") != cases[i].offered)
            fail_msg("%s", cases[i].answer);
    }
    struct smtp_reply size = reply_of("250-mail.example.org\n250 SIZE 1000\n");
    assert_true(secure_offers(&size, "SIZE"));
}

static void believes_whom_it_should(void **state) {
    (void)state;
    static const struct {
        const char *certificate, *name, *words; /* NULL: believed */
    } cases[] = {
        {"mail", "mail.example.org", NULL},
        {"mail", "MAIL.example.org", NULL},
        {"mail", "127.0.0.2", NULL},
        {"mail", "::1", NULL},
        {"wildcard", "any.example.org", NULL},
        {"wildcard", "a.b.example.org", "the certificate is for *.example.org, not for "},
        {"mail", "127.0.0.3", "the certificate is for mail.example.org, 127.0.0.2"},
        {"mail", "example.org", "the certificate is for mail.example.org"},
        {"wrong-host", "mail.example.org", "the certificate is for mx.example.com"},
        {"expired", "mail.example.org", "the certificate expired on "},
        {"future", "mail.example.org", "the certificate is not valid before "},
        {"stranger", "mail.example.org", "the certificate's issuer is not trusted here: Other CA"},
        {"self-signed", "mail.example.org", "the certificate is self-signed"},
    };
    struct tls_context *context = new_context(file_path("authority.pem"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct server server;
        struct failure why = {""};
        struct stream *stream = start_server(&server, cases[i].certificate);
        int result = stream_start_tls(stream, context, cases[i].name, &why);
        assert_int_equal(result, cases[i].words == NULL ? 0 : -1);
        if (strncmp(why.text, cases[i].words != NULL ? cases[i].words : "",
                    cases[i].words != NULL ? strlen(cases[i].words) : 1) != 0)
            fail_msg("%s", why.text);
        stream_close(stream);
        stop_server(&server);
    }
    tls_free(context);
}

/* Only those in the file: the system may trust others, and a file that is not there is no reason to
   ask it. */
static void trusts_the_file_and_nobody_else(void **state) {
    (void)state;
    struct failure why = {""};
    setenv("SSL_CERT_FILE", file_path("authority.pem"), 1);
    struct tls_context *context = new_context(file_path("self-signed.pem"));
    struct server server;
    struct stream *stream = start_server(&server, "mail");
    assert_int_equal(stream_start_tls(stream, context, "mail.example.org", &why), -1);
    assert_string_equal(why.text, "the certificate's issuer is not trusted here: Lab CA");
    stream_close(stream);
    stop_server(&server);
    tls_free(context);

    context = new_context(NULL); /* SSL_CERT_FILE is the system's for OpenSSL */
    stream = start_server(&server, "mail");
    assert_int_equal(stream_start_tls(stream, context, "mail.example.org", &why), 0);
    stream_close(stream);
    stop_server(&server);
    tls_free(context);
    unsetenv("SSL_CERT_FILE");

    assert_null(tls_client(&rules, "no-such-file.pem", &why));
    assert_string_equal(why.text, "cannot read the certificates in no-such-file.pem");
    assert_null(tls_client(&rules, file_path("mail.key"), &why)); /* no certificate in it */
}

static void speaks_nothing_older_than_tls_1_2(void **state) {
    (void)state;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, 0);
    assert_int_equal(secure_rules(context, file_path("authority.pem"), NULL), 0);
    assert_int_equal(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_get_max_proto_version(context), 0);
    assert_int_equal(SSL_CTX_get_verify_mode(context), SSL_VERIFY_PEER);
    SSL_CTX_free(context);
}

/* A host name goes out as SNI, an address does not; what is too long for a name is no name. */
static void says_whom_it_wants(void **state) {
    (void)state;
    static const struct {
        const char *name, *sni;
    } cases[] = {{"mail.example.org", "mail.example.org"}, {"127.0.0.2", NULL}, {"::1", NULL}};
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SSL *session = SSL_new(context);
        SSL_set_connect_state(session);
        assert_int_equal(secure_name(session, cases[i].name, NULL), 0);
        const char *sni = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
        assert_int_equal(sni == NULL, cases[i].sni == NULL);
        if (sni != NULL)
            assert_string_equal(sni, cases[i].sni);
        SSL_free(session);
    }
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct failure why = {""};
    SSL *session = SSL_new(context);
    assert_int_equal(secure_name(session, longest, &why), -1);
    assert_non_null(strstr(why.text, "cannot be demanded of a certificate"));
    SSL_free(session);
    SSL_CTX_free(context);
}

/*
 * A server in a thread that plays `lines`: "C:…" must come, "S:…" is sent (with \r\n behind it),
 * "TLS" is a handshake, "END" waits until the client has gone. `unexpected` is what came instead.
 */
struct player {
    int socket;
    struct tls_context *context;
    const char *const *lines;
    char unexpected[200];
    pthread_t thread;
};

static bool play_line(struct player *player, struct stream *stream, const char *line) {
    if (strcmp(line, "TLS") == 0)
        return stream_start_tls(stream, player->context, NULL, NULL) == 0;
    if (strncmp(line, "S:", 2) == 0)
        return stream_printf(stream, "%s\r\n", line + 2) == 0 && stream_flush(stream) == 0;
    struct buf heard;
    buf_init(&heard, 1000);
    enum stream_result result = stream_read_line(stream, &heard, 1000);
    bool fine = strcmp(line, "END") == 0
                    ? result == STREAM_END || (result == STREAM_FAILED && heard.length == 0)
                    : result == STREAM_OK && strcmp(heard.bytes, line + 2) == 0;
    if (!fine)
        snprintf(player->unexpected, sizeof player->unexpected, "%s: %s", line, heard.bytes);
    buf_free(&heard);
    return fine;
}

static void *play(void *argument) {
    struct player *player = argument;
    struct stream *stream = stream_open(player->socket, NULL);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    for (size_t i = 0; player->lines[i] != NULL && play_line(player, stream, player->lines[i]);)
        i++;
    stream_close(stream);
    return NULL;
}

static struct smtp meet(struct player *player, const char *const *lines) {
    *player = (struct player){.lines = lines};
    player->context = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    struct smtp smtp = {.timeout_ms = LONG_ENOUGH, .stream = open_tcp(&player->socket)};
    smtp.reader.stream = smtp.stream;
    assert_int_equal(pthread_create(&player->thread, NULL, play, player), 0);
    return smtp;
}

static void part(struct player *player, struct smtp *smtp) {
    stream_close(smtp->stream);
    pthread_join(player->thread, NULL);
    tls_free(player->context);
    assert_string_equal(player->unexpected, "");
}

#define EHLO "C:EHLO client.example.org"

static void greets_again_under_tls(void **state) {
    (void)state;
    static const char *const lines[] = {EHLO,
                                        "S:250-mail.example.org",
                                        "S:250 STARTTLS",
                                        "C:STARTTLS",
                                        "S:220 go on",
                                        "TLS",
                                        EHLO,
                                        "S:250 now",
                                        "END",
                                        NULL};
    struct tls_context *context = new_context(file_path("authority.pem"));
    struct player player;
    struct smtp smtp = meet(&player, lines);
    assert_int_equal(smtp_greet_secure(&smtp, context, "mail.example.org", "client.example.org"),
                     250);
    assert_true(stream_is_tls(smtp.stream));
    assert_string_equal(smtp.reply.text, "250 now\n");
    assert_string_equal(smtp.ehlo.text, "250 now\n"); /* not that of the first EHLO */
    part(&player, &smtp);
    tls_free(context);
}

/* Whatever goes wrong: nothing more is said in clear. */
static void goes_no_further_in_clear(void **state) {
    (void)state;
    static const struct {
        const char *lines[8];
        int code;
        const char *words;
    } cases[] = {
        {{EHLO, "S:250 mail.example.org", "END"},
         -1,
         "the server does not offer STARTTLS: perhaps somebody on the way has taken it out"},
        {{EHLO, "S:502 what?", "C:HELO client.example.org", "S:250 mail.example.org", "END"},
         -1,
         "the server does not offer STARTTLS: perhaps somebody on the way has taken it out"},
        {{EHLO, "S:250-mail\r\n250 STARTTLS", "C:STARTTLS", "S:454 4.7.0 not now", "END"},
         454,
         NULL},
        {{EHLO, "S:250-mail\r\n250 STARTTLS", "C:STARTTLS", "S:250 sure", "END"},
         -1,
         "STARTTLS was answered with 250, not 220"},
        {{EHLO, "S:550 not you", "C:HELO client.example.org", "S:550 not you", "END"}, 550, NULL},
        {{EHLO, "S:250-mail\r\n250 STARTTLS", "C:STARTTLS", "S:220 go\r\n250-mail", "END"},
         -1,
         "the server went on in clear where TLS must begin"},
        {{EHLO, "S:250-mail\r\n250 STARTTLS", "C:STARTTLS", "S:220 go\r\n250 mail", "END"},
         -1,
         "the server went on in clear where TLS must begin"},
    };
    struct tls_context *context = new_context(file_path("authority.pem"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct player player;
        struct smtp smtp = meet(&player, cases[i].lines);
        int code = smtp_greet_secure(&smtp, context, "mail.example.org", "client.example.org");
        assert_int_equal(code, cases[i].code);
        assert_false(stream_is_tls(smtp.stream));
        if (cases[i].words != NULL)
            assert_string_equal(smtp.why.text, cases[i].words);
        part(&player, &smtp);
    }
    tls_free(context);
}

/* Left over: in the reader, one byte of a line, or in the stream. */
static void plain_text_must_be_over(void **state) {
    (void)state;
    struct tls_context *context = new_context(file_path("authority.pem"));
    for (int where = 0; where < 2; where++) {
        int server;
        struct smtp smtp = {.timeout_ms = LONG_ENOUGH, .stream = open_tcp(&server)};
        smtp.reader.stream = smtp.stream;
        const char *bytes;
        size_t count;
        assert_int_equal(send(server, "x", 1, 0), 1);
        if (where == 0) {
            assert_int_equal(stream_read_some(smtp.stream, smtp.reader.bytes, 4096, &count),
                             STREAM_OK);
            smtp.reader.end = count;
        } else {
            assert_int_equal(stream_look(smtp.stream, &bytes, &count), STREAM_OK);
        }
        assert_int_equal(secure_begin(&smtp, context, "mail.example.org"), -1);
        assert_string_equal(smtp.why.text, "the server went on in clear where TLS must begin");
        char heard[100];
        assert_int_equal(recv(server, heard, sizeof heard, MSG_DONTWAIT), -1); /* no ClientHello */
        close(server);
        stream_close(smtp.stream);
    }
    tls_free(context);
}

static void forgets_what_was_heard_in_clear(void **state) {
    (void)state;
    static const char *const lines[] = {"TLS", "END", NULL};
    struct tls_context *context = new_context(file_path("authority.pem"));
    struct player player;
    struct smtp smtp = meet(&player, lines);
    smtp.ehlo = reply_of("250-mail.example.org\n250 AUTH PLAIN\n");
    smtp.reply = reply_of("220 go on\n");
    assert_int_equal(secure_begin(&smtp, context, "mail.example.org"), 0);
    assert_int_equal(smtp.ehlo.code, 0);
    assert_int_equal(smtp.ehlo.length, 0);
    assert_string_equal(smtp.ehlo.text, "");
    assert_int_equal(smtp.reply.code, 0);
    assert_int_equal(smtp.reply.length, 0);
    assert_string_equal(smtp.reply.text, "");
    part(&player, &smtp);
    tls_free(context);
}

/* A server that says nothing where the handshake is due does not hold us. */
static void waits_no_longer_than_for_a_reply(void **state) {
    (void)state;
    struct tls_context *context = new_context(file_path("authority.pem"));
    int server;
    struct smtp smtp = {.timeout_ms = 40, .stream = open_tcp(&server)};
    smtp.reader.stream = smtp.stream;
    assert_int_equal(secure_begin(&smtp, context, "mail.example.org"), -1);
    assert_non_null(strstr(smtp.why.text, "nothing came"));
    close(server);
    stream_close(smtp.stream);
    tls_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(finds_an_extension_in_the_answer_to_ehlo),
        TEST(believes_whom_it_should),
        TEST(trusts_the_file_and_nobody_else),
        TEST(speaks_nothing_older_than_tls_1_2),
        TEST(says_whom_it_wants),
        TEST(greets_again_under_tls),
        TEST(goes_no_further_in_clear),
        TEST(plain_text_must_be_over),
        TEST(forgets_what_was_heard_in_clear),
        TEST(waits_no_longer_than_for_a_reply),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
