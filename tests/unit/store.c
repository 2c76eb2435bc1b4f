/* Where pop3 --fetch puts messages, and what is left when it is killed. */
#include "store.h"
#include "files.h"

#include "files_for_tests.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

static struct store *open_store(const char *directory, const char *name, const char *user) {
    char place[256];
    struct failure why = {""};
    snprintf(place, sizeof place, "%s/%s", directory, name);
    struct store *store = store_open(place, user, "Mail.Example.ORG", &why);
    if (store == NULL)
        fail_msg("%s", why.text);
    return store;
}

static int begin(struct store *store, const char *uid) {
    struct pop3_message message = {.number = 1};
    snprintf(message.uid, sizeof message.uid, "%s", uid);
    return store_begin(store, &message, NULL);
}

static void fetch(struct store *store, const char *uid, const char *text) {
    struct failure why = {""};
    assert_int_equal(begin(store, uid), 0);
    assert_int_equal(store_add(store, text, strlen(text), &why), 0);
    if (store_commit(store, &why) < 0)
        fail_msg("%s", why.text);
}

static void close_store(struct store *store, enum uids_keep keep) {
    struct failure why = {""};
    if (store_close(store, keep, &why) < 0)
        fail_msg("%s", why.text);
}

/* All bytes of the file, or of all files in the directory, one behind the other. */
static void read_place(const char *directory, const char *name, char *text, size_t size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    text[0] = '\0';
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, versionsort);
    if (count < 0) {
        FILE *file = fopen(path, "re");
        size_t length = file != NULL ? fread(text, 1, size - 1, file) : 0;
        text[length] = '\0';
        if (file != NULL)
            fclose(file);
        return;
    }
    for (int i = 0; i < count; i++) {
        char one[1024];
        size_t length = strlen(text);
        snprintf(path, sizeof path, "%s/%s", name, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            read_place(directory, path, one, sizeof one);
            snprintf(text + length, size - length, "%s", one);
        }
        free(entries[i]);
    }
    free(entries);
}

static unsigned count_of(const char *text, const char *what) {
    unsigned count = 0;
    for (const char *found = text; (found = strstr(found, what)) != NULL; found++)
        count++;
    return count;
}

