#include "pcapng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINKTYPE_ETHERNET 1
#define TIME              INT64_C(1700000000123456789)

static const unsigned char bytes[] = "some packet of 29 octets, odd";

/* A capture with two packets: one whole, one of which three bytes were kept. */
static void write_capture(struct buf *out, const char *comment) {
    struct pcapng_packet packet = {TIME, bytes, 29, 29, NULL};

    buf_init(out, 4096);
    assert_int_equal(pcapng_section(out, comment), 0);
    assert_int_equal(pcapng_interface(out, LINKTYPE_ETHERNET, 65535, "lo"), 0);
    assert_int_equal(pcapng_packet(out, &packet), 0);
    packet = (struct pcapng_packet){TIME + 1, bytes, 3, 29, "cut off"};
    assert_int_equal(pcapng_packet(out, &packet), 0);
}

static void libpcap_reads_what_we_write(void **state) {
    (void)state;
    struct buf capture;
    char words[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *head;
    const unsigned char *data;

    write_capture(&capture, "a comment");
    FILE *file = fmemopen(capture.bytes, capture.length, "rb");
    assert_non_null(file);
    pcap_t *pcap =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, words);
    if (pcap == NULL)
        print_error("%s\n", words);
    assert_non_null(pcap);
    assert_int_equal(pcap_datalink(pcap), LINKTYPE_ETHERNET);
    assert_int_equal(pcap_next_ex(pcap, &head, &data), 1);
    assert_int_equal(head->ts.tv_sec, 1700000000);
    assert_int_equal(head->ts.tv_usec, 123456789); /* nanoseconds */
    assert_int_equal(head->caplen, 29);
    assert_int_equal(head->len, 29);
    assert_memory_equal(data, bytes, 29);
    assert_int_equal(pcap_next_ex(pcap, &head, &data), 1);
    assert_int_equal(head->ts.tv_usec, 123456790);
    assert_int_equal(head->caplen, 3);
    assert_int_equal(head->len, 29);
    assert_memory_equal(data, bytes, 3);
    assert_int_equal(pcap_next_ex(pcap, &head, &data), PCAP_ERROR_BREAK); /* the end */
    pcap_close(pcap);
    buf_free(&capture);
}

static uint32_t number_at(const struct buf *buf, size_t offset) {
    uint32_t number;

    assert_true(offset + sizeof number <= buf->length);
    memcpy(&number, buf->bytes + offset, sizeof number);
    return number;
}

/* draft-ietf-opsawg-pcapng §4.7, the Decryption Secrets Block. */
static void keys_are_a_block(void **state) {
    (void)state;
    struct buf out;

    buf_init(&out, 4096);
    assert_int_equal(pcapng_keys(&out, "CLIENT_RANDOM a b\n", 18), 0);
    assert_int_equal(out.length, 40);
    assert_int_equal(number_at(&out, 0), 10);
    assert_int_equal(number_at(&out, 4), 40);
    assert_int_equal(number_at(&out, 8), 0x544c534b); /* "TLSK" */
    assert_int_equal(number_at(&out, 12), 18);
    assert_memory_equal(out.bytes + 16, "CLIENT_RANDOM a b\n\0\0", 20);
    assert_int_equal(number_at(&out, 36), 40);
    buf_free(&out);
}

/* Over the limit nothing is added, not even half a block. */
static void a_full_buf_stays_as_it_is(void **state) {
    (void)state;
    struct pcapng_packet packet = {TIME, bytes, 29, 29, "comment"};
    struct buf out;

    for (size_t limit = 0; limit < 80; limit++) {
        buf_init(&out, limit);
        if (pcapng_packet(&out, &packet) < 0)
            assert_int_equal(out.length, 0);
        else
            assert_int_equal(number_at(&out, 4), out.length);
        buf_free(&out);
    }
}

/* What pcapng_walk says of these bytes. */
static int walk(const void *content, size_t length, struct pcapng_contents *contents) {
    struct failure why;
    int file = memfd_create("capture", MFD_CLOEXEC);

    assert_true(file >= 0);
    assert_int_equal(write(file, content, length), (ssize_t)length);
    int result = pcapng_walk(file, contents, &why);
    close(file);
    return result;
}

static void walks_over_whole_files(void **state) {
    (void)state;
    struct buf capture, twice;
    struct pcapng_contents contents;

    write_capture(&capture, NULL);
    assert_int_equal(walk(capture.bytes, capture.length, &contents), 1);
    assert_int_equal(contents.packets, 2);

    buf_init(&twice, 8192); /* two sections, one behind the other */
    assert_int_equal(buf_append(&twice, capture.bytes, capture.length), 0);
    assert_int_equal(pcapng_section(&twice, NULL), 0);
    assert_int_equal(pcapng_keys(&twice, "x", 1), 0);
    assert_int_equal(walk(twice.bytes, twice.length, &contents), 1);
    assert_int_equal(contents.packets, 2);
    buf_free(&twice);

    for (size_t i = 0; i + 4 <= capture.length; i += 4) { /* the other byte order */
        uint32_t number = __builtin_bswap32(number_at(&capture, i));
        memcpy(capture.bytes + i, &number, sizeof number);
    }
    assert_int_equal(walk(capture.bytes, capture.length, &contents), 1);
    assert_int_equal(contents.packets, 2);
    buf_free(&capture);
}

