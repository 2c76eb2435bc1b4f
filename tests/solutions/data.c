/* Lab 03: smtp_data. */
#include "conversation.h"

#include <pthread.h>
#include <sys/mman.h>

/* A file that holds these bytes. */
static FILE *message_of(const char *bytes, size_t count) {
    int file = memfd_create("message", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, count), count);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    FILE *message = fdopen(file, "rb");
    assert_non_null(message);
    return message;
}

static const struct {
    const char *message;
    size_t message_count;
    const char *wire;
    size_t wire_count;
} cases[] = {
    {BYTES(""), BYTES(".\r\n")},
    {BYTES("a"), BYTES("a\r\n.\r\n")},
    {BYTES("a\n"), BYTES("a\r\n.\r\n")},
    {BYTES("a\r\n"), BYTES("a\r\n.\r\n")},
    {BYTES("a\n\n"), BYTES("a\r\n\r\n.\r\n")},
    {BYTES("\n"), BYTES("\r\n.\r\n")},
    /* dots: first line, last line, the only line, two of them, and where none is added */
    {BYTES(".a\nb\n"), BYTES("..a\r\nb\r\n.\r\n")},
    {BYTES("a\n.b\n"), BYTES("a\r\n..b\r\n.\r\n")},
    {BYTES("a\n.b"), BYTES("a\r\n..b\r\n.\r\n")},
    {BYTES("a\n."), BYTES("a\r\n..\r\n.\r\n")},
    {BYTES("."), BYTES("..\r\n.\r\n")},
    {BYTES(".\n"), BYTES("..\r\n.\r\n")},
    {BYTES(".\r\n"), BYTES("..\r\n.\r\n")},
    {BYTES(".."), BYTES("...\r\n.\r\n")},
    {BYTES("..\n"), BYTES("...\r\n.\r\n")},
    {BYTES(".\n.\n.\n"), BYTES("..\r\n..\r\n..\r\n.\r\n")},
    {BYTES("a.\nb.c\n .\n"), BYTES("a.\r\nb.c\r\n .\r\n.\r\n")},
    {BYTES("a\n\n.\n\nb\n"), BYTES("a\r\n\r\n..\r\n\r\nb\r\n.\r\n")},
    /* line ends: LF, CR LF, CR, and mixtures */
    {BYTES("a\rb"), BYTES("a\r\nb\r\n.\r\n")},
    {BYTES("a\r"), BYTES("a\r\n.\r\n")},
    {BYTES("a\r\r\nb"), BYTES("a\r\n\r\nb\r\n.\r\n")},
    {BYTES("a\n\rb"), BYTES("a\r\n\r\nb\r\n.\r\n")},
    {BYTES("a\r\n\r\nb\r\n"), BYTES("a\r\n\r\nb\r\n.\r\n")},
    {BYTES("a\r.b\r"), BYTES("a\r\n..b\r\n.\r\n")},
    {BYTES("a\r\n.\nb"), BYTES("a\r\n..\r\nb\r\n.\r\n")},
    {BYTES("\r\n.\r\n"), BYTES("\r\n..\r\n.\r\n")},
    {BYTES("\n.\r"), BYTES("\r\n..\r\n.\r\n")},
    {BYTES("\r.\n"), BYTES("\r\n..\r\n.\r\n")},
    /* all other bytes as they are */
    {BYTES("Selam, \xC4\xB1 \xC3\xA7 \xC5\x9F \xC4\xB0\n"),
     BYTES("Selam, \xC4\xB1 \xC3\xA7 \xC5\x9F \xC4\xB0\r\n.\r\n")},
    {BYTES("\0\n.\0\n"), BYTES("\0\r\n..\0\r\n.\r\n")},
    {BYTES("\xFF\x80\x1A\x04\x1B\n"), BYTES("\xFF\x80\x1A\x04\x1B\r\n.\r\n")},
};

