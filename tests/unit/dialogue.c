#include "dialogue_for_tests.h"
#include "protocol.h"

static void reads_a_session(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 mail.example.org\r\n");
    acknowledge(&frames, &wire, C);
    say(&frames, &wire, C, "EHLO client.example.org\r\n");
    say(&frames, &wire, S, "250-mail.example.org\r\n250 SIZE\r\n");
    say(&frames, &wire, C, "QUIT\r\n");
    say(&frames, &wire, S, "221 bye\r\n");
    farewell(&frames, &wire);
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 mail.example.org\n"
                    "6-6 C line EHLO client.example.org\n"
                    "7-7 S line 250-mail.example.org\n"
                    "7-7 S line 250 SIZE\n"
                    "8-8 C line QUIT\n"
                    "9-9 S line 221 bye\n"
                    "10-10 S close\n"
                    "11-11 C close\n");
}

static void knows_who_is_who_and_when(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    wire.stream = 7;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    struct dialogues dialogues = make(&frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    assert_int_equal(dialogue->stream, 7);
    assert_string_equal(dialogue->host[DIALOGUE_CLIENT], "127.0.0.1");
    assert_string_equal(dialogue->host[DIALOGUE_SERVER], "127.0.0.2");
    assert_int_equal(dialogue->port[DIALOGUE_CLIENT], 40000);
    assert_int_equal(dialogue->port[DIALOGUE_SERVER], 25);
    assert_int_equal(dialogues.start, frames.list[0].time);
    assert_int_equal(dialogue->steps[1].time, 3000000); /* frames are a millisecond apart */
    assert_int_equal(dialogue->side[DIALOGUE_SERVER].sent, 8);
    assert_int_equal(dialogue->side[DIALOGUE_SERVER].clear, 8);
    assert_false(dialogue->late || dialogue->gaps || dialogue->unclear);
    assert_string_equal(dialogue->protocol->name, "SMTP");
    dialogues_free(&dialogues);
    free(frames.list);
}

static void tells_a_refusal_from_silence(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    packet(&frames, &wire, C, TCP_SYN, NULL, 0);
    packet(&frames, &wire, S, TCP_RST | TCP_ACK, NULL, 0);
    expect(&frames, "1-2 S refused\n");

    wire = (struct wire)WIRE;
    packet(&frames, &wire, C, TCP_SYN, NULL, 0);
    packet_at(&frames, &wire, C, TCP_SYN, 1000, NULL, 0);
    expect(&frames, "1-1 C no answer\n");
}

static void lines_and_segments_are_independent(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 one\r\n220 two\r\n2"); /* two lines and a bit in one segment */
    say(&frames, &wire, S, "20 thr");                  /* a line over three */
    say(&frames, &wire, S, "ee\r");
    say(&frames, &wire, S, "\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 one\n"
                    "4-4 S line 220 two\n"
                    "4-7 S line 220 three\n");

    wire = (struct wire)WIRE;
    handshake(&frames, &wire);
    for (const char *byte = "220 hi\r\n"; *byte != '\0'; byte++)
        packet(&frames, &wire, S, TCP_ACK | TCP_PSH, byte, 1);
    expect(&frames, "1-3 C connect\n"
                    "4-11 S line 220 hi\n");
}

static void a_line_ends_as_it_ends(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, C, "one\ntwo\rstill two\r\n\n\r\n\r\r\nlast");
    finish(&frames, &wire, C);
    expect(&frames, "1-3 C connect\n"
                    "4-4 C line one<LF>\n"
                    "4-4 C line two\rstill two\n"
                    "4-4 C line <LF>\n"
                    "4-4 C line \n"
                    "4-4 C line \r\n" /* the CR before CR LF belongs to the line */
                    "4-4 C line last<none>\n"
                    "5-5 C close\n");
}