static void a_cut_file_is_not_whole(void **state) {
    (void)state;
    struct buf capture;
    struct pcapng_contents contents;

    write_capture(&capture, NULL);
    size_t section = number_at(&capture, 4);
    size_t interface = section + number_at(&capture, section + 4);
    size_t packet = interface + number_at(&capture, interface + 4);
    for (size_t length = 0; length < capture.length; length++) {
        bool whole = length == section || length == interface || length == packet;
        assert_int_equal(walk(capture.bytes, length, &contents), whole);
    }
    buf_free(&capture);
}

static void other_files_are_not_captures(void **state) {
    (void)state;
    static const struct {
        const char *what;
        const char *content;
        size_t length;
    } cases[] = {
        {"nothing", "", 0},
        {"text", "Subject: hello, this is no capture\n", 35},
        {"the older format", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0",
         24},
        {"a packet without a section",
         "\6\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20\0\0", 32},
        {"no byte order",
         "\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0", 28},
        {"a length of 0", "\x0a\x0d\x0d\x0a\0\0\0\0\x4d\x3c\x2b\x1a\0\0\0\0", 16},
        {"a length of 4 GiB", "\x0a\x0d\x0d\x0a\xfc\xff\xff\xff\x4d\x3c\x2b\x1a\0\0\0\0", 16},
        {"an odd length", "\x0a\x0d\x0d\x0a\x0d\0\0\0\x4d\x3c\x2b\x1a\x0d\0\0\0", 16},
        {"two lengths", "\x0a\x0d\x0d\x0a\x10\0\0\0\x4d\x3c\x2b\x1a\x0c\0\0\0", 16},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pcapng_contents contents = {.packets = 7};
        if (walk(cases[i].content, cases[i].length, &contents) != 0)
            fail_msg("taken for a capture: %s", cases[i].what);
        assert_int_equal(contents.packets, 0);
    }
}

/* A section with these keys. */
static bool keys_are_bad(const char *keys, size_t length) {
    struct pcapng_contents contents;
    struct buf capture;

    buf_init(&capture, 1 << 20);
    assert_int_equal(pcapng_section(&capture, NULL), 0);
    assert_int_equal(pcapng_keys(&capture, keys, length), 0);
    assert_int_equal(walk(capture.bytes, capture.length, &contents), 1);
    buf_free(&capture);
    return contents.bad_keys;
}

/* NSS key log format: a label and two numbers in hexadecimal digits. */
static void keys_that_nobody_can_read_are_seen(void **state) {
    (void)state;
    static const struct {
        const char *keys;
        bool bad;
    } cases[] = {
        {"", false}, /* none at all */
        {"# a comment\n\r\n", false},
        {"CLIENT_RANDOM 0a1B 00\n", false},
        {"CLIENT_RANDOM 0a1b 00\r\n", false},
        {"# SSL/TLS secrets\nSERVER_TRAFFIC_SECRET_0 01 ff", false},
        {"what is this\nEXPORTER_SECRET 01 02\n", false}, /* one of them can be read */
        {"what is this\n", true},
        {"CLIENT_RANDOM\n", true},
        {"CLIENT_RANDOM \n", true},
        {"CLIENT_RANDOM 0a\n", true},
        {"CLIENT_RANDOM 0a \n", true},
        {"CLIENT_RANDOM 0a 0x\n", true},
        {"CLIENT_RANDOM 0a 00 00\n", true},
        {"client_random 0a 00\n", true},
        {"\x16\x03\x01", true},
    };
    static char long_line[200000];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (keys_are_bad(cases[i].keys, strlen(cases[i].keys)) != cases[i].bad)
            fail_msg("keys: %s", cases[i].keys);
    memset(long_line, 'f', sizeof long_line);
    assert_true(keys_are_bad(long_line, sizeof long_line));
}

static void an_unreadable_file_is_an_error(void **state) {
    (void)state;
    struct failure why = {""};
    struct pcapng_contents contents;

    assert_int_equal(pcapng_walk(-1, &contents, &why), -1);
    assert_true(why.text[0] != '\0');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libpcap_reads_what_we_write),
        cmocka_unit_test(keys_are_a_block),
        cmocka_unit_test(a_full_buf_stays_as_it_is),
        cmocka_unit_test(walks_over_whole_files),
        cmocka_unit_test(a_cut_file_is_not_whole),
        cmocka_unit_test(other_files_are_not_captures),
        cmocka_unit_test(keys_that_nobody_can_read_are_seen),
        cmocka_unit_test(an_unreadable_file_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