/* Sends `message`; `wire` must be all that is heard behind DATA. */
static void assert_sent_as(const char *message, size_t count, const char *wire, size_t wire_count) {
    static char heard[65536];
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("354 go\r\n"));
    server_says(&conversation, BYTES("250 taken\r\n"));
    FILE *file = message_of(message, count);
    assert_int_equal(smtp_data(&conversation.smtp, file), 250);
    assert_string_equal(conversation.smtp.reply.text, "250 taken\n");
    fclose(file);
    size_t length = server_heard(&conversation, heard, sizeof heard);
    assert_int_equal(length, wire_count + 6);
    assert_memory_equal(heard, "DATA\r\n", 6);
    assert_memory_equal(heard + 6, wire, wire_count);
    conversation_end(&conversation);
}

static void messages_are_sent_as_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_sent_as(cases[i].message, cases[i].message_count, cases[i].wire,
                       cases[i].wire_count);
}

/* The same behind a long line that ends somewhere around the ends of the pieces it is read in. */
static void pieces_do_not_show(void **state) {
    (void)state;
    static char message[20000], wire[20000];
    static const size_t around[] = {1024, 4096, 8192, 16384};
    for (size_t n = 0; n < 4; n++) {
        for (size_t pad = around[n] - 6; pad <= around[n]; pad++) {
            for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                memset(message, 'x', pad);
                message[pad] = '\n';
                memcpy(message + pad + 1, cases[i].message, cases[i].message_count);
                memset(wire, 'x', pad);
                memcpy(wire + pad, "\r\n", 2);
                memcpy(wire + pad + 2, cases[i].wire, cases[i].wire_count);
                assert_sent_as(message, pad + 1 + cases[i].message_count, wire,
                               pad + 2 + cases[i].wire_count);
            }
        }
    }
}

static void without_354_nothing_is_sent(void **state) {
    (void)state;
    static const struct {
        const char *reply;
        int code;
    } refusals[] = {
        {"554 no valid recipients\r\n", 554},
        {"503 bad sequence\r\n", 503},
        {"451 later\r\n", 451},
        {"421 stopping\r\n", 421},
        {"334 what?\r\n", 334},
        {"250 fine\r\n", -1},
        {"hello\r\n", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        if (refusals[i].reply[0] != '\0')
            server_says(&conversation, refusals[i].reply, strlen(refusals[i].reply));
        server_closes(&conversation);
        FILE *message = message_of(BYTES("a\n"));
        assert_int_equal(smtp_data(&conversation.smtp, message), refusals[i].code);
        fclose(message);
        assert_heard(&conversation, BYTES("DATA\r\n"));
        conversation_end(&conversation);
    }
}

static void half_a_message_gets_no_dot(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("354 go\r\n"));
    FILE *directory = fopen("/", "rb"); /* opens, and cannot be read */
    assert_non_null(directory);
    assert_int_equal(smtp_data(&conversation.smtp, directory), -1);
    assert_string_equal(conversation.smtp.why.text, "cannot read the message");
    fclose(directory);
    assert_heard(&conversation, BYTES("DATA\r\n"));
    conversation_end(&conversation);
}

/* A source of ten million bytes that is nowhere whole in memory: lines of ".23456789\n". */
#define BIG 10000000

static ssize_t read_big(void *cookie, char *bytes, size_t size) {
    size_t *at = cookie;
    size_t count = 0;
    for (; count < size && *at < BIG; count++)
        bytes[count] = ".23456789\n"[(*at)++ % 10];
    return (ssize_t)count;
}

static FILE *open_big(size_t *at) {
    *at = 0;
    FILE *message = fopencookie(at, "rb", (cookie_io_functions_t){.read = read_big});
    assert_non_null(message);
    return message;
}

struct listener {
    int socket;
    size_t heard;
    bool wrong;
};

/* Hears all of it, and checks each byte. Ends at the end of the connection. */
static void *hear_big(void *context) {
    static const char prefix[] = "DATA\r\n", line[] = "..23456789\r\n", end[] = ".\r\n";
    struct listener *listener = context;
    char bytes[65536];
    size_t body = sizeof prefix - 1, tail = body + BIG / 10 * (sizeof line - 1);
    for (ssize_t count; (count = recv(listener->socket, bytes, sizeof bytes, 0)) > 0;) {
        for (ssize_t i = 0; i < count; i++) {
            size_t at = listener->heard++;
            char expected = at < body                ? prefix[at]
                            : at < tail              ? line[(at - body) % (sizeof line - 1)]
                            : at - tail < sizeof end ? end[at - tail]
                                                     : '!';
            listener->wrong = listener->wrong || bytes[i] != expected;
        }
    }
    return NULL;
}

