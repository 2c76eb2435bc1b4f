#include "tls_peer.h"
#include <openssl/ssl.h>
#include <poll.h>

static void talks_encrypted(void **state) {
    (void)state;
    static const char *const names[] = {"mail.example.org", "MAIL.Example.ORG", "127.0.0.2", "::1"};
    struct tls_context *client = new_client();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct server server;
        struct stream *stream = start_server(&server, "mail");
        struct failure why = {""};
        assert_false(stream_is_tls(stream));
        int started = stream_start_tls(stream, client, names[i], &why);
        assert_string_equal(why.text, "");
        assert_int_equal(started, 0);
        assert_true(stream_is_tls(stream));
        assert_int_equal(strncmp(stream_tls_description(stream), "TLSv1.3 TLS_", 12), 0);
        struct buf line;
        buf_init(&line, 100000);
        static const int lengths[] = {0, 1, 4095, 4096, 16384, 16385, 50000};
        for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++) {
            assert_int_equal(stream_printf(stream, "%*s\r\n", lengths[n], ""), 0);
            assert_int_equal(stream_read_line(stream, &line, 100000), STREAM_OK);
            assert_int_equal(line.length, lengths[n]);
        }
        buf_free(&line);
        assert_int_equal(stream_close(stream), 0);
        stop_server(&server);
        assert_int_equal(server.end, STREAM_END);
        assert_string_equal(server.why.text, "the other side closed the connection");
        assert_int_equal(strncmp(server.description, "TLSv1.3 TLS_", 12), 0);
    }
    tls_free(client);
    tls_free(NULL);
}

/* A relay that hands on one byte at a time, both ways, until one side ends. */
struct relay {
    int ends[2];
    pthread_t thread;
};

static void *relay_bytes(void *argument) {
    struct relay *relay = argument;
    struct pollfd fds[] = {{relay->ends[0], POLLIN, 0}, {relay->ends[1], POLLIN, 0}};
    for (bool open = true; open;) {
        if (poll(fds, 2, LONG_ENOUGH) <= 0)
            break;
        for (int i = 0; i < 2 && open; i++) {
            char byte;
            if (fds[i].revents == 0)
                continue;
            open = recv(relay->ends[i], &byte, 1, 0) == 1 &&
                   send(relay->ends[1 - i], &byte, 1, MSG_NOSIGNAL) == 1 &&
                   was_read(relay->ends[1 - i]);
        }
    }
    close(relay->ends[0]);
    close(relay->ends[1]);
    return NULL;
}

static void survives_one_byte_at_a_time(void **state) {
    (void)state;
    struct tls_context *client = new_client();
    struct server server = {0};
    struct relay relay;
    server.context = tls_server(file_path("mail.pem"), file_path("mail.key"), &server.why);
    struct stream *stream = open_pair(&relay.ends[0]);
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    server.socket = pair[0];
    relay.ends[1] = pair[1];
    assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
    assert_int_equal(pthread_create(&relay.thread, NULL, relay_bytes, &relay), 0);
    assert_int_equal(stream_start_tls(stream, client, "mail.example.org", NULL), 0);
    struct buf line;
    buf_init(&line, 1000);
    assert_int_equal(stream_printf(stream, "NOOP\r\n"), 0);
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_string_equal(line.bytes, "NOOP");
    buf_free(&line);
    stream_close(stream);
    stop_server(&server);
    pthread_join(relay.thread, NULL);
    tls_free(client);
}

/* A peer that is not ours: OpenSSL alone, blocking, with what the case says. */
struct foreigner {
    int socket;
    int version;          /* the only TLS version that it speaks */
    const char *in_clear; /* sends this instead of a handshake */
    const char *says;     /* after the handshake */
    bool notify;          /* with close_notify */
    pthread_t thread;
};

static void *talk_foreign(void *argument) {
    struct foreigner *foreigner = argument;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, foreigner->version);
    SSL_CTX_set_max_proto_version(context, foreigner->version);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_use_certificate_chain_file(context, file_path("mail.pem"));
    SSL_CTX_use_PrivateKey_file(context, file_path("mail.key"), SSL_FILETYPE_PEM);
    SSL *session = SSL_new(context);
    SSL_set_fd(session, foreigner->socket);
    if (foreigner->in_clear != NULL) {
        send(foreigner->socket, foreigner->in_clear, strlen(foreigner->in_clear), MSG_NOSIGNAL);
    } else if (SSL_accept(session) == 1) {
        SSL_write(session, foreigner->says, (int)strlen(foreigner->says));
        if (foreigner->notify)
            SSL_shutdown(session);
    }
    shutdown(foreigner->socket, SHUT_WR);
    char rest[1000];
    while (recv(foreigner->socket, rest, sizeof rest, 0) > 0)
        ;
    SSL_free(session);
    SSL_CTX_free(context);
    close(foreigner->socket);
    return NULL;
}

