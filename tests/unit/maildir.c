/*
 * maildir: delivered whole or not at all.
 *
 * The system calls of a delivery are replaced by functions of this file, so that each of them can
 * be made to fail in its turn. The tests run in a directory of their own below the working one.
 */
#include "maildir.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

/* The faults. Call number `fail_at` (from 1) of this thread fails with `fail_with`; 0: none does.
 */
static _Thread_local int fail_at;
static _Thread_local int fail_with;
static _Thread_local int calls;
static _Thread_local int flushes;
static _Thread_local bool no_renameat2;
static const char *host = "mail";

static bool fails(void) {
    errno = fail_with;
    return ++calls == fail_at;
}

int openat(int directory, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails() ? -1 : (int)syscall(SYS_openat, directory, path, flags, mode);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (fails())
        return -1;
    /* A write may take less than all: it does here, always. */
    return syscall(SYS_write, file, bytes, count > 1000 ? count / 2 : count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t at) {
    return fails() ? -1 : syscall(SYS_pread64, file, bytes, count > 1000 ? count / 3 : count, at);
}

int fsync(int file) {
    flushes++;
    return fails() ? -1 : (int)syscall(SYS_fsync, file);
}

int close(int file) {
    bool failing = fails();
    int status = (int)syscall(SYS_close, file);
    if (failing)
        errno = fail_with;
    return failing ? -1 : status;
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    if (no_renameat2) {
        errno = EINVAL; /* what a file system says that cannot do RENAME_NOREPLACE */
        return -1;
    }
    return fails() ? -1 : (int)syscall(SYS_renameat2, from, old, to, new, flags);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    return fails() ? -1 : (int)syscall(SYS_linkat, from, old, to, new, flags);
}

int mkdirat(int directory, const char *path, mode_t mode) {
    return fails() ? -1 : (int)syscall(SYS_mkdirat, directory, path, mode);
}

int gethostname(char *name, size_t size) {
    snprintf(name, size, "%s", host);
    return 0;
}

/* Helpers */

static char top[] = "maildir.XXXXXX";
static char *here; /* where the tests began */

/* The names in a directory without "." and "..", and how many; -1 when there is none. */
static int not_dots(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int list(const char *path, struct dirent ***names) {
    return scandir(path, names, not_dots, NULL);
}

static int remove_all(const char *path) {
    struct dirent **names;
    int count = list(path, &names);
    for (int i = 0; i < count; i++) {
        char inner[1024];
        snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        remove_all(inner);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return remove(path);
}

static int set_up(void **state) {
    (void)state;
    fail_at = 0;
    no_renameat2 = false;
    memcpy(top, "maildir.XXXXXX", sizeof top);
    here = getcwd(NULL, 0);
    return here != NULL && mkdtemp(top) != NULL && chdir(top) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    fail_at = 0;
    int status = chdir(here) == 0 ? remove_all(top) : -1;
    free(here);
    return status;
}

static int entries(const char *path) {
    struct dirent **names;
    int count = list(path, &names);
    for (int i = 0; i < count; i++)
        free(names[i]);
    if (count >= 0)
        free(names);
    return count;
}

static int open_files(void) {
    return entries("/proc/self/fd");
}

static void create(const char *path) {
    struct failure why = {""};
    if (maildir_create(path, &why) < 0)
        fail_msg("%s", why.text);
}

static struct maildir_delivery *begin(const char *path) {
    struct failure why = {""};
    struct maildir_delivery *delivery = maildir_begin(path, &why);
    if (delivery == NULL)
        fail_msg("%s", why.text);
    return delivery;
}

/* The bytes of the file at `path` in the mailbox `box` are exactly these. */
static void assert_holds(const char *box, const char *path, const void *bytes, size_t count) {
    char full[512];
    snprintf(full, sizeof full, "%s/%s", box, path);
    FILE *file = fopen(full, "rb");
    if (file == NULL)
        fail_msg("%s is missing", full);
    char *content = test_malloc(count + 1);
    assert_int_equal(fread(content, 1, count + 1, file), count);
    assert_memory_equal(content, bytes, count);
    test_free(content);
    fclose(file);
}

static void fill(char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)(i * 7 + i / 256);
}

/* Making mailboxes */

static void create_makes_what_is_missing(void **state) {
    (void)state;
    struct stat status;
    create("store/example.org/bob");
    static const char *const made[] = {"store",
                                       "store/example.org",
                                       "store/example.org/bob",
                                       "store/example.org/bob/tmp",
                                       "store/example.org/bob/new",
                                       "store/example.org/bob/cur"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        assert_int_equal(stat(made[i], &status), 0);
        assert_true(S_ISDIR(status.st_mode));
        assert_int_equal(status.st_mode & 07777, 0700);
    }
    flushes = 0;
    create("store/example.org/bob");
    create("store//example.org/bob///");
    assert_int_equal(flushes, 0);
    assert_int_equal(rmdir("store/example.org/bob/tmp"), 0);
    create("store/example.org/bob");
    assert_int_equal(entries("store/example.org/bob/tmp"), 0);
    assert_int_equal(flushes, 1);
    char *absolute = realpath(".", NULL);
    char path[4200];
    snprintf(path, sizeof path, "%s/absolute", absolute);
    create(path);
    assert_int_equal(entries("absolute/new"), 0);
    free(absolute);
}

static void create_says_why_it_cannot(void **state) {
    (void)state;
    struct failure why = {""};
    fclose(fopen("file", "w"));
    assert_int_equal(maildir_create("file", &why), -1);
    assert_string_equal(why.text, "file: not a directory");
    assert_int_equal(maildir_create("file/bob", &why), -1);
    assert_string_equal(why.text, "file/bob: not a directory");
    char name[300];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(maildir_create(name, &why), -1);
    assert_non_null(strcasestr(why.text, "File name too long"));
    create("bob");
    assert_int_equal(rmdir("bob/new"), 0);
    fclose(fopen("bob/new", "w"));
    assert_int_equal(maildir_create("bob", &why), -1);
    assert_string_equal(why.text, "bob: not a directory");
}

/* With each of its calls failing in turn: -1, nothing left open; and then, without, all is well. */
static void create_survives_every_fault(void **state) {
    (void)state;
    calls = 0;
    create("no/fault");
    int all = calls;
    assert_true(all > 8);
    int before = open_files();
    for (int i = 1; i <= all; i++) {
        struct failure why = {""};
        char path[32];
        snprintf(path, sizeof path, "fault%d/bob", i);
        calls = 0;
        fail_at = i;
        fail_with = ENOSPC;
        int status = maildir_create(path, &why);
        fail_at = 0;
        if (status < 0) /* close is allowed to fail: nothing was written through it */
            assert_non_null(strcasestr(why.text, "No space left on device"));
        assert_int_equal(open_files(), before);
        create(path);
        snprintf(path, sizeof path, "fault%d/bob/cur", i);
        assert_int_equal(entries(path), 0);
    }
}

/* Delivering */

static void what_is_written_arrives(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 511, 16383, 16384, 16385, 32768, 100001};
    static const size_t pieces[] = {1, 80, 16383, 16384, 16385, 200000};
    static char bytes[100001];
    fill(bytes, sizeof bytes);
    create("bob");
    int before = open_files();
    int delivered = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            struct maildir_delivery *delivery = begin("bob");
            assert_int_equal(maildir_write(delivery, NULL, 0, NULL), 0);
            for (size_t at = 0; at < sizes[i]; at += pieces[k]) {
                size_t count = sizes[i] - at < pieces[k] ? sizes[i] - at : pieces[k];
                assert_int_equal(maildir_write(delivery, bytes + at, count, NULL), 0);
                assert_int_equal(maildir_size(delivery), at + count);
            }
            flushes = 0;
            assert_int_equal(entries("bob/tmp"), 1);
            assert_int_equal(maildir_sync(delivery, NULL), 0);
            assert_int_equal(flushes, 1);
            assert_int_equal(entries("bob/new"), delivered);
            assert_int_equal(maildir_publish(delivery, NULL), 0);
            assert_int_equal(flushes, 2);
            assert_int_equal(entries("bob/tmp"), 0);
            assert_int_equal(entries("bob/new"), ++delivered);
            assert_holds("bob", maildir_name(delivery), bytes, sizes[i]);
            maildir_end(delivery);
        }
    }
    assert_int_equal(entries("bob/new"), delivered);
    assert_int_equal(open_files(), before);
}