static void keeps_nul_bytes(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    packet(&frames, &wire, C, TCP_ACK, "NO\0OP\r\n", 7);
    struct dialogues dialogues = make(&frames);
    const struct dialogue_step *step = &dialogues.list[0].steps[1];
    assert_int_equal(step->length, 5);
    assert_memory_equal(step->bytes, "NO\0OP", 5);
    dialogues_free(&dialogues);
    free(frames.list);
}

static void bytes_count_once_however_often_sent(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    uint32_t start = wire.next[C];
    say(&frames, &wire, C, "EHLO a\r\n");
    packet_at(&frames, &wire, C, TCP_ACK, start, "EHLO a\r\n", 8);          /* again */
    packet_at(&frames, &wire, C, TCP_ACK, start + 4, " a\r\nNOOP\r\n", 10); /* half again */
    wire.next[C] = start + 14;
    packet_at(&frames, &wire, C, TCP_ACK, start + 13, "\n", 1); /* a keep-alive's octet */
    say(&frames, &wire, C, "QUIT\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 C line EHLO a\n"
                    "6-6 C line NOOP\n"
                    "8-8 C line QUIT\n");
}

static void puts_segments_in_order(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    uint32_t start = wire.next[S];
    packet_at(&frames, &wire, S, TCP_ACK, start + 8, "22 b\r\n", 6);   /* 4 */
    packet_at(&frames, &wire, S, TCP_ACK, start + 14, "223 c\r\n", 7); /* 5 */
    packet_at(&frames, &wire, S, TCP_ACK, start, "220 a\r\n2", 8);     /* 6 fills the hole */
    /* The second line begins in 6 and ends in 4, but nobody could read it before 6. */
    expect(&frames, "1-3 C connect\n"
                    "6-6 S line 220 a\n"
                    "6-6 S line 222 b\n"
                    "5-6 S line 223 c\n");
}

static void an_overlap_goes_to_the_first(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    uint32_t start = wire.next[C];
    packet_at(&frames, &wire, C, TCP_ACK, start + 4, "5678\r\n", 6);          /* 4 */
    packet_at(&frames, &wire, C, TCP_ACK, start, "123456", 6);                /* 5 */
    packet_at(&frames, &wire, C, TCP_ACK, start, "12345678\r\nNOOP\r\n", 16); /* 6: all, and more */
    wire.next[C] = start + 16;
    struct dialogues dialogues = make(&frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    static const unsigned carriers[] = {5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6, 6, 6};
    for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
        assert_int_equal(dialogue_frame_of(dialogue, DIALOGUE_CLIENT, i), carriers[i]);
    assert_int_equal(dialogue_frame_of(dialogue, DIALOGUE_CLIENT, 16), 0);
    assert_int_equal(dialogue_frame_of(dialogue, DIALOGUE_SERVER, 0), 0);
    assert_false(dialogue->unclear);
    dialogues_free(&dialogues);
    expect(&frames, "1-3 C connect\n"
                    "5-5 C line 12345678\n"
                    "6-6 C line NOOP\n");
}

static void says_when_an_overlap_differs(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    uint32_t start = wire.next[C];
    packet_at(&frames, &wire, C, TCP_ACK, start, "MAIL FROM:<a@b>\r\n", 17);
    packet_at(&frames, &wire, C, TCP_ACK, start, "MAIL FROM:<x@b>\r\n", 17);
    struct dialogues dialogues = make(&frames);
    assert_true(dialogues.list[0].unclear);
    dialogues_free(&dialogues);
    expect(&frames, "1-3 C connect\n"
                    "4-4 C line MAIL FROM:<a@b>\n");
}

static void sequence_numbers_wrap(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    wire.next[C] = UINT32_MAX - 3;
    wire.next[S] = UINT32_MAX; /* the SYN itself is the last number */

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "EHLO a\r\n");
    assert_true(wire.next[C] < 100 && wire.next[S] < 100);
    say(&frames, &wire, C, "QUIT\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line EHLO a\n"
                    "6-6 C line QUIT\n");
}