static void tells_an_end_from_a_cut(void **state) {
    (void)state;
    static const char cut[] = "the connection was cut: it ended without TLS's close_notify";
    static const struct {
        int version;
        bool notify;
        const char *says;
        enum stream_result end;
        const char *words;
    } cases[] = {
        {TLS1_3_VERSION, true, "250 ok\r\n", STREAM_END, "the other side closed the connection"},
        {TLS1_2_VERSION, true, "250 ok\r\n", STREAM_END, "the other side closed the connection"},
        {TLS1_3_VERSION, false, "250 ok\r\n", STREAM_FAILED, cut},
        {TLS1_2_VERSION, false, "250 ok\r\n", STREAM_FAILED, cut},
        {TLS1_3_VERSION, false, "250 ok\r\nhalf", STREAM_FAILED, cut},
    };
    struct tls_context *client = new_client();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct foreigner foreigner = {
            .version = cases[i].version, .notify = cases[i].notify, .says = cases[i].says};
        struct stream *stream = open_tcp(&foreigner.socket);
        assert_int_equal(pthread_create(&foreigner.thread, NULL, talk_foreign, &foreigner), 0);
        assert_int_equal(stream_start_tls(stream, client, "mail.example.org", NULL), 0);
        assert_int_equal(stream_tls_description(stream)[6],
                         cases[i].version == TLS1_3_VERSION ? '3' : '2');
        struct buf line;
        buf_init(&line, 100);
        assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
        assert_string_equal(line.bytes, "250 ok");
        for (int again = 0; again < 2; again++) {
            assert_int_equal(stream_read_line(stream, &line, 100), cases[i].end);
            assert_string_equal(stream_failure(stream), cases[i].words);
        }
        buf_free(&line);
        stream_close(stream);
        pthread_join(foreigner.thread, NULL);
    }
    tls_free(client);
}

static void refuses_what_is_no_tls_or_too_old(void **state) {
    (void)state;
    static const struct {
        int version;
        const char *in_clear, *words;
    } cases[] = {
        {TLS1_3_VERSION, "220 mail.example.org\r\n", "the other side does not speak TLS here"},
        {TLS1_3_VERSION, "", "the connection was cut: it ended without TLS's close_notify"},
        {TLS1_1_VERSION, NULL, "the other side speaks neither TLS 1.2 nor TLS 1.3"},
        {TLS1_VERSION, NULL, "the other side speaks neither TLS 1.2 nor TLS 1.3"},
    };
    struct tls_context *client = new_client();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct foreigner foreigner = {.version = cases[i].version, .in_clear = cases[i].in_clear};
        struct stream *stream = open_tcp(&foreigner.socket);
        struct failure why = {""};
        assert_int_equal(pthread_create(&foreigner.thread, NULL, talk_foreign, &foreigner), 0);
        assert_int_equal(stream_start_tls(stream, client, "mail.example.org", &why), -1);
        assert_string_equal(why.text, cases[i].words);
        stream_close(stream);
        pthread_join(foreigner.thread, NULL);
    }
    tls_free(client);
}

static void silence_ends_the_handshake(void **state) {
    (void)state;
    struct tls_context *client = new_client();
    struct tls_context *server = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    for (int side = 0; side < 2; side++) {
        int peer;
        struct failure why = {""};
        struct stream *stream = open_pair(&peer);
        stream_set_deadline(stream, deadline_in(20));
        assert_int_equal(stream_start_tls(stream, side == 0 ? client : server,
                                          side == 0 ? "mail.example.org" : NULL, &why),
                         -1);
        assert_timed_out(stream, "nothing came");
        stream_abort(stream);
        close(peer);
    }
    tls_free(server);
    tls_free(client);
}