static void the_file_is_for_its_owner_alone(void **state) {
    (void)state;
    struct stat status;
    char path[512];
    mode_t mask = umask(0);
    create("bob");
    struct maildir_delivery *delivery = begin("bob");
    assert_int_equal(maildir_sync(delivery, NULL), 0);
    assert_int_equal(maildir_publish(delivery, NULL), 0);
    snprintf(path, sizeof path, "bob/%s", maildir_name(delivery));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_nlink, 1);
    maildir_end(delivery);
    umask(mask);
}

static void names_follow_the_format(void **state) {
    (void)state;
    static const struct {
        const char *host, *ends;
    } rows[] = {
        {"mail", "\\.mail"},
        {"mail.example.org", "\\.mail\\.example\\.org"},
        {"a/b:c", "\\.a\\\\057b\\\\072c"},
        {"", "\\.localhost"},
        {"////////////////////////////////////////////////////////////////", "(\\\\057){28,32}"},
    };
    create("bob");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pattern[200];
        regex_t expression;
        host = rows[i].host;
        struct maildir_delivery *one = begin("bob");
        struct maildir_delivery *other = begin("bob");
        host = "mail";
        assert_int_equal(maildir_sync(one, NULL), 0);
        snprintf(pattern, sizeof pattern, "^new/[0-9]{10,}\\.M[0-9]{1,6}P%ldQ[0-9]+%s%s,S=0,W=0$",
                 (long)getpid(), rows[i].ends[0] == '(' ? "\\." : "", rows[i].ends);
        assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
        if (regexec(&expression, maildir_name(one), 0, NULL, 0) != 0)
            fail_msg("%s does not match %s", maildir_name(one), pattern);
        assert_string_not_equal(maildir_name(one), maildir_name(other));
        regfree(&expression);
        maildir_end(one);
        maildir_end(other);
    }
}