static void lines_end_in_lf(void **state) {
    (void)state;
    char directory[64], text[1024];
    struct failure why;
    test_directory(directory);
    struct store *store = open_store(directory, "mail", "bob");
    assert_string_equal(store_kind(store), "Maildir");
    assert_int_equal(begin(store, "a"), 0);
    static const char *const pieces[] = {"a\r\n", "\r", "\n", "b\r", "c\r\r\n", "\rd\n", "e\r"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        assert_int_equal(store_add(store, pieces[i], strlen(pieces[i]), &why), 0);
    assert_int_equal(store_commit(store, &why), 0);
    close_store(store, UIDS_ALL);
    read_place(directory, "mail/new", text, sizeof text);
    assert_string_equal(text, "a\n\nb\rc\r\n\rd\ne\r");
    files_remove(directory, NULL);
}

static void an_mbox_is_quoted_and_keeps_its_empty_lines(void **state) {
    (void)state;
    char directory[64], text[2048];
    test_directory(directory);
    test_file(directory, "in.mbox", "From x Thu Jan  1 00:00:00 1970\n\nold, without a line end",
              NULL);
    struct store *store = open_store(directory, "in.mbox", "bob");
    assert_string_equal(store_kind(store), "mbox");
    fetch(store, "a", "Subject: one\r\n\r\nFrom here\r\n>From there\r\n From\r\nFromage");
    fetch(store, "b", "");
    close_store(store, UIDS_ALL);
    read_place(directory, "in.mbox", text, sizeof text);
    const char *first = strstr(text, "\nold, without a line end\n\nFrom MAILER-DAEMON ");
    assert_non_null(first);
    assert_non_null(
        strstr(first, "\nSubject: one\n\n>From here\n>>From there\n From\nFromage\n\nFrom MAI"));
    assert_int_equal(count_of(text, "\nFrom "), 2);
    assert_string_equal(text + strlen(text) - 2, "\n\n");
    files_remove(directory, NULL);
}

static void what_was_fetched_is_remembered(void **state) {
    (void)state;
    static const char *const places[] = {"mail", "in.mbox"};
    for (size_t i = 0; i < 2; i++) {
        char directory[64];
        test_directory(directory);
        struct store *store = open_store(directory, places[i], "bob");
        assert_false(store_has(store, "a"));
        fetch(store, "a", "x\r\n");
        fetch(store, "", "without a unique-id\r\n");
        assert_true(store_has(store, "a"));
        begin(store, "b");
        store_drop(store);
        assert_false(store_has(store, "b"));
        close_store(store, UIDS_ALL);

        store = open_store(directory, places[i], "carol"); /* another maildrop */
        assert_false(store_has(store, "a"));
        close_store(store, UIDS_NONE);

        store = open_store(directory, places[i], "bob");
        assert_true(store_has(store, "a"));
        fetch(store, "c", "y\r\n");
        close_store(store, UIDS_ALL);
        store = open_store(directory, places[i], "bob");
        assert_true(store_has(store, "c")); /* the server has this one only */
        close_store(store, UIDS_ASKED);
        store = open_store(directory, places[i], "bob");
        assert_false(store_has(store, "a"));
        assert_true(store_has(store, "c"));
        close_store(store, UIDS_NONE);
        store = open_store(directory, places[i], "bob");
        assert_false(store_has(store, "c"));
        close_store(store, UIDS_NONE);
        files_remove(directory, NULL);
    }
}

/* Runs `steps` of them, and dies as if it were killed: nothing is closed. */
static void fetch_and_die(const char *directory, const char *place, unsigned steps) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *store = open_store(directory, place, "bob");
        for (unsigned i = 0; i < 3 && steps > 0; i++) {
            char uid[2] = {(char)('a' + i), '\0'}, text[] = "Message ?\r\n";
            text[8] = uid[0];
            if (!store_has(store, uid)) {
                begin(store, uid);
                if (--steps > 0)
                    store_add(store, text, strlen(text), NULL);
                if (steps > 0 && --steps > 0 && store_commit(store, NULL) == 0)
                    --steps;
            }
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void each_message_comes_once_wherever_the_program_dies(void **state) {
    (void)state;
    static const char *const places[] = {"mail", "in.mbox"};
    for (size_t i = 0; i < 2; i++) {
        for (unsigned steps = 0; steps < 10; steps++) {
            char directory[64], text[2048];
            test_directory(directory);
            fetch_and_die(directory, places[i], steps);
            fetch_and_die(directory, places[i], 4);
            fetch_and_die(directory, places[i], 100);
            read_place(directory, i == 0 ? "mail/new" : "in.mbox", text, sizeof text);
            for (const char *letter = "abc"; *letter != '\0'; letter++) {
                char line[] = "Message ?\n";
                line[8] = *letter;
                if (count_of(text, line) != 1)
                    fail_msg("%s, %u: %s", places[i], steps, text);
            }
            files_remove(directory, NULL);
        }
    }
}

/* The program was killed while it appended part 0 at offset 5: what is in the files, and what must
   be in the mailbox once it has been opened again. */
static void half_an_mbox_is_ended(void **state) {
    (void)state;
    static const char part[] = "From x\nwhole\n\n";
    static const struct {
        const char *mailbox, *part, *note, *result;
        bool has;
    } cases[] = {
        {"old\n\n", part, "5 0", "old\n\nFrom x\nwhole\n\n", true},
        {"old\n\nFrom x\nwho", part, "5 0", "old\n\nFrom x\nwhole\n\n", true},
        {"old\n\nFrom x\nwhole\n\n", part, "5 0", "old\n\nFrom x\nwhole\n\n", true},
        /* part 0 was done with, and part 1 half written */
        {"old\n\nFrom x\nwhole\n\n", NULL, "5 0", "old\n\nFrom x\nwhole\n\n", true},
        /* somebody has written the mailbox anew in the meantime */
        {"new\n\nFrom x\nwhole\n\nlast\n\n", part, "5 0", "new\n\nFrom x\nwhole\n\nlast\n\n", true},
        {"x\n\n", part, "5 0", "x\n\nFrom x\nwhole\n\n", true},
        {"something else\n\n", part, "5 0", "something else\n\nFrom x\nwhole\n\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char directory[64], text[2048];
        test_directory(directory);
        test_file(directory, "in.mbox", cases[i].mailbox, NULL);
        if (cases[i].part != NULL)
            test_file(directory, "in.mbox.pop3-part0", cases[i].part, NULL);
        else
            test_file(directory, "in.mbox.pop3-part1", "From half", NULL);
        snprintf(text, sizeof text, "z\tbob\tmail.example.org\na\tbob\tmail.example.org\t%s\nto",
                 cases[i].note);
        test_file(directory, "in.mbox.pop3-uids", text, NULL);
        test_file(directory, "in.mbox.lock", "mailwire pop3\n", NULL); /* left over */
        struct store *store = open_store(directory, "in.mbox", "bob");
        assert_true(store_has(store, "a") == cases[i].has);
        assert_true(store_has(store, "z"));
        assert_false(store_has(store, "to"));
        close_store(store, UIDS_ALL);
        read_place(directory, "in.mbox", text, sizeof text);
        assert_string_equal(text, cases[i].result);
        files_remove(directory, NULL);
    }
}

static void some_places_are_refused(void **state) {
    (void)state;
    char directory[64], place[256];
    struct failure why;
    test_directory(directory);
    test_file(directory, "home/letter.txt", "x", NULL);
    snprintf(place, sizeof place, "%s/home", directory);
    assert_null(store_open(place, "bob", "mail", &why));
    assert_non_null(strstr(why.text, "no Maildir"));

    struct store *store = open_store(directory, "mail", "bob");
    snprintf(place, sizeof place, "%s/mail", directory);
    assert_null(store_open(place, "bob", "mail", &why));
    assert_non_null(strstr(why.text, "another program is fetching"));
    close_store(store, UIDS_ALL);
    assert_null(store_open(place, "bob\nx", "mail", &why));
    assert_null(store_open(place, "bob\tx", "mail", &why));
    files_remove(directory, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_lf),
        cmocka_unit_test(an_mbox_is_quoted_and_keeps_its_empty_lines),
        cmocka_unit_test(what_was_fetched_is_remembered),
        cmocka_unit_test(each_message_comes_once_wherever_the_program_dies),
        cmocka_unit_test(half_an_mbox_is_ended),
        cmocka_unit_test(some_places_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