static void says_that_the_start_is_missing(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    say(&frames, &wire, S, "ail.example.org\r\n250 SIZE\r\n"); /* the lower port is the server */
    say(&frames, &wire, C, "QUIT\r\n");
    struct dialogues dialogues = make(&frames);
    assert_true(dialogues.list[0].late);
    assert_string_equal(dialogues.list[0].host[DIALOGUE_SERVER], "127.0.0.2");
    dialogues_free(&dialogues);
    expect(&frames, "1-1 S line ail.example.org\n"
                    "1-1 S line 250 SIZE\n"
                    "2-2 C line QUIT\n");

    wire = (struct wire)WIRE; /* only the SYN is missing */
    wire.port[C] = 7;
    packet(&frames, &wire, S, TCP_SYN | TCP_ACK, NULL, 0);
    say(&frames, &wire, S, "220 hi\r\n");
    dialogues = make(&frames);
    assert_true(dialogues.list[0].late);
    assert_int_equal(dialogues.list[0].port[DIALOGUE_CLIENT], 7);
    dialogues_free(&dialogues);
    expect(&frames, "2-2 S line 220 hi\n");
}

static void says_what_is_missing_inside(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n250-a");
    wire.next[S] += 100; /* a frame that the capture lost */
    say(&frames, &wire, S, "z\r\n250 b\r\n");
    wire.next[S] += 9; /* and another, before the FIN */
    finish(&frames, &wire, S);
    struct dialogues dialogues = make(&frames);
    assert_true(dialogues.list[0].gaps);
    dialogues_free(&dialogues);
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "4-4 S line 250-a<none>\n"
                    "5-5 S gap 100\n"
                    "5-5 S line z\n"
                    "5-5 S line 250 b\n"
                    "6-6 S gap 9\n"
                    "6-6 S close\n");
}

static void what_was_acknowledged_was_sent(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    wire.next[C] += 6;                     /* the capture has lost "QUIT\r\n" … */
    say(&frames, &wire, S, "221 bye\r\n"); /* … which the server acknowledges */
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C gap 6\n"
                    "5-5 S line 221 bye\n");
}

static void a_frame_that_was_cut_leaves_a_gap(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    struct dissect_frame *frame = say(&frames, &wire, S, "220 hello there\r\n");
    frame->payload.length = 9;
    frame->cut = true;
    say(&frames, &wire, S, "221 bye\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hello<none>\n"
                    "5-5 S gap 8\n"
                    "5-5 S line 221 bye\n");
}

static void tells_fin_from_rst(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    packet(&frames, &wire, S, TCP_FIN | TCP_ACK | TCP_PSH, "421 no\r\n", 8); /* data in the FIN */
    packet_at(&frames, &wire, S, TCP_FIN | TCP_ACK, wire.next[S] - 1, NULL, 0); /* FIN again */
    packet(&frames, &wire, C, TCP_RST, NULL, 0);
    packet(&frames, &wire, C, TCP_RST, NULL, 0);
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 421 no\n"
                    "4-4 S close\n"
                    "6-6 C reset\n");
}

static void message_text_is_told_from_commands(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "MAIL FROM:<>\r\n");
    say(&frames, &wire, S, "250 ok\r\n");
    say(&frames, &wire, C, "data\r\n");
    say(&frames, &wire, S, "354-go\r\n354 on\r\n");
    say(&frames, &wire, C, "Subject: x\r\n\r\n..dot\r\n.\n\n.\r\nQUIT\r\n");
    say(&frames, &wire, C, ".\r\nNOOP\r\n");
    say(&frames, &wire, S, "250 stored\r\n250 ok\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line MAIL FROM:<>\n"
                    "6-6 S line 250 ok\n"
                    "7-7 C line data\n"
                    "8-8 S line 354-go\n"
                    "8-8 S line 354 on\n"
                    "9-9 C message Subject: x\n"
                    "9-9 C message \n"
                    "9-9 C message ..dot\n"
                    "9-9 C message .<LF>\n"
                    "9-9 C message <LF>\n"
                    "9-9 C message .\n" /* behind a bare LF: no end (RFC 5321 §4.1.1.4) */
                    "9-9 C message QUIT\n"
                    "10-10 C message .\n"
                    "10-10 C line NOOP\n"
                    "11-11 S line 250 stored\n"
                    "11-11 S line 250 ok\n");
}