/* S: of the file; W: as POP3 and IMAP send it, each line ended by CR LF. */
static void names_tell_sizes(void **state) {
    (void)state;
    static const struct {
        const char *first, *then, *ends;
    } rows[] = {
        {"", "", ",S=0,W=0"},           {"a\n", "b\n", ",S=4,W=6"},
        {"a\r", "\nb\r\n", ",S=6,W=6"},                           /* a CR LF cut in two */
        {"\n", "\n", ",S=2,W=4"},       {"a\nb", "", ",S=3,W=6"}, /* the last line is ended, too */
        {"a\n", "b\r", ",S=4,W=6"},     {"\r\r\n", "\rx\n", ",S=6,W=7"},
    };
    static char many[40000];
    create("bob");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct maildir_delivery *delivery = begin("bob");
        assert_int_equal(maildir_write(delivery, rows[i].first, strlen(rows[i].first), NULL), 0);
        assert_int_equal(maildir_write(delivery, rows[i].then, strlen(rows[i].then), NULL), 0);
        assert_int_equal(maildir_sync(delivery, NULL), 0);
        assert_string_equal(strchr(maildir_name(delivery), ','), rows[i].ends);
        maildir_end(delivery);
    }
    memset(many, '\n', sizeof many); /* more than is collected */
    struct maildir_delivery *from = begin("bob"), *to = begin("bob");
    assert_int_equal(maildir_write(from, "a", 1, NULL), 0);
    assert_int_equal(maildir_write(from, many, sizeof many, NULL), 0);
    assert_int_equal(maildir_copy(to, from, 1, NULL), 0);
    assert_int_equal(maildir_sync(from, NULL), 0);
    assert_int_equal(maildir_sync(to, NULL), 0);
    assert_string_equal(strchr(maildir_name(from), ','), ",S=40001,W=80001");
    assert_string_equal(strchr(maildir_name(to), ','), ",S=40000,W=80000");
    maildir_end(from);
    maildir_end(to);
}

