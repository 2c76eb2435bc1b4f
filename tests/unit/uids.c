/* What pop3 --fetch remembers: the notes in the file, and the last one when the program was killed.
 */
#include "uids.h"
#include "buf.h"
#include "files.h"
#include "files_for_tests.h"

#define USER "bob@example.org"
#define HOST "mail.example.org"
#define OURS "\t" USER "\t" HOST

static char directory[64], path[256];

static int make(void **state) {
    (void)state;
    test_directory(directory);
    snprintf(path, sizeof path, "%s/pop3-uids", directory);
    return 0;
}

static int clear(void **state) {
    (void)state;
    return files_remove(directory, NULL);
}

static struct uids *opened(void) {
    struct failure why = {0};
    struct uids *uids = uids_open(path, USER, HOST, &why);
    if (uids == NULL)
        fail_msg("%s", why.text);
    return uids;
}

/* The file is as a program left it that was killed now. */
static void expect_file(const char *text) {
    struct buf bytes;
    buf_init(&bytes, 10000);
    assert_int_equal(files_read(path, &bytes, NULL), 0);
    assert_int_equal(bytes.length, strlen(text));
    assert_memory_equal(bytes.bytes != NULL ? bytes.bytes : "", text, bytes.length);
    buf_free(&bytes);
}

static void a_note_is_kept(void **state) {
    (void)state;
    struct uids *uids = opened();
    assert_false(uids_has(uids, "1"));
    assert_int_equal(uids_intend(uids, "1", "1.mail", NULL), 0);
    expect_file("1" OURS "\t1.mail\n");
    uids_confirm(uids);
    assert_true(uids_has(uids, "1"));
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
    expect_file("1" OURS "\n");
    uids = opened();
    assert_null(uids_doubt(uids));
    assert_true(uids_has(uids, "1"));
    assert_int_equal(uids_close(uids, UIDS_NONE, NULL), 0);
    expect_file("");
}

static void who_is_killed_leaves_a_doubt(void **state) {
    (void)state;
    test_file(directory, "pop3-uids", "1" OURS "\t1.mail\n2" OURS "\t2.mail\n3" OURS "\t3.m", NULL);
    struct uids *uids = opened();
    assert_string_equal(uids_doubt(uids), "2.mail"); /* the third was not written to its end */
    assert_int_equal(uids_settle(uids, true, NULL), 0);
    assert_null(uids_doubt(uids));
    assert_true(uids_has(uids, "1"));
    assert_true(uids_has(uids, "2"));
    assert_false(uids_has(uids, "3"));
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
}

/* Killed before the message came, and killed again: the first note must not stand in front of the
   second as if it were true. */
static void what_did_not_come_is_struck_out(void **state) {
    (void)state;
    test_file(directory, "pop3-uids", "1" OURS "\t1.mail\n2" OURS "\t2.mail\n", NULL);
    struct uids *uids = opened();
    assert_int_equal(uids_settle(uids, false, NULL), 0);
    expect_file("1" OURS "\t1.mail\n");
    assert_false(uids_has(uids, "2"));
    assert_int_equal(uids_intend(uids, "2", "2b.mail", NULL), 0);
    expect_file("1" OURS "\t1.mail\n2" OURS "\t2b.mail\n");
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
    uids = opened();
    assert_string_equal(uids_doubt(uids), "2b.mail");
    assert_int_equal(uids_settle(uids, false, NULL), 0);
    assert_false(uids_has(uids, "2"));
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
}

static void one_doubt_at_a_time(void **state) {
    (void)state;
    struct failure why = {0};
    struct uids *uids = opened();
    assert_int_equal(uids_intend(uids, "1", "1.mail", NULL), 0);
    assert_int_equal(uids_intend(uids, "2", "2.mail", &why), -1);
    assert_non_null(strstr(why.text, "is not known"));
    expect_file("1" OURS "\t1.mail\n");
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
    expect_file("1" OURS "\t1.mail\n");
}

static void others_are_kept(void **state) {
    (void)state;
    static const char carol[] = "1\tcarol@example.org\t" HOST "\n";
    test_file(directory, "pop3-uids", carol, NULL);
    struct uids *uids = opened();
    assert_false(uids_has(uids, "1"));
    assert_int_equal(uids_close(uids, UIDS_NONE, NULL), 0);
    expect_file(carol);
}

static void one_at_a_time(void **state) {
    (void)state;
    struct failure why = {0};
    struct uids *uids = opened();
    assert_null(uids_open(path, USER, HOST, &why));
    assert_non_null(strstr(why.text, "another program is fetching"));
    assert_int_equal(uids_close(uids, UIDS_ALL, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_note_is_kept, make, clear),
        cmocka_unit_test_setup_teardown(who_is_killed_leaves_a_doubt, make, clear),
        cmocka_unit_test_setup_teardown(what_did_not_come_is_struck_out, make, clear),
        cmocka_unit_test_setup_teardown(one_doubt_at_a_time, make, clear),
        cmocka_unit_test_setup_teardown(others_are_kept, make, clear),
        cmocka_unit_test_setup_teardown(one_at_a_time, make, clear),
    };
    return cmocka_run_group_tests_name("uids", tests, NULL, NULL);
}