static void without_354_there_is_no_message(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "DATA\r\n");
    say(&frames, &wire, S, "503 first MAIL\r\n");
    say(&frames, &wire, C, "RSET\r\n");
    say(&frames, &wire, S, "250 ok\r\n");
    say(&frames, &wire, C, "DATA\r\n"); /* and one that is never answered */
    say(&frames, &wire, C, "hello\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line DATA\n"
                    "6-6 S line 503 first MAIL\n"
                    "7-7 C line RSET\n"
                    "8-8 S line 250 ok\n"
                    "9-9 C line DATA\n"
                    "10-10 C line hello\n");
}

static void pipelining_makes_no_difference(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "MAIL FROM:<>\r\nRCPT TO:<b>\r\nRCPT TO:<c>\r\nDATA\r\n");
    say(&frames, &wire, S, "250 ok\r\n250 ok\r\n");
    say(&frames, &wire, S, "550 no\r\n354 go\r\n");
    say(&frames, &wire, C, "text\r\n.\r\nQUIT\r\n");
    say(&frames, &wire, S, "250 ok\r\n221 bye\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line MAIL FROM:<>\n"
                    "5-5 C line RCPT TO:<b>\n"
                    "5-5 C line RCPT TO:<c>\n"
                    "5-5 C line DATA\n"
                    "6-6 S line 250 ok\n"
                    "6-6 S line 250 ok\n"
                    "7-7 S line 550 no\n"
                    "7-7 S line 354 go\n"
                    "8-8 C message text\n"
                    "8-8 C message .\n"
                    "8-8 C line QUIT\n"
                    "9-9 S line 250 ok\n"
                    "9-9 S line 221 bye\n");
}

/* A beginner's client: sends the text without waiting for 354. It is text nevertheless: the server
   reads it as such. An unasked reply does not confuse the counting. */
static void a_client_that_does_not_wait(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n211 unasked\r\n");
    say(&frames, &wire, C, "DATA\r\ntext\r\n.\r\n");
    say(&frames, &wire, S, "354 go\r\n");
    say(&frames, &wire, S, "250 ok\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "4-4 S line 211 unasked\n"
                    "5-5 C line DATA\n"
                    "5-5 C message text\n"
                    "5-5 C message .\n"
                    "6-6 S line 354 go\n"
                    "7-7 S line 250 ok\n");
}

static void a_chunk_is_a_block(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "220 hi\r\n");
    say(&frames, &wire, C, "BDAT 10 LAST\r\nQUIT\r\n1234QUIT\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line BDAT 10 LAST\n"
                    "5-5 C bytes 10\n"
                    "5-5 C line QUIT\n");
}

/* On other ports and without a 220 "DATA" is a word like any other. */
static void other_protocols_are_lines(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    wire.port[S] = 110;

    handshake(&frames, &wire);
    say(&frames, &wire, S, "+OK\r\n");
    say(&frames, &wire, C, "DATA\r\n");
    say(&frames, &wire, S, "354 go\r\n");
    say(&frames, &wire, C, "text\r\n");
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line +OK\n"
                    "5-5 C line DATA\n"
                    "6-6 S line 354 go\n"
                    "7-7 C line text\n");
}