static void steps_out_of_order_are_refused(void **state) {
    (void)state;
    struct failure why = {""};
    create("bob");
    struct maildir_delivery *delivery = begin("bob");
    assert_int_equal(maildir_publish(delivery, &why), -1);
    assert_non_null(strcasestr(why.text, "not flushed"));
    assert_int_equal(maildir_retract(delivery, &why), -1);
    assert_int_equal(maildir_write(delivery, "x", 1, NULL), 0);
    assert_int_equal(maildir_sync(delivery, NULL), 0);
    assert_int_equal(maildir_write(delivery, "y", 1, &why), -1);
    assert_non_null(strcasestr(why.text, "already flushed"));
    assert_int_equal(maildir_publish(delivery, NULL), 0);
    assert_int_equal(maildir_publish(delivery, &why), -1);
    assert_non_null(strcasestr(why.text, "already delivered"));
    assert_int_equal(maildir_write(delivery, "y", 1, &why), -1);
    struct maildir_delivery *other = begin("bob");
    assert_int_equal(maildir_copy(other, delivery, 0, &why), -1);
    maildir_end(other);
    assert_holds("bob", maildir_name(delivery), "x", 1);
    maildir_end(delivery);
    maildir_end(NULL);
    assert_int_equal(entries("bob/new"), 1);
    assert_int_equal(entries("bob/tmp"), 0);
}

static void what_is_not_published_leaves_nothing(void **state) {
    (void)state;
    create("bob");
    int before = open_files();
    for (int steps = 0; steps < 3; steps++) {
        struct maildir_delivery *delivery = begin("bob");
        if (steps > 0)
            assert_int_equal(maildir_write(delivery, "hello", 5, NULL), 0);
        if (steps > 1)
            assert_int_equal(maildir_sync(delivery, NULL), 0);
        maildir_end(delivery);
        assert_int_equal(entries("bob/tmp"), 0);
        assert_int_equal(entries("bob/new"), 0);
        assert_int_equal(open_files(), before);
    }
}

static void a_copy_is_the_rest_of_the_other(void **state) {
    (void)state;
    static char bytes[60000];
    fill(bytes, sizeof bytes);
    create("alice");
    create("bob");
    static const size_t sizes[] = {0, 10, 16384, 60000};
    static const size_t skips[] = {0, 10, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof skips / sizeof skips[0]; k++) {
            struct maildir_delivery *from = begin("alice");
            struct maildir_delivery *to = begin("bob");
            size_t skip = skips[k] < sizes[i] ? skips[k] : sizes[i];
            assert_int_equal(maildir_write(from, bytes, sizes[i], NULL), 0);
            if (k == 1) /* flushed or not makes no difference */
                assert_int_equal(maildir_sync(from, NULL), 0);
            assert_int_equal(maildir_write(to, bytes, skip, NULL), 0);
            assert_int_equal(maildir_copy(to, from, (off_t)skips[k], NULL), 0);
            assert_int_equal(maildir_size(to), sizes[i]);
            assert_int_equal(maildir_sync(to, NULL), 0);
            assert_int_equal(maildir_publish(to, NULL), 0);
            assert_holds("bob", maildir_name(to), bytes, sizes[i]);
            if (k != 1)
                assert_int_equal(maildir_sync(from, NULL), 0);
            assert_int_equal(maildir_publish(from, NULL), 0);
            assert_holds("alice", maildir_name(from), bytes, sizes[i]);
            maildir_end(to);
            maildir_end(from);
        }
    }
}

static void a_message_can_be_taken_back(void **state) {
    (void)state;
    struct failure why = {""};
    char from[512], to[512];
    create("bob");
    for (int round = 0; round < 2; round++) {
        struct maildir_delivery *delivery = begin("bob");
        assert_int_equal(maildir_sync(delivery, NULL), 0);
        assert_int_equal(maildir_publish(delivery, NULL), 0);
        if (round == 1) { /* a mail program was faster */
            snprintf(from, sizeof from, "bob/%s", maildir_name(delivery));
            snprintf(to, sizeof to, "bob/cur/%s:2,S", maildir_name(delivery) + 4);
            assert_int_equal(rename(from, to), 0);
        }
        flushes = 0;
        assert_int_equal(maildir_retract(delivery, &why), round == 0 ? 0 : -1);
        assert_int_equal(flushes, round == 0 ? 1 : 0);
        maildir_end(delivery);
        assert_int_equal(entries("bob/new"), 0);
        assert_int_equal(entries("bob/cur"), round);
    }
    assert_non_null(strcasestr(why.text, "No such file"));
}

/* Faults */

