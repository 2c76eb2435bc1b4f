/* The maildrop of pop3d: a snapshot under a lock. In a directory of its own below the working one.
 */
#include "maildir.h"
#include "maildrop.h"
#include "sizes.h"
#include "uid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char here[] = "maildrop-XXXXXX";

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state) {
    (void)state;
    snprintf(here, sizeof here, "maildrop-XXXXXX");
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    assert_int_equal(maildir_create("bob", NULL), 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[100];
    assert_int_equal(chdir(".."), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", here);
    return system(command); /* NOLINT: a name of our own */
}

static struct maildrop *open_bob(void) {
    struct maildrop *maildrop;
    struct failure why = {""};
    assert_int_equal(maildrop_open("bob", &maildrop, &why), MAILDROP_OPEN);
    return maildrop;
}

/* Reads a message and compares it with `text`. */
static void assert_message(struct maildrop *maildrop, size_t number, const char *text) {
    char bytes[100] = "";
    bool gone;
    int file = maildrop_read(maildrop, number, &gone, NULL);
    assert_true(file >= 0);
    assert_int_equal(read(file, bytes, sizeof bytes - 1), strlen(text));
    assert_string_equal(bytes, text);
    close(file);
}

static void assert_uid(const struct maildrop *maildrop, size_t number, const char *expected) {
    char uid[MAILDROP_UID_SIZE];
    maildrop_uid(maildrop, number, uid);
    assert_string_equal(uid, expected);
}

static void in_the_order_of_delivery(void **state) {
    (void)state;
    write_file("bob/new/100.M10.mail", "second\n");
    write_file("bob/cur/100.M9.mail:2,S", "first\n");
    write_file("bob/new/1000.M1.mail", "third\n");
    write_file("bob/tmp/1.M1.mail", "unfinished\n");
    struct maildrop *maildrop = open_bob();
    assert_int_equal(maildrop_count(maildrop), 3);
    assert_message(maildrop, 1, "first\n");
    assert_message(maildrop, 2, "second\n");
    assert_message(maildrop, 3, "third\n");
    assert_uid(maildrop, 1, "100.M9.mail");
    assert_int_equal(maildrop_size(maildrop, 2), 8);
    struct maildrop_total total = maildrop_total(maildrop);
    assert_int_equal(total.messages, 3);
    assert_int_equal(total.octets, 7 + 8 + 7);
    maildrop_close(maildrop);
}

static void one_session_at_a_time(void **state) {
    (void)state;
    struct maildrop *maildrop = open_bob(), *other;
    struct failure why = {""};
    assert_int_equal(maildrop_open("bob", &other, &why), MAILDROP_IN_USE);
    assert_null(other);
    maildrop_close(maildrop);
    maildrop_close(open_bob());
}

static void what_cannot_be_opened(void **state) {
    (void)state;
    struct maildrop *maildrop;
    struct failure why = {""};
    assert_int_equal(maildrop_open("nobody", &maildrop, &why), MAILDROP_OPEN); /* an empty one */
    assert_int_equal(maildrop_count(maildrop), 0);
    size_t removed;
    assert_int_equal(maildrop_remove(maildrop, &removed, &why), 0);
    maildrop_close(maildrop);
    write_file("file", "x");
    assert_int_equal(maildrop_open("file", &maildrop, &why), MAILDROP_UNFIT);
    assert_int_equal(rmdir("bob/cur"), 0);
    assert_int_equal(maildrop_open("bob", &maildrop, &why), MAILDROP_UNFIT);
    assert_non_null(strstr(why.text, "bob"));
    maildrop_close(NULL);
}

static void removed_at_the_end_only(void **state) {
    (void)state;
    struct failure why = {""};
    size_t removed;
    write_file("bob/new/1.mail", "a\n");
    write_file("bob/new/2.mail", "b\n");
    write_file("bob/new/3.mail", "c\n");
    struct maildrop *maildrop = open_bob();
    maildrop_delete(maildrop, 1);
    maildrop_delete(maildrop, 3);
    assert_true(maildrop_is_deleted(maildrop, 1));
    assert_int_equal(maildrop_total(maildrop).messages, 1);
    assert_int_equal(maildrop_total(maildrop).octets, 3);
    assert_int_equal(access("bob/new/1.mail", F_OK), 0);
    maildrop_close(maildrop); /* no update */
    assert_int_equal(access("bob/new/1.mail", F_OK), 0);

    maildrop = open_bob();
    maildrop_delete(maildrop, 2);
    maildrop_reset(maildrop);
    assert_int_equal(maildrop_total(maildrop).messages, 3);
    maildrop_delete(maildrop, 1);
    maildrop_delete(maildrop, 3);
    assert_int_equal(rename("bob/new/1.mail", "bob/cur/1.mail:2,RS"), 0);
    assert_int_equal(unlink("bob/new/3.mail"), 0); /* somebody else was faster */
    assert_int_equal(maildrop_remove(maildrop, &removed, &why), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(access("bob/cur/1.mail:2,RS", F_OK), -1);
    assert_int_equal(access("bob/new/2.mail", F_OK), 0);
    maildrop_close(maildrop);
}

static void all_that_can_be_removed(void **state) {
    (void)state;
    struct failure why = {""};
    size_t removed;
    write_file("bob/new/1.mail", "a\n");
    write_file("bob/new/2.mail", "b\n");
    write_file("bob/new/3.mail", "c\n");
    struct maildrop *maildrop = open_bob();
    for (size_t number = 1; number <= 3; number++)
        maildrop_delete(maildrop, number);
    assert_int_equal(unlink("bob/new/2.mail"), 0);
    assert_int_equal(mkdir("bob/new/2.mail", 0700), 0);
    assert_int_equal(maildrop_remove(maildrop, &removed, &why), -1);
    assert_int_equal(removed, 2);
    assert_non_null(strstr(why.text, "2.mail"));
    maildrop_close(maildrop);
}

static void moved_messages_are_found(void **state) {
    (void)state;
    write_file("bob/new/1.mail", "a\n");
    write_file("bob/new/2.mail", "b\n");
    write_file("bob/cur/3.mail:2,", "c\n");
    struct maildrop *maildrop = open_bob();
    assert_int_equal(rename("bob/new/1.mail", "bob/cur/1.mail:2,S"), 0);
    assert_int_equal(rename("bob/cur/3.mail:2,", "bob/cur/3.mail:2,FS"), 0);
    assert_int_equal(unlink("bob/new/2.mail"), 0);
    write_file("bob/new/22.mail", "another\n");
    assert_message(maildrop, 1, "a\n");
    assert_message(maildrop, 3, "c\n");
    struct failure why = {""};
    bool gone;
    assert_int_equal(maildrop_read(maildrop, 2, &gone, &why), -1);
    assert_true(gone);
    assert_int_equal(maildrop_count(maildrop), 3);
    maildrop_close(maildrop);
}

static void sizes_of_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool told;
        uint64_t size;
    } rows[] = {
        {"1.M1.mail,S=10,W=12", true, 12},
        {"1.M1.mail,W=12,S=10", true, 12},
        {"1.M1.mail,W=12", true, 12},
        {"1.M1.mail,S=0,W=0", true, 0},
        {"1.M1.mail,S=10,W=22", true, 22}, /* only line ends, and the last one missing */
        {"1.M1.mail,S=10,W=23", false, 0},
        {"1.M1.mail,S=10,W=9", false, 0},
        {"1.M1.mail,S=10", false, 0},
        {"1.M1.mail", false, 0},
        {"1.M1.mail,W=", false, 0},
        {"1.M1.mail,W=-1", false, 0},
        {"1.M1.mail,W=12x", false, 0},
        {"1.M1.mail,W=1234567890123456789", false, 0},
        {"W=12", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t size = 0;
        assert_int_equal(sizes_from_name(rows[i].name, &size), rows[i].told);
        if (rows[i].told)
            assert_int_equal(size, rows[i].size);
    }
}

static void uids(void **state) {
    (void)state;
    char uid[MAILDROP_UID_SIZE], other[MAILDROP_UID_SIZE], name[100];
    uid_make("1732183628.M5P411Q1.mail,S=420,W=433", uid);
    assert_string_equal(uid, "1732183628.M5P411Q1.mail,S=420,W=433");
    for (size_t length = 69; length <= 72; length++) {
        memset(name, 'x', length);
        name[length] = '\0';
        uid_make(name, uid);
        if (length <= 70)
            assert_string_equal(uid, name);
        else
            assert_int_equal(strlen(uid), 64); /* SHA-256, in hexadecimal digits */
    }
    uid_make("a b", uid);
    uid_make("a\x7f", other);
    assert_int_equal(strlen(uid), 64);
    assert_string_not_equal(uid, other);
    /* printf 'a b' | sha256sum */
    assert_string_equal(uid, "c8687a08aa5d6ed2044328fa6a697ab8e96dc34291e8c2034ae8c38e6fcc6d65");
}

static void counted_once(void **state) {
    (void)state;
    struct stat before, after;
    write_file("bob/new/1.mail", "a\nb");
    write_file("bob/new/2.mail,S=3,W=6", "a\nb");
    maildrop_close(open_bob());
    assert_int_equal(stat("bob/pop3.sizes", &before), 0);
    struct maildrop *maildrop = open_bob(); /* nothing is new: nothing is written */
    assert_int_equal(maildrop_size(maildrop, 1), 6);
    maildrop_close(maildrop);
    assert_int_equal(stat("bob/pop3.sizes", &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    write_file("bob/new/1.mail", "a\nb\n\n"); /* another size: not what was counted */
    maildrop = open_bob();
    assert_int_equal(maildrop_size(maildrop, 1), 8);
    maildrop_close(maildrop);
    assert_int_equal(access("bob/pop3.sizes.new", F_OK), -1);
}

static void thousands(void **state) {
    (void)state;
    char name[100], uid[MAILDROP_UID_SIZE], last[MAILDROP_UID_SIZE] = "";
    for (int i = 0; i < 3000; i++) { /* in an order of no use */
        snprintf(name, sizeof name, "bob/new/%d.mail,S=1,W=3", i * 7 % 3000);
        write_file(name, "x");
    }
    struct maildrop *maildrop = open_bob();
    assert_int_equal(maildrop_count(maildrop), 3000);
    for (size_t number = 1; number <= 3000; number++) {
        maildrop_uid(maildrop, number, uid);
        assert_true(strverscmp(last, uid) < 0);
        snprintf(last, sizeof last, "%s", uid);
    }
    maildrop_close(maildrop);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(in_the_order_of_delivery),
        TEST(one_session_at_a_time),
        TEST(what_cannot_be_opened),
        TEST(removed_at_the_end_only),
        TEST(all_that_can_be_removed),
        TEST(moved_messages_are_found),
        TEST(sizes_of_names),
        TEST(uids),
        TEST(counted_once),
        TEST(thousands),
    };
    return cmocka_run_group_tests_name("pop3d_maildrop", tests, NULL, NULL);
}