/* RFC 3207 §6, CVE-2011-0411: what came in clear never counts as encrypted. */
static void refuses_clear_text_before_tls(void **state) {
    (void)state;
    struct tls_context *server = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    struct buf line;
    buf_init(&line, 100);
    int peer;
    struct failure why = {""};
    struct stream *stream = open_tcp(&peer);
    send_now(peer, BYTES("STARTTLS\r\nRSET\r\n"));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    assert_int_equal(stream_start_tls(stream, server, NULL, &why), -1);
    assert_string_equal(why.text, "the other side went on in clear where TLS must begin");
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK); /* what is here is here */
    close(peer);
    stream_close(stream);

    stream = open_tcp(&peer); /* still in the kernel: then the handshake meets it */
    send_now(peer, BYTES("STARTTLS\r\n"));
    assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
    send_now(peer, BYTES("RSET\r\n"));
    assert_int_equal(stream_printf(stream, "220 go\r\n"), 0);
    assert_int_equal(stream_start_tls(stream, server, NULL, &why), -1);
    assert_string_equal(why.text, "the other side does not speak TLS here");
    char reply[8];
    assert_int_equal(recv(peer, reply, sizeof reply, MSG_WAITALL), 8); /* sent first, in clear */
    assert_memory_equal(reply, "220 go\r\n", 8);
    close(peer);
    stream_close(stream);
    buf_free(&line);
    tls_free(server);
}

static void tls_begins_only_once(void **state) {
    (void)state;
    struct tls_context *client = new_client();
    struct server server;
    struct failure why = {""};
    struct stream *stream = start_server(&server, "mail");
    assert_int_equal(stream_start_tls(stream, client, "mail.example.org", &why), 0);
    assert_int_equal(stream_start_tls(stream, client, "mail.example.org", &why), -1);
    assert_string_equal(why.text, "the connection is encrypted already");
    stream_close(stream);
    stop_server(&server);
    tls_free(client);
}

/* A record is decrypted as a whole: poll does not see what is left of it. */
static void counts_what_tls_holds(void **state) {
    (void)state;
    char text[10001];
    memset(text, 'x', 10000);
    text[10000] = '\0';
    struct foreigner foreigner = {.version = TLS1_3_VERSION, .says = text, .notify = true};
    struct tls_context *client = new_client();
    struct stream *stream = open_tcp(&foreigner.socket);
    assert_int_equal(pthread_create(&foreigner.thread, NULL, talk_foreign, &foreigner), 0);
    assert_int_equal(stream_start_tls(stream, client, "mail.example.org", NULL), 0);
    char bytes[10];
    size_t count;
    assert_int_equal(stream_read_some(stream, bytes, sizeof bytes, &count), STREAM_OK);
    assert_int_equal(count, 10);
    assert_int_equal(stream_buffered(stream), 9990);
    struct buf into;
    buf_init(&into, 9990);
    assert_int_equal(stream_read_exact(stream, &into, 9990), STREAM_OK);
    assert_int_equal(stream_buffered(stream), 0);
    buf_free(&into);
    stream_close(stream);
    pthread_join(foreigner.thread, NULL);
    tls_free(client);
}

/* Half a connection: who has said all can still listen. */
static void one_direction_can_end(void **state) {
    (void)state;
    for (int encrypted = 0; encrypted < 2; encrypted++) {
        struct tls_context *client = new_client();
        struct server server;
        struct stream *stream;
        int peer = -1;
        if (encrypted)
            stream = start_server(&server, "mail");
        else
            stream = open_tcp(&peer);
        if (encrypted)
            assert_int_equal(stream_start_tls(stream, client, "mail.example.org", NULL), 0);
        else
            send_now(peer, BYTES("last words\r\n"));
        assert_int_equal(stream_printf(stream, "last words\r\n"), 0);
        assert_int_equal(stream_end(stream), 0);
        assert_int_equal(stream_write(stream, "x", 1), -1);
        assert_string_equal(stream_failure(stream), "this side has closed the connection already");
        struct buf line;
        buf_init(&line, 100);
        stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
        assert_int_equal(stream_read_line(stream, &line, 100), STREAM_OK);
        assert_string_equal(line.bytes, "last words");
        if (!encrypted) {
            char heard[12];
            assert_int_equal(recv(peer, heard, sizeof heard, MSG_WAITALL), 12);
            close(peer);
        }
        assert_int_equal(stream_read_line(stream, &line, 100), STREAM_END);
        buf_free(&line);
        assert_int_equal(stream_close(stream), 0);
        if (encrypted)
            stop_server(&server);
        if (encrypted)
            assert_int_equal(server.end, STREAM_END);
        tls_free(client);
    }
}