/* One whole delivery to two mailboxes, as a server does it. */
static int deliver_two(const char *bytes, size_t count, struct failure *why) {
    struct maildir_delivery *alice = maildir_begin("alice", why);
    struct maildir_delivery *bob = alice != NULL ? maildir_begin("bob", why) : NULL;
    int status = bob != NULL ? 0 : -1;
    if (status == 0)
        status = maildir_write(alice, bytes, count, why);
    if (status == 0)
        status = maildir_copy(bob, alice, 0, why);
    if (status == 0)
        status = maildir_sync(alice, why);
    if (status == 0)
        status = maildir_sync(bob, why);
    if (status == 0)
        status = maildir_publish(alice, why);
    if (status == 0 && maildir_publish(bob, why) < 0) {
        status = -1;
        maildir_retract(alice, NULL);
    }
    maildir_end(bob);
    maildir_end(alice);
    return status;
}

static void every_fault_leaves_nothing_behind(void **state) {
    (void)state;
    static char bytes[40000];
    fill(bytes, sizeof bytes);
    create("alice");
    create("bob");
    static const int errors[] = {ENOSPC, EDQUOT, EIO, EROFS, EMFILE};
    int before = open_files();
    for (int way = 0; way < 2; way++) { /* with renameat2, and with link and unlink */
        no_renameat2 = way == 1;
        calls = 0;
        assert_int_equal(deliver_two(bytes, sizeof bytes, NULL), 0);
        int all = calls, delivered = entries("bob/new"), refused = 0;
        assert_true(all > 20);
        for (int i = 1; i <= all; i++) {
            struct failure why = {""};
            fail_at = i;
            fail_with = errors[i % 5];
            calls = 0;
            int status = deliver_two(bytes, sizeof bytes, &why);
            fail_at = 0;
            if (status < 0) {
                refused++;
                if (strcasestr(why.text, strerrordesc_np(errors[i % 5])) == NULL)
                    fail_msg("call %d must fail with %s, but says %s", i,
                             strerrordesc_np(errors[i % 5]), why.text);
            } else { /* closing a directory or an empty file's last hold cannot lose anything */
                delivered++;
            }
            assert_int_equal(entries("alice/tmp"), 0);
            assert_int_equal(entries("bob/tmp"), 0);
            assert_int_equal(entries("alice/new"), delivered);
            assert_int_equal(entries("bob/new"), delivered);
            assert_int_equal(open_files(), before);
        }
        assert_true(refused > all / 2);
    }
}

/* EINTR is no failure: the call is made again. */
static void signals_do_not_disturb(void **state) {
    (void)state;
    static char bytes[40000];
    create("alice");
    create("bob");
    calls = 0;
    assert_int_equal(deliver_two(bytes, sizeof bytes, NULL), 0);
    int all = calls, interrupted = 0;
    for (int i = 1; i <= all; i++) {
        fail_at = i;
        fail_with = EINTR;
        calls = 0;
        interrupted += deliver_two(bytes, sizeof bytes, NULL) == 0;
        fail_at = 0;
    }
    assert_true(interrupted > all / 2); /* all writes, reads and closes; not open, fsync, rename */
}

static void a_broken_delivery_stays_broken(void **state) {
    (void)state;
    struct failure why = {""};
    create("bob");
    struct maildir_delivery *delivery = begin("bob");
    assert_int_equal(maildir_write(delivery, "x", 1, NULL), 0);
    calls = 0;
    fail_at = 2; /* write, then fsync */
    fail_with = EIO;
    assert_int_equal(maildir_sync(delivery, &why), -1);
    fail_at = 0;
    assert_non_null(strcasestr(why.text, "Input/output error"));
    assert_int_equal(maildir_sync(delivery, &why), -1); /* must not succeed the second time */
    assert_non_null(strcasestr(why.text, "an earlier write failed"));
    assert_int_equal(maildir_write(delivery, "y", 1, NULL), -1);
    assert_int_equal(maildir_publish(delivery, NULL), -1);
    struct maildir_delivery *other = begin("bob");
    assert_int_equal(maildir_copy(other, delivery, 0, NULL), -1);
    maildir_end(other);
    maildir_end(delivery);
    assert_int_equal(entries("bob/tmp"), 0);
    assert_int_equal(entries("bob/new"), 0);
}

static void a_file_too_large_is_refused(void **state) {
    (void)state;
    struct failure why = {""};
    struct rlimit limit, small;
    static char bytes[100000];
    create("bob");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 50000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct maildir_delivery *delivery = begin("bob");
    int status = maildir_write(delivery, bytes, sizeof bytes, &why);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, -1);
    assert_non_null(strcasestr(why.text, "File too large"));
    assert_int_equal(maildir_sync(delivery, NULL), -1);
    maildir_end(delivery);
    assert_int_equal(entries("bob/tmp"), 0);
}