static void a_message_may_be_long(void **state) {
    (void)state;
    struct conversation conversation;
    conversation_begin(&conversation);
    server_says(&conversation, BYTES("354 go\r\n"));
    server_says(&conversation, BYTES("250 taken\r\n"));
    struct listener listener = {.socket = conversation.server};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, hear_big, &listener), 0);
    size_t at;
    FILE *message = open_big(&at);
    assert_int_equal(smtp_data(&conversation.smtp, message), 250);
    fclose(message);
    shutdown(stream_socket(conversation.smtp.stream), SHUT_WR);
    pthread_join(thread, NULL);
    assert_false(listener.wrong);
    assert_int_equal(listener.heard, 6 + BIG / 10 * 12 + 3);
    conversation_end(&conversation);
}

/* The server has had enough in the middle, says so, and hangs up, or just listens no more. */
static void a_server_may_give_up(void **state) {
    (void)state;
    static const struct {
        const char *says;
        int code;
        bool closes;
    } ways[] = {
        {"421 4.3.2 stopping\r\n", 421, true},
        {"552 5.3.4 too big\r\n", 552, true},
        {"552-5.3.4 too\r\n552 5.3.4 big\r\n", 552, false},
        {"", -1, true},
        {"", -1, false},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct conversation conversation;
        conversation_begin(&conversation);
        server_says(&conversation, BYTES("354 go\r\n"));
        if (ways[i].says[0] != '\0')
            server_says(&conversation, ways[i].says, strlen(ways[i].says));
        if (ways[i].closes)
            shutdown(conversation.server, SHUT_RDWR);
        else
            conversation.smtp.timeout_ms = 50; /* until the connection takes no more */
        size_t at;
        FILE *message = open_big(&at);
        assert_int_equal(smtp_data(&conversation.smtp, message), ways[i].code);
        fclose(message);
        conversation_end(&conversation);
    }
}

/* A server on TCP that refuses in the middle and closes with bytes unread: the kernel answers RST.
 */
static void *refuse_and_reset(void *context) {
    int *listener = context;
    int connection = accept(*listener, NULL, NULL);
    char bytes[4096];
    recv(connection, bytes, sizeof bytes, 0);
    send(connection, BYTES("354 go\r\n"), MSG_NOSIGNAL);
    for (int i = 0; i < 10; i++)
        recv(connection, bytes, sizeof bytes, 0);
    send(connection, BYTES("552 5.3.4 too big\r\n"), MSG_NOSIGNAL);
    close(connection);
    return NULL;
}

static void a_reset_does_not_destroy_the_answer(void **state) {
    (void)state;
    int listener = net_listen("127.0.0.1:0", NULL);
    assert_true(listener >= 0);
    struct net_address address;
    assert_int_equal(net_local(listener, &address, NULL), 0);
    char port[8];
    snprintf(port, sizeof port, "%u", address.port);
    struct smtp smtp = {.timeout_ms = 20 * 1000};
    smtp.stream = stream_connect(address.host, port, deadline_in(20 * 1000), NULL);
    assert_non_null(smtp.stream);
    smtp.reader.stream = smtp.stream;
    assert_int_equal(net_wait(listener, false, deadline_in(20 * 1000)), 1);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, refuse_and_reset, &listener), 0);
    size_t at;
    FILE *message = open_big(&at);
    assert_int_equal(smtp_data(&smtp, message), 552);
    fclose(message);
    pthread_join(thread, NULL);
    stream_close(smtp.stream);
    close(listener);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_sent_as_lines),
        cmocka_unit_test(pieces_do_not_show),
        cmocka_unit_test(without_354_nothing_is_sent),
        cmocka_unit_test(half_a_message_gets_no_dot),
        cmocka_unit_test(a_message_may_be_long),
        cmocka_unit_test(a_server_may_give_up),
        cmocka_unit_test(a_reset_does_not_destroy_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