static void a_handshake_can_be_interrupted(void **state) {
    (void)state;
    struct tls_context *server = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    struct failure why = {""};
    int peer, bell[2];
    assert_int_equal(pipe(bell), 0);
    struct stream *stream = open_pair(&peer);
    stream_set_deadline(stream, deadline_in(LONG_ENOUGH));
    stream_set_interrupt(stream, bell[0]);
    assert_int_equal(write(bell[1], "x", 1), 1);
    assert_int_equal(stream_start_tls(stream, server, NULL, &why), -1);
    assert_string_equal(why.text, "interrupted during the handshake");
    stream_abort(stream);
    close(peer);
    close(bell[0]);
    close(bell[1]);
    tls_free(server);
}

/* A client that is not ours, again and again; `session` is what it keeps from one to the next. */
struct visit {
    int version;
    bool renegotiate;
    SSL_SESSION *session;
    bool resumed;
};

static int keep_session(SSL *ssl, SSL_SESSION *session) {
    struct visit *visit = SSL_get_app_data(ssl);
    SSL_SESSION_free(visit->session);
    visit->session = session;
    return 1;
}

static void visit_server(struct visit *visit, struct tls_context *context) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct server server = {.context = context, .socket = pair[0]};
    assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(client, visit->version);
    SSL_CTX_set_max_proto_version(client, visit->version);
    SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(client, keep_session);
    SSL *ssl = SSL_new(client);
    SSL_set_app_data(ssl, visit);
    SSL_set_fd(ssl, pair[1]);
    if (visit->session != NULL)
        SSL_set_session(ssl, visit->session);
    assert_int_equal(SSL_connect(ssl), 1);
    visit->resumed = SSL_session_reused(ssl) == 1;
    if (visit->renegotiate)
        assert_int_equal(SSL_renegotiate(ssl), 1);
    char reply[8];
    int said = SSL_write(ssl, "NOOP\r\n", 6);
    int heard = said == 6 ? SSL_read(ssl, reply, sizeof reply) : -1;
    assert_int_equal(heard, visit->renegotiate ? -1 : 6); /* the alert no_renegotiation ends it */
    if (heard == 6)
        SSL_shutdown(ssl); /* else OpenSSL forgets the session */
    close(pair[1]);
    pthread_join(server.thread, NULL);
    SSL_free(ssl);
    SSL_CTX_free(client);
}

/* With a ticket that the server has given, the next handshake is a short one. */
static void sessions_are_resumed(void **state) {
    (void)state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct tls_context *server = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    for (size_t i = 0; i < 2; i++) {
        struct visit visit = {.version = versions[i]};
        visit_server(&visit, server);
        assert_false(visit.resumed);
        visit_server(&visit, server);
        assert_true(visit.resumed);
        SSL_SESSION_free(visit.session);
    }
    tls_free(server);
}

static void nobody_renegotiates(void **state) {
    (void)state;
    struct tls_context *server = tls_server(file_path("mail.pem"), file_path("mail.key"), NULL);
    struct visit visit = {.version = TLS1_2_VERSION, .renegotiate = true};
    visit_server(&visit, server);
    SSL_SESSION_free(visit.session);
    tls_free(server);
}

static void a_peer_that_is_gone_is_no_signal(void **state) {
    (void)state;
    struct tls_context *client = new_client();
    struct foreigner foreigner = {.version = TLS1_3_VERSION, .says = "x"};
    struct stream *stream = open_tcp(&foreigner.socket);
    assert_int_equal(pthread_create(&foreigner.thread, NULL, talk_foreign, &foreigner), 0);
    assert_int_equal(stream_start_tls(stream, client, "mail.example.org", NULL), 0);
    shutdown(stream_socket(stream), SHUT_WR);
    assert_int_equal(stream_printf(stream, "NOOP\r\n"), 0);
    assert_int_equal(stream_flush(stream), -1);
    assert_string_equal(stream_failure(stream), "the other side has closed the connection");
    assert_int_equal(stream_close(stream), -1);
    pthread_join(foreigner.thread, NULL);
    tls_free(client);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(talks_encrypted),
        TEST(survives_one_byte_at_a_time),
        TEST(tells_an_end_from_a_cut),
        TEST(refuses_what_is_no_tls_or_too_old),
        TEST(silence_ends_the_handshake),
        TEST(refuses_clear_text_before_tls),
        TEST(tls_begins_only_once),
        TEST(counts_what_tls_holds),
        TEST(one_direction_can_end),
        TEST(a_handshake_can_be_interrupted),
        TEST(sessions_are_resumed),
        TEST(nobody_renegotiates),
        TEST(a_peer_that_is_gone_is_no_signal),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