static void missing_directories_are_named(void **state) {
    (void)state;
    struct failure why = {""};
    int before = open_files();
    assert_null(maildir_begin("bob", &why));
    assert_string_equal(why.text, "mailbox bob: no such file or directory");
    assert_int_equal(mkdir("bob", 0700), 0);
    assert_null(maildir_begin("bob", &why));
    assert_int_equal(strncmp(why.text, "bob/tmp/", 8), 0);
    create("bob");
    struct maildir_delivery *delivery = begin("bob");
    assert_int_equal(maildir_sync(delivery, NULL), 0);
    assert_int_equal(rmdir("bob/new"), 0);
    assert_int_equal(maildir_publish(delivery, &why), -1);
    assert_int_equal(strncmp(why.text, "bob/new", 7), 0);
    maildir_end(delivery);
    assert_int_equal(entries("bob/tmp"), 0);
    fclose(fopen("file", "w"));
    assert_null(maildir_begin("file", &why));
    assert_string_equal(why.text, "mailbox file: not a directory");
    assert_int_equal(open_files(), before);
}

static void a_read_only_mailbox_is_refused(void **state) {
    (void)state;
    struct failure why = {""};
    uid_t self = geteuid();
    assert_int_equal(chmod(".", 0777), 0);
    if (self == 0)
        assert_int_equal(seteuid(65534), 0); /* root may write everywhere: be nobody */
    create("bob");
    assert_int_equal(chmod("bob/tmp", 0500), 0);
    assert_null(maildir_begin("bob", &why));
    assert_non_null(strcasestr(why.text, "Permission denied"));
    assert_int_equal(chmod("bob/tmp", 0700), 0);
    assert_int_equal(chmod("bob/new", 0500), 0);
    struct maildir_delivery *delivery = begin("bob");
    assert_int_equal(maildir_sync(delivery, NULL), 0);
    assert_int_equal(maildir_publish(delivery, &why), -1);
    assert_non_null(strcasestr(why.text, "Permission denied"));
    maildir_end(delivery);
    assert_int_equal(entries("bob/tmp"), 0);
    assert_int_equal(seteuid(self), 0);
}

static void no_message_takes_the_place_of_another(void **state) {
    (void)state;
    struct failure why = {""};
    char path[512];
    create("bob");
    for (int way = 0; way < 2; way++) {
        no_renameat2 = way == 1;
        struct maildir_delivery *delivery = begin("bob");
        assert_int_equal(maildir_write(delivery, "second", 6, NULL), 0);
        assert_int_equal(maildir_sync(delivery, NULL), 0);
        snprintf(path, sizeof path, "bob/%s", maildir_name(delivery));
        FILE *first = fopen(path, "w");
        assert_non_null(first);
        fputs("first", first);
        fclose(first);
        assert_int_equal(maildir_publish(delivery, &why), -1);
        assert_non_null(strcasestr(why.text, "File exists"));
        assert_holds("bob", maildir_name(delivery), "first", 5);
        maildir_end(delivery);
        assert_int_equal(entries("bob/tmp"), 0);
        assert_int_equal(entries("bob/new"), way + 1);
    }
}

/* Many threads */

#define THREADS    8
#define DELIVERIES 50

static void *deliver_many(void *context) {
    const int *number = context;
    for (int i = 0; i < DELIVERIES; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "thread %d message %d\n", *number, i);
        struct maildir_delivery *delivery = maildir_begin("bob", NULL);
        if (delivery == NULL || maildir_write(delivery, text, (size_t)length, NULL) < 0 ||
            maildir_sync(delivery, NULL) < 0 || maildir_publish(delivery, NULL) < 0)
            return "failed";
        maildir_end(delivery);
    }
    return NULL;
}

/* Notes in `context` which message this is. */
static int check_line(const char *path, void *context) {
    bool(*seen)[DELIVERIES] = context;
    char text[64] = "", expected[64];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    for (int thread = 0; thread < THREADS; thread++) {
        for (int i = 0; i < DELIVERIES; i++) {
            snprintf(expected, sizeof expected, "thread %d message %d\n", thread, i);
            if (length == strlen(expected) && strcmp(text, expected) == 0 && !seen[thread][i]) {
                seen[thread][i] = true;
                return 0;
            }
        }
    }
    fail_msg("%s is not whole, or there twice: %s", path, text);
    return -1;
}

