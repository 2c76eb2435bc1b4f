#include "memcheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void read_text(const char *text, struct memcheck_report *report) {
    struct failure why;
    assert_int_equal(memcheck_read(text, strlen(text), "03-smtp-send", report, &why), 0);
}

static void a_leak_is_where_the_student_is(void **state) {
    (void)state;
    static const char text[] =
        "==7== Memcheck, a memory error detector\n"
        "==7== Command: /kit/build/labs/03-smtp-send mail.example.org 25\n"
        "==7== \n"
        "==7== 1,234 (24 direct, 1,210 indirect) bytes in 1 blocks are definitely lost in loss "
        "record 2 of 2\n"
        "==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload.so)\n"
        "==7==    by 0x10A001: buf_append (/kit/shared/buf.c:31)\n"
        "==7==    by 0x10B002: smtp_data (/kit/labs/03-smtp-send/smtp_send.c:88)\n"
        "==7==    by 0x10B003: smtp_send (/kit/labs/03-smtp-send/smtp_send.c:120)\n"
        "==7==    by 0x10C004: main (/kit/clients/smtp.c:40)\n"
        "==7== \n"
        "==7== 10 bytes in 1 blocks are definitely lost in loss record 1 of 2\n"
        "==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload.so)\n"
        "==7==    by 0x4A00001: rl_initialize (in /usr/lib/x86_64-linux-gnu/libreadline.so.8.2)\n"
        "==7==    by 0x4A00002: open (/build/glibc/io/open64.c:41)\n"
        "==7== \n"
        "==7== LEAK SUMMARY:\n"
        "==7==    definitely lost: 34 bytes in 2 blocks\n"
        "==7== \n"
        "==7== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)\n";
    struct memcheck_report report;
    read_text(text, &report);
    assert_true(report.complete);
    assert_int_equal(report.count, 1); /* the library's own is nobody's here */
    const struct memcheck_problem *leak = &report.problems[0];
    assert_int_equal(leak->kind, MEMCHECK_LEAK);
    assert_int_equal(leak->bytes, 1234);
    assert_string_equal(leak->place.function, "smtp_data");
    assert_string_equal(leak->place.file, "smtp_send.c");
    assert_int_equal(leak->place.line, 88);
    memcheck_free(&report);
}

static void descriptors_and_wrong_accesses(void **state) {
    (void)state;
    static const char text[] =
        "==7== Invalid write of size 1\n"
        "==7==    at 0x484A000: memcpy (in /usr/libexec/valgrind/vgpreload.so)\n"
        "==7==    by 0x10B002: put (/kit/solutions/03-smtp-send/smtp_send.c:20)\n"
        "==7==  Address 0x4a4304a is 0 bytes after a block of size 10 alloc'd\n"
        "==7==    at 0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload.so)\n"
        "==7==    by 0x10B003: smtp_data (/kit/solutions/03-smtp-send/smtp_send.c:70)\n"
        "==7== \n"
        "==7== Conditional jump or move depends on uninitialised value(s)\n"
        "==7==    at 0x10C001: talk_relay (/kit/shared/other.c:5)\n"
        "==7== \n"
        "==8== Invalid read of size 4\n" /* another process */
        "==8==    at 0x10B009: smtp_x (/kit/labs/03-smtp-send/smtp_send.c:1)\n"
        "==7== FILE DESCRIPTORS: 5 open (3 std) at exit.\n"
        "==7== Open AF_INET socket 4: 127.0.0.1:40000 <-> 127.0.0.2:25\n"
        "==7==    at 0x4956011: socket (syscall-template.S:120)\n"
        "==7==    by 0x10B004: talk_connect (/kit/labs/03-smtp-send/smtp_send.c:33)\n"
        "==7== \n"
        "==7== Open file descriptor 250:\n"
        "==7==    <inherited from parent>\n"
        "==7== \n";
    static const struct {
        enum memcheck_kind kind;
        const char *words, *function, *block;
        unsigned line, block_line;
    } expected[] = {
        {MEMCHECK_ACCESS, "Invalid write of size 1", "put", "smtp_data", 20, 70},
        {MEMCHECK_ACCESS, "Conditional jump or move depends on uninitialised value(s)",
         "talk_relay", "", 5, 0},
        {MEMCHECK_DESCRIPTOR, "Open AF_INET socket 4: 127.0.0.1:40000 <-> 127.0.0.2:25",
         "talk_connect", "", 33, 0},
    };
    struct memcheck_report report;
    read_text(text, &report);
    assert_false(report.complete); /* it breaks off */
    assert_int_equal(report.count, 3);
    for (size_t i = 0; i < report.count; i++) {
        const struct memcheck_problem *problem = &report.problems[i];
        assert_int_equal(problem->kind, expected[i].kind);
        assert_string_equal(problem->words, expected[i].words);
        assert_string_equal(problem->place.function, expected[i].function);
        assert_int_equal(problem->place.line, expected[i].line);
        assert_string_equal(problem->block.function, expected[i].block);
        assert_int_equal(problem->block.line, expected[i].block_line);
    }
    memcheck_free(&report);
}

/* Whatever stands there, it is read to its end and no further. */
static void what_is_no_report(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "\n\n\n",
        "==",
        "==7== ",
        "==7== 12 bytes in 1 blocks are definitely lost in loss record 1 of 1\n==7==    at 0x1: f "
        "(",
        "==7== Invalid write of size 1\n==7==    at 0x1: (:)\n==7==    by 0x: )(\n==7==    at 0x1 "
        ":\n",
        "==7== 99999999999999999999999999999999999 bytes in 1 blocks are definitely lost in loss "
        "record 1 of 1\n==7==    by 0x1: f (/labs/x.c:99999999999999999999)\n",
        "==7== Open \n==7== Open file descriptor\n==7==  Address \n",
        "==123456789012345678901234567890== ERROR SUMMARY: 0\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct memcheck_report report;
        read_text(texts[i], &report);
        assert_false(report.complete);
        memcheck_free(&report);
    }
    char large[5000];
    memset(large, 'x', sizeof large);
    memcpy(large, "==7== Invalid write", 19);
    large[2000] = '\n';
    memcpy(large + 2001, "==7==    at 0x1: ", 17);
    large[3500] = '(';
    memcpy(large + 4980, "/labs/a.c:1)\n", 13);
    struct memcheck_report report;
    assert_int_equal(memcheck_read(large, sizeof large, "03-smtp-send", &report, NULL), 0);
    memcheck_free(&report);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_is_where_the_student_is),
        cmocka_unit_test(descriptors_and_wrong_accesses),
        cmocka_unit_test(what_is_no_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
