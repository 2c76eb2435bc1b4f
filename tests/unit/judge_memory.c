/* Judges of memory, descriptors and threads. */
#include "judge_scene.h"
#include "memcheck.h"
#include "sanitized.h"

static const char clean[] = "==7== ERROR SUMMARY: 0 errors from 0 contexts\n";

static void a_clean_report(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"leaks = none", NULL, 0},      {"memory = clean", NULL, 0},   {"open-files = 0", NULL, 0},
        {"open-files = <= 3", NULL, 0}, {"open-files = 1", "none", 0},
    };
    struct scene scene;
    ordinary(&scene);
    test_file(scene.directory, MEMCHECK_FILE, clean, NULL);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

static void what_was_wrong_and_where(void **state) {
    (void)state;
    static const char report[] =
        "==7== Invalid write of size 1\n"
        "==7==    at 0x1: put (/kit/labs/03-smtp-send/smtp_send.c:20)\n"
        "==7==  Address 0x4a4304a is 0 bytes after a block of size 10 alloc'd\n"
        "==7==    by 0x2: smtp_data (/kit/labs/03-smtp-send/smtp_send.c:70)\n"
        "==7== Invalid read of size 8\n"
        "==7==    at 0x1: get (/kit/labs/03-smtp-send/smtp_send.c:30)\n"
        "==7==  Address 0x0 is not stack'd, malloc'd or (recently) free'd\n"
        "==7== Open AF_INET socket 4: 127.0.0.1:40000 <-> 127.0.0.2:25\n"
        "==7==    by 0x3: talk_connect (/kit/labs/01-raw-socket/raw_socket.c:33)\n"
        "==7== Open file descriptor 3: letter.eml\n"
        "==7==    by 0x3: smtp_send (/kit/labs/03-smtp-send/smtp_send.c:99)\n"
        "==7== 12 bytes in 1 blocks are definitely lost in loss record 1 of 2\n"
        "==7==    by 0x4: smtp_data (/kit/labs/03-smtp-send/smtp_send.c:88)\n"
        "==7== 1 bytes in 1 blocks are definitely lost in loss record 2 of 2\n"
        "==7==    by 0x4: smtp_mail (/kit/labs/03-smtp-send/smtp_send.c:44)\n";
    static const struct expectation cases[] = {
        {"leaks = none",
         "12 bytes allocated in smtp_data (smtp_send.c:88) were never given back\n"
         "1 byte allocated in smtp_mail (smtp_send.c:44) was never given back\n"
         "valgrind's own words: /tmp/",
         0},
        {"memory = clean",
         "put (smtp_send.c:20) writes where it must not\n"
         "that is 0 bytes after a block of size 10, allocated in smtp_data (smtp_send.c:70)\n"
         "get (smtp_send.c:30) reads where it must not\n"
         "that address belongs to nothing\n",
         0},
        {"open-files = 0",
         "the connection 127.0.0.1:40000 <-> 127.0.0.2:25, opened in talk_connect "
         "(raw_socket.c:33), is still open at the end\n"
         "the file letter.eml, opened in smtp_send (smtp_send.c:99), is still open at the end\n",
         0},
        {"open-files = 2", NULL, 0},
        {"open-files = >= 3", "the connection", 0},
    };
    char text[2000];
    struct scene scene;
    ordinary(&scene);
    snprintf(text, sizeof text, "%s%s", report, clean);
    test_file(scene.directory, MEMCHECK_FILE, text, NULL);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

static void a_report_that_breaks_off_proves_nothing(void **state) {
    (void)state;
    struct scene scene;
    ordinary(&scene);
    scene.evidence.result = (struct run_result){.ending = RUN_CRASHED, .signal = 9};
    test_file(scene.directory, MEMCHECK_FILE, "==7== Memcheck\n", NULL);
    struct verdict verdict = judge_line(&scene, "leaks = none");
    assert_false(verdict.held);
    assert_non_null(strstr(verdict.got, "did not come to its end: the program crashed: Killed"));
    files_remove(scene.directory, NULL);
    verdict = judge_line(&scene, "leaks = none");
    assert_false(verdict.held);
    assert_non_null(strstr(verdict.got, "no such file"));
    scene_end(&scene);
}

static void threads_at_once(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"threads = 3", NULL, 0},
        {"threads = <= 3", NULL, 0},
        {"threads = >= 2", NULL, 0},
        {"threads = 2", "3, when it had most of them; main is one", 0},
        {"threads = >= 4", "3, when", 0},
    };
    struct scene scene;
    ordinary(&scene);
    scene.evidence.result.threads = 3;
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest everywhere[] = {cmocka_unit_test(threads_at_once)};
    const struct CMUnitTest with_valgrind[] = {
        cmocka_unit_test(a_clean_report),
        cmocka_unit_test(what_was_wrong_and_where),
        cmocka_unit_test(a_report_that_breaks_off_proves_nothing),
    };
    int failed = cmocka_run_group_tests(everywhere, NULL, NULL);
    /* Under a sanitizer valgrind has no report to be read. */
    return SANITIZED ? failed : failed + cmocka_run_group_tests(with_valgrind, NULL, NULL);
}