static void what_has_no_lines_comes_in_blocks(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    static char flood[300000];
    memset(flood, 'x', sizeof flood);

    handshake(&frames, &wire);
    for (size_t sent = 0; sent < sizeof flood; sent += 1500)
        packet(&frames, &wire, S, TCP_ACK, flood + sent, 1500);
    say(&frames, &wire, S, "\r\n");
    struct dialogues dialogues = make(&frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    assert_int_equal(dialogue->step_count, 4); /* connect, two blocks, the rest of the line */
    assert_int_equal(dialogue->steps[1].kind, DIALOGUE_BYTES);
    assert_int_equal(dialogue->steps[1].length, DIALOGUE_LINE_LIMIT);
    assert_int_equal(dialogue->steps[2].length, DIALOGUE_LINE_LIMIT);
    assert_int_equal(dialogue->steps[3].kind, DIALOGUE_LINE);
    assert_int_equal(dialogue->steps[3].length, sizeof flood - 2 * (size_t)DIALOGUE_LINE_LIMIT);
    assert_int_equal(dialogue->side[DIALOGUE_SERVER].sent, sizeof flood + 2);
    assert_memory_equal(dialogue->side[DIALOGUE_SERVER].bytes, flood, sizeof flood);
    dialogues_free(&dialogues);
    free(frames.list);
}

static void a_long_line_is_a_line(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    static char line[100002];
    memset(line, 'x', 100000);
    memcpy(line + 100000, "\r\n", 2);

    handshake(&frames, &wire);
    packet(&frames, &wire, S, TCP_ACK, line, sizeof line);
    struct dialogues dialogues = make(&frames);
    assert_int_equal(dialogues.list[0].step_count, 2);
    assert_int_equal(dialogues.list[0].steps[1].length, 100000);
    assert_int_equal(dialogues.list[0].steps[1].ending, DIALOGUE_CRLF);
    dialogues_free(&dialogues);
    free(frames.list);
}

static void so_many_lines_are_told_apart_and_no_more(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;
    const size_t count = 3000000;
    char *newlines = malloc(count);
    assert_non_null(newlines);
    memset(newlines, '\n', count);

    handshake(&frames, &wire);
    packet(&frames, &wire, C, TCP_ACK, newlines, count);
    struct dialogues dialogues = make(&frames);
    const struct dialogue *dialogue = &dialogues.list[0];
    assert_in_range(dialogue->step_count, 1000000, 1000100);
    const struct dialogue_step *last = &dialogue->steps[dialogue->step_count - 1];
    assert_int_equal(last->kind, DIALOGUE_BYTES);
    assert_int_equal(last->offset + last->length, count); /* nothing is left out */
    dialogues_free(&dialogues);
    free(frames.list);
    free(newlines);
}

static void connections_are_kept_apart(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire one = WIRE, other = WIRE;
    other.stream = 1; /* same addresses and ports: used again, tshark tells them apart by the SYN */
    other.next[C] = 5000;

    handshake(&frames, &one);
    say(&frames, &one, S, "220 one\r\n");
    handshake(&frames, &other);
    say(&frames, &one, C, "QUIT\r\n");
    say(&frames, &other, S, "220 other\r\n");
    struct dialogues dialogues = make(&frames);
    assert_int_equal(dialogues.count, 2);
    assert_int_equal(dialogues.list[0].step_count, 3);
    assert_int_equal(dialogues.list[1].step_count, 2);
    assert_int_equal(dialogues.list[1].steps[1].last_frame, 9);
    assert_memory_equal(dialogues.list[1].steps[1].bytes, "220 other", 9);
    dialogues_free(&dialogues);
    free(frames.list);
}

static void frames_that_are_not_tcp_are_passed_over(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct dialogues dialogues;
    struct failure why;
    struct wire other = {.stream = -1}, wire = WIRE;

    packet_at(&frames, &other, C, 0, 0, NULL, 0);
    handshake(&frames, &wire);
    expect(&frames, "2-4 C connect\n");

    assert_int_equal(dialogues_make(NULL, 0, &dialogues, &why), 0);
    assert_int_equal(dialogues.count, 0);
    dialogues_free(&dialogues);
}

static const unsigned char client_hello[] = {22, 3, 1, 0, 4, 1, 0, 0, 0};
static const unsigned char server_hello[] = {22, 3, 3, 0, 4, 2, 0, 0, 0};
static const unsigned char encrypted[] = {23, 3, 3, 0, 6, '1', '\n', '2', '3', '4', '5'};

static void record_of(struct dissect_frame *frame, const char *records, const char *handshakes) {
    frame->records = (struct dissect_bytes){(const unsigned char *)records, strlen(records)};
    frame->handshakes =
        (struct dissect_bytes){(const unsigned char *)handshakes, strlen(handshakes)};
}

/* STARTTLS, and what follows; with keys, `decrypted` is what they show. */
static void start_tls(struct frames *frames, struct wire *wire, const char *decrypted) {
    handshake(frames, wire);
    say(frames, wire, S, "220 hi\r\n");
    say(frames, wire, C, "STARTTLS\r\n");
    say(frames, wire, S, "220 go\r\n");
    record_of(packet(frames, wire, C, TCP_ACK, client_hello, sizeof client_hello), "\x16", "\x01");
    record_of(packet(frames, wire, S, TCP_ACK, server_hello, sizeof server_hello), "\x16\x14\x16",
              decrypted != NULL ? "\x02\x08\x14" : "\x02");
    struct dissect_frame *data = packet(frames, wire, C, TCP_ACK, encrypted, sizeof encrypted);
    record_of(data, "\x17", "");
    if (decrypted != NULL)
        data->application =
            (struct dissect_bytes){(const unsigned char *)decrypted, strlen(decrypted)};
    finish(frames, wire, C);
}

static void what_is_encrypted_is_only_counted(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    start_tls(&frames, &wire, NULL);
    struct dialogues dialogues = make(&frames);
    assert_int_equal(dialogues.list[0].side[DIALOGUE_CLIENT].clear, 10);
    assert_int_equal(dialogues.list[0].side[DIALOGUE_CLIENT].length, 10);
    assert_int_equal(dialogues.list[0].side[DIALOGUE_CLIENT].sent,
                     10 + sizeof client_hello + sizeof encrypted);
    dialogues_free(&dialogues);
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line STARTTLS\n"
                    "6-6 S line 220 go\n"
                    "7-7 C tls ClientHello\n"
                    "8-8 S tls ServerHello\n"
                    "8-8 S tls record 20\n"
                    "8-8 S tls (encrypted) ?\n"
                    "9-9 C tls (encrypted) record 23 of 11\n"
                    "10-10 C close\n");
}