static void threads_do_not_meet(void **state) {
    (void)state;
    static bool seen[THREADS][DELIVERIES];
    pthread_t threads[THREADS];
    int numbers[THREADS];
    create("bob");
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, deliver_many, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    assert_int_equal(entries("bob/tmp"), 0);
    assert_int_equal(entries("bob/new"), THREADS * DELIVERIES);
    assert_int_equal(maildir_each("bob", check_line, seen, NULL), 0);
}

/* Reading and sweeping */

static void touch(const char *path) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

struct visits {
    char text[1000];
    size_t used;
    int stop_after;
};

static int note(const char *path, void *context) {
    struct visits *visits = context;
    visits->used += (size_t)snprintf(visits->text + visits->used,
                                     sizeof visits->text - visits->used, "%s\n", path);
    return --visits->stop_after == 0 ? 7 : 0;
}

static void messages_are_visited_in_order(void **state) {
    (void)state;
    struct visits visits = {"", 0, 0};
    create("bob");
    assert_int_equal(maildir_each("bob", note, &visits, NULL), 0);
    assert_string_equal(visits.text, "");
    touch("bob/new/1732183628.M5P411Q2.mail");
    touch("bob/new/1732183628.M50P411Q3.mail");
    touch("bob/new/999999999.M1P1Q1.mail");
    touch("bob/new/1732183628.M5P411Q10.mail"); /* behind Q2, and here twice */
    touch("bob/cur/1732183628.M5P411Q10.mail:2,S");
    touch("bob/cur/1732183628.M5P411Q1.mail:2,");
    touch("bob/cur/1732183629.M1P1Q1.mail:2,FRS");
    touch("bob/new/.hidden");
    touch("bob/tmp/1732183628.M1P1Q1.mail");
    assert_int_equal(mkdir("bob/new/directory", 0700), 0);
    assert_int_equal(maildir_each("bob", note, &visits, NULL), 0);
    assert_string_equal(visits.text, "bob/new/999999999.M1P1Q1.mail\n"
                                     "bob/cur/1732183628.M5P411Q1.mail:2,\n"
                                     "bob/new/1732183628.M5P411Q2.mail\n"
                                     "bob/cur/1732183628.M5P411Q10.mail:2,S\n"
                                     "bob/new/1732183628.M50P411Q3.mail\n"
                                     "bob/cur/1732183629.M1P1Q1.mail:2,FRS\n");
    visits = (struct visits){"", 0, 2};
    assert_int_equal(maildir_each("bob", note, &visits, NULL), 7);
    assert_string_equal(visits.text, "bob/new/999999999.M1P1Q1.mail\n"
                                     "bob/cur/1732183628.M5P411Q1.mail:2,\n");
}

/* A mail program moves messages, and changes their flags: the name up to the ":" stays. */
static void a_message_is_found_again(void **state) {
    (void)state;
    char now[PATH_MAX];
    struct failure why;
    create("bob");
    touch("bob/new/1.mail");
    touch("bob/cur/10.mail:2,S");
    assert_int_equal(maildir_find("bob/new/1.mail", now, NULL), 0);
    assert_string_equal(now, "bob/new/1.mail");
    assert_int_equal(rename("bob/new/1.mail", "bob/cur/1.mail:2,"), 0);
    assert_int_equal(maildir_find("bob/new/1.mail", now, NULL), 0);
    assert_string_equal(now, "bob/cur/1.mail:2,");
    assert_int_equal(rename("bob/cur/1.mail:2,", "bob/cur/1.mail:2,RS"), 0);
    assert_int_equal(maildir_find("bob/cur/1.mail:2,", now, NULL), 0);
    assert_string_equal(now, "bob/cur/1.mail:2,RS");
    assert_int_equal(unlink("bob/cur/1.mail:2,RS"), 0);
    assert_int_equal(maildir_find("bob/cur/1.mail:2,", now, &why), 1);
    assert_string_equal(why.text, "bob/cur/1.mail:2, has gone");
    assert_int_equal(maildir_find("carol/new/1.mail", now, &why), -1);
    assert_string_equal(why.text, "carol/new: no such file or directory");
    assert_int_equal(maildir_find("1.mail", now, &why), -1);
}

