/* Lab 07: the answers and commands of POP3. */
#include "pop3.h"
#include "conversation.h"

/* A client of POP3 on the connection of conversation.h. */
struct session {
    struct conversation conversation;
    struct pop3 pop3;
};

static void session_begin(struct session *session) {
    conversation_begin(&session->conversation);
    session->pop3 = (struct pop3){
        .stream = session->conversation.smtp.stream, .timeout_ms = 20 * 1000, .answer.result = -1};
    session->pop3.reader.stream = session->pop3.stream;
}

/* In pieces of `piece` bytes; 0: in one. The server says no more. */
static void session_begin_with(struct session *session, const char *bytes, size_t count,
                               size_t piece) {
    session_begin(session);
    server_says_slowly(&session->conversation, bytes, count, piece == 0 ? count : piece);
    server_closes(&session->conversation);
}

static void session_end(struct session *session) {
    conversation_end(&session->conversation);
}

static void an_answer_is_one_line(void **state) {
    (void)state;
    static const struct {
        const char *line;
        int result;
        const char *text; /* of the answer, or of the failure */
    } cases[] = {
        {"+OK\r\n", POP3_OK, "+OK"},
        {"+OK ready <1.2@host>\r\n", POP3_OK, "+OK ready <1.2@host>"},
        {"+ok\r\n", POP3_OK, "+ok"},
        {"+Ok \r\n", POP3_OK, "+Ok "},
        {"-ERR\r\n", POP3_ERR, "-ERR"},
        {"-err [IN-USE] x\r\n", POP3_ERR, "-err [IN-USE] x"},
        {"+\r\n", POP3_MORE, "+"},
        {"+ VXNlcjo=\r\n", POP3_MORE, "+ VXNlcjo="},
        {"+OKAY\r\n", -1, "malformed answer: \"+OKAY\""},
        {"+O\r\n", -1, "malformed answer: \"+O\""},
        {"-ERROR\r\n", -1, "malformed answer: \"-ERROR\""},
        {"-OK\r\n", -1, "malformed answer: \"-OK\""},
        {" +OK\r\n", -1, "malformed answer: \" +OK\""},
        {"\r\n", -1, "malformed answer: \"\""},
        {"220 mail\r\n", -1, "malformed answer: \"220 mail\""},
        {"+OK\tx\r\n", -1, "malformed answer: \"+OK?x\""},
        {"+OK ha", -1, "the server closed the connection in the middle of a line"},
        {"", -1, "the server closed the connection"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        session_begin_with(&session, cases[i].line, strlen(cases[i].line), 0);
        assert_int_equal(pop3_read_answer(&session.pop3), cases[i].result);
        assert_int_equal(session.pop3.answer.result, cases[i].result);
        assert_string_equal(cases[i].result < 0 ? session.pop3.why.text : session.pop3.answer.text,
                            cases[i].text);
        assert_int_equal(session.pop3.answer.length,
                         cases[i].result < 0 ? 0 : strlen(cases[i].text));
        session_end(&session);
    }
}

static void a_command_is_one_line(void **state) {
    (void)state;
    char longest[POP3_COMMAND_LIMIT + 2];
    memset(longest, 'x', sizeof longest);
    longest[POP3_COMMAND_LIMIT + 1] = '\0';
    static struct session session;
    session_begin(&session);
    assert_int_equal(pop3_command(&session.pop3, "NOOP\r\nDELE 1"), -1);
    assert_int_equal(pop3_command(&session.pop3, "NOOP\n"), -1);
    assert_string_equal(session.pop3.why.text, "a command is one line");
    assert_int_equal(pop3_command(&session.pop3, longest), -1);
    assert_string_equal(session.pop3.why.text, "command longer than 253 bytes");
    assert_heard(&session.conversation, BYTES(""));

    longest[POP3_COMMAND_LIMIT] = '\0';
    server_says(&session.conversation, BYTES("-ERR what?\r\n"));
    assert_int_equal(pop3_command(&session.pop3, longest), POP3_ERR);
    char heard[1024];
    assert_int_equal(server_heard(&session.conversation, heard, sizeof heard),
                     POP3_COMMAND_LIMIT + 2);
    server_says(&session.conversation, BYTES("+ \r\n"));
    assert_int_equal(pop3_command(&session.pop3, "STAT"), -1);
    assert_string_equal(session.pop3.why.text, "the server asks for more");
    session_end(&session);
}

/* Keeps what is handed out, with a bar behind each call. */
struct heap {
    char bytes[65536];
    size_t length;
    const char *failure;
};

static int pile(void *context, const char *bytes, size_t count, struct failure *why) {
    struct heap *heap = context;
    assert_int_equal(bytes[count], '\0');
    if (heap->failure != NULL)
        return failure_set(why, "%s", heap->failure);
    memcpy(heap->bytes + heap->length, bytes, count);
    heap->length += count;
    heap->bytes[heap->length++] = '|';
    heap->bytes[heap->length] = '\0';
    return 0;
}

static void lines_end_at_the_dot(void **state) {
    (void)state;
    static const char broken[] = "the server closed the connection in the middle of an answer";
    static const struct {
        const char *bytes;
        const char *lines;
        const char *failure; /* NULL: none */
    } cases[] = {
        {".\r\n", "", NULL},
        {"a\r\n.\r\n", "a\r\n|", NULL},
        {"\r\n.\r\n", "\r\n|", NULL},
        {"..\r\n.\r\n", ".\r\n|", NULL},
        {"...\r\n..a\r\n.\r\n", "..\r\n|.a\r\n|", NULL},
        {".a\r\n.\r\n", "a\r\n|", NULL}, /* a dot in front is the server's, whatever follows */
        {"a.\r\n.b.\r\n.\r\n", "a.\r\n|b.\r\n|", NULL},
        {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n|", NULL},
        {"a\n.\r\nb\r\n.\r\n", "a\n.\r\n|b\r\n|", NULL},
        {"a\r.\r\n.\r\n", "a\r.\r\n|", NULL},
        {".\rx\r\n.\r\n", "\rx\r\n|", NULL},
        {".\r\r\n.\r\n", "\r\r\n|", NULL},
        {".\n\r\n.\r\n", "\n\r\n|", NULL},
        {"a\r\r\n.\r\n", "a\r\r\n|", NULL},
        {"", "", broken},
        {"a\r\n", "a\r\n|", broken},
        {"a\r\n.", "a\r\n|", broken},
        {"a\r\n.\r", "a\r\n|", broken},
        {"a\r\n.\n", "a\r\n|", broken},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 0; piece < 4; piece++) {
            static struct session session;
            struct heap heap = {.length = 0};
            session_begin_with(&session, cases[i].bytes, strlen(cases[i].bytes), piece);
            int result = pop3_read_lines(&session.pop3, UINT64_MAX, pile, &heap);
            assert_int_equal(result, cases[i].failure == NULL ? 0 : -1);
            if (cases[i].failure != NULL)
                assert_string_equal(session.pop3.why.text, cases[i].failure);
            assert_string_equal(heap.bytes, cases[i].lines);
            session_end(&session);
        }
    }
}

/* What comes behind the dot is the next answer's. */
static void nothing_behind_the_dot_is_taken(void **state) {
    (void)state;
    static struct session session;
    struct heap heap = {.length = 0};
    session_begin_with(&session, BYTES("+OK\r\na\r\n.\r\n-ERR b\r\n"), 0);
    assert_int_equal(pop3_retr(&session.pop3, 7, 100, pile, &heap), POP3_OK);
    assert_string_equal(heap.bytes, "a\r\n|");
    assert_heard(&session.conversation, BYTES("RETR 7\r\n"));
    assert_int_equal(pop3_retr(&session.pop3, 8, 100, pile, &heap), POP3_ERR);
    session_end(&session);
}

static void a_long_line_comes_in_pieces(void **state) {
    (void)state;
    static char text[20000];
    memset(text, '.', sizeof text);
    memcpy(text + 10001, "\r\n.\r\n", 6);
    static struct session session;
    struct heap heap = {.length = 0};
    session_begin_with(&session, text, strlen(text), 1000);
    assert_int_equal(pop3_read_lines(&session.pop3, UINT64_MAX, pile, &heap), 0);
    size_t dots = 0, calls = 0;
    for (size_t i = 0; i < heap.length; i++) {
        dots += heap.bytes[i] == '.';
        calls += heap.bytes[i] == '|';
    }
    assert_int_equal(dots, 10000);
    assert_true(calls >= 3);
    session_end(&session);
}

static void an_answer_has_its_limit(void **state) {
    (void)state;
    static struct session session;
    struct heap heap = {.length = 0};
    session_begin_with(&session, BYTES("abc\r\n.\r\n"), 0);
    assert_int_equal(pop3_read_lines(&session.pop3, 5, pile, &heap), 0);
    session_end(&session);
    session_begin_with(&session, BYTES("abc\r\nd\r\n.\r\n"), 0);
    assert_int_equal(pop3_read_lines(&session.pop3, 7, pile, &heap), -1);
    assert_string_equal(session.pop3.why.text, "answer longer than 7 bytes");
    session_end(&session);
    heap.failure = "the disk is full";
    session_begin_with(&session, BYTES("abc\r\n.\r\n"), 0);
    assert_int_equal(pop3_read_lines(&session.pop3, 7, pile, &heap), -1);
    assert_string_equal(session.pop3.why.text, "the disk is full");
    session_end(&session);
}

static void the_password_goes_out_only_behind_ok(void **state) {
    (void)state;
    static const struct {
        const char *user, *password, *answers, *heard;
        int result;
    } cases[] = {
        {"bob", "open sesame", "+OK\r\n+OK\r\n", "USER bob\r\nPASS open sesame\r\n", POP3_OK},
        {"bob", "", "+OK\r\n-ERR\r\n", "USER bob\r\nPASS \r\n", POP3_ERR},
        {"bob", "sesame", "-ERR\r\n", "USER bob\r\n", POP3_ERR},
        {"bob", "sesame", "+ \r\n", "USER bob\r\n", -1},
        {"bob\n", "sesame", "", "", -1},
        {"bob", "sesame\rDELE 1", "", "", -1},
        {"bob", "sesame\n", "", "", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        session_begin(&session);
        if (cases[i].answers[0] != '\0')
            server_says(&session.conversation, cases[i].answers, strlen(cases[i].answers));
        assert_int_equal(pop3_login(&session.pop3, cases[i].user, cases[i].password),
                         cases[i].result);
        assert_null(strstr(session.pop3.why.text, "sesame"));
        assert_heard(&session.conversation, cases[i].heard, strlen(cases[i].heard));
        session_end(&session);
    }
    char longest[POP3_COMMAND_LIMIT];
    memset(longest, 'x', sizeof longest);
    longest[POP3_COMMAND_LIMIT - 4] = '\0'; /* one more than fits behind "PASS " */
    static struct session session;
    session_begin(&session);
    assert_int_equal(pop3_login(&session.pop3, "bob", longest), -1);
    assert_string_equal(session.pop3.why.text, "command longer than 253 bytes");
    assert_heard(&session.conversation, BYTES(""));
    session_end(&session);
}

static void stat_is_two_numbers(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        int result;
        unsigned count;
        uint64_t octets;
    } cases[] = {
        {"+OK 2 320\r\n", POP3_OK, 2, 320},
        {"+OK 0 0\r\n", POP3_OK, 0, 0},
        {"+OK 2 320 octets\r\n", POP3_OK, 2, 320},
        {"+OK 4294967295 18446744073709551615\r\n", POP3_OK, 4294967295u, UINT64_MAX},
        {"+OK 4294967296 1\r\n", -1, 0, 0},
        {"+OK 1 18446744073709551616\r\n", -1, 0, 0},
        {"+OK -1 320\r\n", -1, 0, 0},
        {"+OK +2 320\r\n", -1, 0, 0},
        {"+OK  2 320\r\n", -1, 0, 0},
        {"+OK 2\r\n", -1, 0, 0},
        {"+OK 2 320x\r\n", -1, 0, 0},
        {"+OK two 320\r\n", -1, 0, 0},
        {"+OK\r\n", -1, 0, 0},
        {"-ERR 2 320\r\n", POP3_ERR, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        unsigned count = 0;
        uint64_t octets = 0;
        session_begin_with(&session, cases[i].answer, strlen(cases[i].answer), 0);
        if (pop3_stat(&session.pop3, &count, &octets) != cases[i].result)
            fail_msg("%s", cases[i].answer);
        if (cases[i].result == POP3_OK) {
            assert_int_equal(count, cases[i].count);
            assert_true(octets == cases[i].octets);
        }
        if (cases[i].result < 0)
            assert_memory_equal(session.pop3.why.text, "STAT was answered with \"+OK", 26);
        session_end(&session);
    }
}

static int note(void *context, const struct pop3_message *message, struct failure *why) {
    char *notes = context;
    (void)why;
    size_t length = strlen(notes);
    snprintf(notes + length, 1000 - length, "%u %llu \"%s\"; ", message->number,
             (unsigned long long)message->size, message->uid);
    return 0;
}

#define SEVENTY "1234567890123456789012345678901234567890123456789012345678901234567890"

static void listings(void **state) {
    (void)state;
    static const struct {
        int (*list)(struct pop3 *pop3, unsigned number, pop3_report *report, void *context);
        unsigned long number;
        const char *answer, *heard, *notes;
        int result;
    } cases[] = {
        {pop3_list, 0, "+OK\r\n1 10\r\n3 30 x\r\n.\r\n", "LIST\r\n", "1 10 \"\"; 3 30 \"\"; ", 1},
        {pop3_list, 0, "+OK\r\n.\r\n", "LIST\r\n", "", 1},
        {pop3_list, 0, "-ERR\r\n", "LIST\r\n", "", 0},
        {pop3_list, 2, "+OK 2 200\r\n", "LIST 2\r\n", "2 200 \"\"; ", 1},
        {pop3_list, 2, "-ERR no such\r\n", "LIST 2\r\n", "", 0},
        {pop3_list, 2, "+OK 3 200\r\n", "LIST 2\r\n", "", -1},
        {pop3_list, 2, "+OK\r\n", "LIST 2\r\n", "", -1},
        {pop3_list, 0, "+OK\r\n0 10\r\n.\r\n", "LIST\r\n", "", -1},
        {pop3_list, 0, "+OK\r\n-1 10\r\n.\r\n", "LIST\r\n", "", -1},
        {pop3_list, 0, "+OK\r\n4294967297 10\r\n.\r\n", "LIST\r\n", "", -1},
        {pop3_list, 0, "+OK\r\n1\r\n.\r\n", "LIST\r\n", "", -1},
        {pop3_uidl, 0, "+OK\r\n1 a\r\n2 !~\r\n.\r\n", "UIDL\r\n", "1 0 \"a\"; 2 0 \"!~\"; ", 1},
        {pop3_uidl, 5, "+OK 5 " SEVENTY "\r\n", "UIDL 5\r\n", "5 0 \"" SEVENTY "\"; ", 1},
        {pop3_uidl, 5, "+OK 5 " SEVENTY "x\r\n", "UIDL 5\r\n", "", -1},
        {pop3_uidl, 0, "+OK\r\n1 \r\n.\r\n", "UIDL\r\n", "", -1},
        {pop3_uidl, 0, "+OK\r\n1 a\tb\r\n.\r\n", "UIDL\r\n", "", -1},
        {pop3_uidl, 0, "+OK\r\n1 \303\251\r\n.\r\n", "UIDL\r\n", "", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        char notes[1000] = "";
        session_begin_with(&session, cases[i].answer, strlen(cases[i].answer), 0);
        if (cases[i].list(&session.pop3, (unsigned)cases[i].number, note, notes) != cases[i].result)
            fail_msg("%s: %s", cases[i].answer, session.pop3.why.text);
        assert_string_equal(notes, cases[i].notes);
        assert_heard(&session.conversation, cases[i].heard, strlen(cases[i].heard));
        session_end(&session);
    }
}

static void capabilities(void **state) {
    (void)state;
    static struct session session;
    session_begin_with(&session, BYTES("+OK\r\nUSER\r\nsasl PLAIN LOGIN\r\nSTLSX\r\n.\r\n-ERR\r\n"),
                       0);
    assert_int_equal(pop3_capa(&session.pop3), POP3_OK);
    assert_string_equal(session.pop3.capa, "USER\nsasl PLAIN LOGIN\nSTLSX\n");
    assert_true(pop3_offers(&session.pop3, "USER"));
    assert_true(pop3_offers(&session.pop3, "SASL"));
    assert_true(pop3_offers(&session.pop3, "stlsx"));
    assert_false(pop3_offers(&session.pop3, "STLS"));
    assert_false(pop3_offers(&session.pop3, "PLAIN"));
    assert_int_equal(pop3_capa(&session.pop3), POP3_ERR);
    assert_string_equal(session.pop3.capa, "");
    assert_false(pop3_offers(&session.pop3, "USER"));
    session_end(&session);
}

static void no_tls_where_it_must_not_begin(void **state) {
    (void)state;
    static const struct {
        const char *answers, *heard, *why;
        int result;
    } cases[] = {
        {"-ERR\r\n", "CAPA\r\n", "the server does not offer STLS", -1},
        {"+OK\r\nUSER\r\n.\r\n", "CAPA\r\n", "the server does not offer STLS", -1},
        {"+OK\r\nSTLS\r\n.\r\n-ERR not now\r\n", "CAPA\r\nSTLS\r\n", "", POP3_ERR},
        {"+OK\r\nSTLS\r\n.\r\n+OK\r\n+OK\r\n", "CAPA\r\nSTLS\r\n",
         "the server went on in clear where TLS must begin", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        session_begin_with(&session, cases[i].answers, strlen(cases[i].answers), 0);
        assert_int_equal(pop3_stls(&session.pop3, NULL, "mail.example.org"), cases[i].result);
        assert_memory_equal(session.pop3.why.text, cases[i].why, strlen(cases[i].why));
        assert_heard(&session.conversation, cases[i].heard, strlen(cases[i].heard));
        session_end(&session);
    }
}

/* A store that writes down what is asked of it, and what the server had heard by then. */
struct diary {
    struct session *session;
    char text[4096];
    const char *here; /* a unique-id that it has */
    bool full;        /* commit fails */
};

static void write_down(struct diary *diary, const char *what) {
    char heard[1024];
    server_heard(&diary->session->conversation, heard, sizeof heard);
    for (char *line = heard; *line != '\0'; line++) /* one blank for CR LF */
        if (line[0] == '\r')
            memmove(line, line + 1, strlen(line));
    for (char *line = heard; *line != '\0'; line++)
        *line = *line == '\n' ? ' ' : *line;
    size_t length = strlen(diary->text);
    snprintf(diary->text + length, sizeof diary->text - length, "%s%s", heard, what);
}

static bool diary_has(void *context, const char *uid) {
    const struct diary *diary = context;
    return diary->here != NULL && strcmp(uid, diary->here) == 0;
}

static int diary_begin(void *context, const struct pop3_message *message, struct failure *why) {
    (void)message, (void)why;
    write_down(context, "begin ");
    return 0;
}

static int diary_add(void *context, const char *bytes, size_t count, struct failure *why) {
    (void)context, (void)bytes, (void)count, (void)why;
    return 0;
}

static int diary_commit(void *context, struct failure *why) {
    struct diary *diary = context;
    write_down(diary, diary->full ? "full " : "commit ");
    return diary->full ? failure_set(why, "no space left") : 0;
}

static void diary_drop(void *context) {
    write_down(context, "drop ");
}

static void diary_refused(void *context, const struct pop3_message *message,
                          const struct pop3_answer *answer) {
    (void)message, (void)answer;
    write_down(context, "refused ");
}

#define LISTED  "+OK 2 40\r\n+OK\r\n1 20\r\n2 20\r\n.\r\n+OK\r\n2 b\r\n1 a\r\n.\r\n"
#define MESSAGE "+OK\r\nx\r\n.\r\n"

static void fetching_loses_nothing(void **state) {
    (void)state;
    static const struct {
        bool keep;
        bool full;
        const char *here;
        const char *answers, *diary;
        int result;
        struct pop3_tally tally;
    } cases[] = {
        {true, false, NULL, "+OK 0 0\r\n+OK\r\n", "STAT QUIT ", POP3_OK, {0}},
        {true,
         false,
         NULL,
         LISTED MESSAGE MESSAGE "+OK\r\n",
         "STAT LIST UIDL begin RETR 1 commit begin RETR 2 commit QUIT ",
         POP3_OK,
         {2, 0, 2, 0, 0}},
        {true,
         false,
         "a",
         LISTED MESSAGE "+OK\r\n",
         "STAT LIST UIDL begin RETR 2 commit QUIT ",
         POP3_OK,
         {2, 1, 1, 0, 0}},
        {false,
         false,
         NULL,
         LISTED MESSAGE "+OK\r\n" MESSAGE "+OK\r\n+OK\r\n",
         "STAT LIST UIDL begin RETR 1 commit DELE 1 begin RETR 2 commit DELE 2 QUIT ",
         POP3_OK,
         {2, 0, 2, 2, 0}},
        {false,
         false,
         "a",
         LISTED "+OK\r\n" MESSAGE "+OK\r\n+OK\r\n",
         "STAT LIST UIDL DELE 1 begin RETR 2 commit DELE 2 QUIT ",
         POP3_OK,
         {2, 1, 1, 2, 0}},
        {false,
         false,
         NULL,
         LISTED MESSAGE "+OK\r\n" MESSAGE "+OK\r\n-ERR\r\n",
         "STAT LIST UIDL begin RETR 1 commit DELE 1 begin RETR 2 commit DELE 2 QUIT ",
         POP3_ERR,
         {2, 0, 2, 0, 0}},
        {false,
         false,
         NULL,
         LISTED "-ERR\r\n" MESSAGE "-ERR\r\n+OK\r\n",
         "STAT LIST UIDL begin RETR 1 drop refused begin RETR 2 commit DELE 2 refused QUIT ",
         POP3_OK,
         {2, 0, 1, 0, 2}},
        {false,
         true,
         NULL,
         LISTED MESSAGE,
         "STAT LIST UIDL begin RETR 1 full ",
         -1,
         {2, 0, 0, 0, 0}},
        {false,
         false,
         NULL,
         LISTED "+OK\r\nx\r\n",
         "STAT LIST UIDL begin RETR 1 drop ",
         -1,
         {2, 0, 0, 0, 0}},
        {false, false, NULL, "-ERR\r\n", "STAT ", POP3_ERR, {0}},
        {false, false, NULL, "+OK 1000001 5\r\n", "STAT ", -1, {1000001, 0, 0, 0, 0}},
        {false,
         false,
         NULL,
         "+OK 1 5\r\n+OK\r\n1 5\r\n1 5\r\n.\r\n",
         "STAT LIST ",
         -1,
         {1, 0, 0, 0, 0}},
        {false,
         false,
         NULL,
         "+OK 1 5\r\n+OK\r\n1 5\r\n.\r\n+OK\r\n1 a\r\n1 b\r\n.\r\n",
         "STAT LIST UIDL ",
         -1,
         {1, 0, 0, 0, 0}},
        {true,
         false,
         NULL,
         "+OK 1 5\r\n+OK\r\n1 5\r\n.\r\n+OK\r\n.\r\n",
         "STAT LIST UIDL ",
         -1,
         {1, 0, 0, 0, 0}},
        {true,
         false,
         NULL,
         "+OK 1 5\r\n+OK\r\n1 5\r\n.\r\n-ERR\r\n",
         "STAT LIST UIDL ",
         -1,
         {1, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct session session;
        struct diary diary = {.session = &session, .here = cases[i].here, .full = cases[i].full};
        const struct pop3_store store = {diary_has,  diary_begin,   diary_add, diary_commit,
                                         diary_drop, diary_refused, &diary};
        struct pop3_tally tally;
        session_begin_with(&session, cases[i].answers, strlen(cases[i].answers), 0);
        int result = pop3_fetch(&session.pop3, cases[i].keep, &store, &tally);
        write_down(&diary, "");
        if (result != cases[i].result || strcmp(diary.text, cases[i].diary) != 0 ||
            memcmp(&tally, &cases[i].tally, sizeof tally) != 0)
            fail_msg("case %zu: %d, %s, %u %u %u %u %u: %s", i, result, diary.text, tally.found,
                     tally.known, tally.fetched, tally.deleted, tally.refused,
                     session.pop3.why.text);
        session_end(&session);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_one_line),
        cmocka_unit_test(a_command_is_one_line),
        cmocka_unit_test(lines_end_at_the_dot),
        cmocka_unit_test(nothing_behind_the_dot_is_taken),
        cmocka_unit_test(a_long_line_comes_in_pieces),
        cmocka_unit_test(an_answer_has_its_limit),
        cmocka_unit_test(the_password_goes_out_only_behind_ok),
        cmocka_unit_test(stat_is_two_numbers),
        cmocka_unit_test(listings),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(no_tls_where_it_must_not_begin),
        cmocka_unit_test(fetching_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