static void what_keys_decrypt_is_read(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    start_tls(&frames, &wire, "EHLO a\r\nQUIT\r\n");
    struct dialogues dialogues = make(&frames);
    assert_int_equal(dialogues.list[0].side[DIALOGUE_CLIENT].clear, 10);
    assert_int_equal(dialogues.list[0].side[DIALOGUE_CLIENT].length, 24);
    assert_int_equal(dialogue_frame_of(&dialogues.list[0], DIALOGUE_CLIENT, 10), 9);
    dialogues_free(&dialogues);
    expect(&frames, "1-3 C connect\n"
                    "4-4 S line 220 hi\n"
                    "5-5 C line STARTTLS\n"
                    "6-6 S line 220 go\n"
                    "7-7 C tls ClientHello\n"
                    "8-8 S tls ServerHello\n"
                    "8-8 S tls record 20\n"
                    "8-8 S tls (encrypted) EncryptedExtensions\n"
                    "8-8 S tls (encrypted) Finished\n"
                    "9-9 C line (encrypted) EHLO a\n"
                    "9-9 C line (encrypted) QUIT\n"
                    "10-10 C close\n");
}

static void an_alert_has_a_name_if_it_can_be_read(void **state) {
    (void)state;
    static const unsigned char alerts[] = {21, 3, 3, 0, 2, 2, 42, 21, 3, 3, 0, 2, 1, 0};
    static const struct {
        const char *descriptions;
        size_t count;
        const char *steps;
    } cases[] = {
        {"\x2a\0", 2, "5-5 C tls alert bad_certificate\n5-5 C tls alert close_notify\n"},
        {"\x63\x30", 2, "5-5 C tls alert 99\n5-5 C tls alert unknown_ca\n"},
        {"", 0, "5-5 C tls alert\n5-5 C tls alert\n"},
        {"\x2a", 1, "5-5 C tls alert\n5-5 C tls alert\n"}, /* one of them, but which? */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frames frames = {.list = NULL};
        struct wire wire = WIRE;
        char steps[200];
        handshake(&frames, &wire);
        record_of(packet(&frames, &wire, C, TCP_ACK, client_hello, sizeof client_hello), "\x16",
                  "\x01");
        struct dissect_frame *frame = packet(&frames, &wire, C, TCP_ACK, alerts, sizeof alerts);
        record_of(frame, "\x15\x15", "");
        frame->alerts =
            (struct dissect_bytes){(const unsigned char *)cases[i].descriptions, cases[i].count};
        snprintf(steps, sizeof steps, "1-3 C connect\n4-4 C tls ClientHello\n%s", cases[i].steps);
        expect(&frames, steps);
    }
}