static void reading_what_is_no_mailbox(void **state) {
    (void)state;
    struct failure why = {""};
    struct visits visits = {"", 0, 0};
    assert_int_equal(maildir_each("bob", note, &visits, &why), -1);
    assert_string_equal(why.text, "bob/new: no such file or directory");
    assert_int_equal(maildir_sweep("bob", &why), -1);
    assert_string_equal(why.text, "bob/tmp: no such file or directory");
    create("bob");
    assert_int_equal(rmdir("bob/cur"), 0);
    assert_int_equal(maildir_each("bob", note, &visits, &why), -1);
    assert_string_equal(why.text, "bob/cur: no such file or directory");
}

static void only_old_remains_are_swept(void **state) {
    (void)state;
    create("bob");
    time_t now = time(NULL);
    const time_t old = now - 36 * 3600L - 60, young = now - 36 * 3600L + 60;
    const struct {
        const char *path;
        time_t read, written;
        bool stays;
    } rows[] = {
        {"bob/tmp/new", now, now, true},     {"bob/tmp/young", young, young, true},
        {"bob/tmp/old", old, old, false},    {"bob/tmp/older", 1, 1, false},
        {"bob/tmp/read", young, old, true},  {"bob/tmp/written", old, young, true},
        {"bob/new/message", old, old, true}, {"bob/cur/message:2,", old, old, true},
    };
    size_t count = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < count; i++) {
        const struct timespec times[2] = {{rows[i].read, 0}, {rows[i].written, 0}};
        touch(rows[i].path);
        assert_int_equal(utimensat(AT_FDCWD, rows[i].path, times, 0), 0);
    }
    assert_int_equal(maildir_sweep("bob", NULL), 2);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(access(rows[i].path, F_OK), rows[i].stays ? 0 : -1);
    assert_int_equal(maildir_sweep("bob", NULL), 0);
}

static void one_at_a_time_takes_away(void **state) {
    (void)state;
    struct failure why = {""};
    assert_int_equal(maildir_lock("bob", &why), MAILDIR_NONE);
    create("bob");
    int lock = maildir_lock("bob", &why);
    assert_true(lock >= 0);
    assert_int_equal(maildir_lock("bob", &why), MAILDIR_IN_USE); /* of the same process, too */
    assert_string_equal(why.text, "bob/pop3.lock: resource temporarily unavailable");
    create("carol");
    int other = maildir_lock("carol", &why);
    assert_true(other >= 0);
    assert_int_equal(close(other), 0);
    assert_int_equal(close(lock), 0);
    lock = maildir_lock("bob", &why);
    assert_true(lock >= 0);
    assert_int_equal(close(lock), 0);
    touch("file");
    assert_int_equal(maildir_lock("file", &why), MAILDIR_FAILED);
    assert_int_equal(unlink("bob/pop3.lock"), 0);
    assert_int_equal(symlink("/etc/passwd", "bob/pop3.lock"), 0);
    assert_int_equal(maildir_lock("bob", &why), MAILDIR_FAILED);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(create_makes_what_is_missing),
        TEST(create_says_why_it_cannot),
        TEST(create_survives_every_fault),
        TEST(what_is_written_arrives),
        TEST(the_file_is_for_its_owner_alone),
        TEST(names_follow_the_format),
        TEST(names_tell_sizes),
        TEST(steps_out_of_order_are_refused),
        TEST(what_is_not_published_leaves_nothing),
        TEST(a_copy_is_the_rest_of_the_other),
        TEST(a_message_can_be_taken_back),
        TEST(every_fault_leaves_nothing_behind),
        TEST(signals_do_not_disturb),
        TEST(a_broken_delivery_stays_broken),
        TEST(a_file_too_large_is_refused),
        TEST(missing_directories_are_named),
        TEST(a_read_only_mailbox_is_refused),
        TEST(no_message_takes_the_place_of_another),
        TEST(threads_do_not_meet),
        TEST(messages_are_visited_in_order),
        TEST(a_message_is_found_again),
        TEST(reading_what_is_no_mailbox),
        TEST(only_old_remains_are_swept),
        TEST(one_at_a_time_takes_away),
    };
    return cmocka_run_group_tests_name("maildir", tests, NULL, NULL);
}