/* Bytes that look like TLS in a conversation that is none. */
static void tls_is_what_tshark_calls_so(void **state) {
    (void)state;
    struct frames frames = {.list = NULL};
    struct wire wire = WIRE;

    handshake(&frames, &wire);
    packet(&frames, &wire, C, TCP_ACK, "\x16\x03\x01\r\n", 5);
    expect(&frames, "1-3 C connect\n"
                    "4-4 C line \x16\x03\x01\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_session),
        cmocka_unit_test(knows_who_is_who_and_when),
        cmocka_unit_test(tells_a_refusal_from_silence),
        cmocka_unit_test(lines_and_segments_are_independent),
        cmocka_unit_test(a_line_ends_as_it_ends),
        cmocka_unit_test(keeps_nul_bytes),
        cmocka_unit_test(bytes_count_once_however_often_sent),
        cmocka_unit_test(puts_segments_in_order),
        cmocka_unit_test(an_overlap_goes_to_the_first),
        cmocka_unit_test(says_when_an_overlap_differs),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(says_that_the_start_is_missing),
        cmocka_unit_test(says_what_is_missing_inside),
        cmocka_unit_test(what_was_acknowledged_was_sent),
        cmocka_unit_test(a_frame_that_was_cut_leaves_a_gap),
        cmocka_unit_test(tells_fin_from_rst),
        cmocka_unit_test(message_text_is_told_from_commands),
        cmocka_unit_test(without_354_there_is_no_message),
        cmocka_unit_test(pipelining_makes_no_difference),
        cmocka_unit_test(a_client_that_does_not_wait),
        cmocka_unit_test(a_chunk_is_a_block),
        cmocka_unit_test(other_protocols_are_lines),
        cmocka_unit_test(what_has_no_lines_comes_in_blocks),
        cmocka_unit_test(a_long_line_is_a_line),
        cmocka_unit_test(so_many_lines_are_told_apart_and_no_more),
        cmocka_unit_test(connections_are_kept_apart),
        cmocka_unit_test(frames_that_are_not_tcp_are_passed_over),
        cmocka_unit_test(what_is_encrypted_is_only_counted),
        cmocka_unit_test(what_keys_decrypt_is_read),
        cmocka_unit_test(an_alert_has_a_name_if_it_can_be_read),
        cmocka_unit_test(tls_is_what_tshark_calls_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
