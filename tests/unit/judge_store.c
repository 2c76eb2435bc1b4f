/* Judges of the mailboxes. */
#include "judge_scene.h"

static void what_is_in_the_mailboxes(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"store = bob holds 2", NULL, 0},
        {"store = bob holds 1", "2 messages", 0},
        {"store = bob empty", "2 messages", 0},
        {"store = bob contains \"Second\"", NULL, 0},
        {"store = bob contains \"Third\"", "2 messages; it is in none of them", 0},
        {"store = bob contains \"First\\nlime\"",
         "2 messages; the nearest to it:\n"
         "...\"rom me\\n\\tby you; today\\nFirst\\nline\\n\"\n"
         "                                      ^ here should be m",
         0},
        {"store = bob lacks \"Third\"", NULL, 0},
        {"store = bob lacks \"First\"", "2 messages; one has it:\n", 0},
        {"store = bob holds crlf.eml", NULL, 0},
        {"store = bob holds lf.eml", NULL, 0},
        {"store = bob holds no-end.eml", NULL, 0},
        {"store = bob holds other.eml",
         "another message; it differs at byte 6 of 12:\n"
         "\"First\\nline\\n\"\n"
         "        ^ from here",
         0},
        {"store = bob holds missing.eml", "missing.eml: no such file", 0},
        {"store = bob@example.org holds 2", NULL, 0},
        {"store = bob@example.com empty", NULL, 0},
        {"store = carol empty", NULL, 0},
        {"store = carol holds lf.eml", "no message", 0},
        {"store = erin@example.com holds empty.eml", NULL, 0},
    };
    static const char added[] = "Return-Path: <alice@example.org>\n"
                                "Received: from me\n\tby you; today\n";
    char message[400];
    struct scene scene;
    ordinary(&scene);
    char mailbox[100];
    for (int i = 0; i < 2; i++) {
        snprintf(mailbox, sizeof mailbox, "%s/store/%s/%s", scene.directory,
                 i == 0 ? "example.org" : "example.com", i == 0 ? "bob" : "erin");
        for (int j = 0; j < 3; j++) {
            static const char *const parts[] = {"new", "cur", "tmp"};
            char part[120];
            snprintf(part, sizeof part, "%s/%s", mailbox, parts[j]);
            assert_int_equal(files_make_directory(part, NULL), 0);
        }
    }
    snprintf(message, sizeof message, "%sFirst\nline\n", added);
    char path[200];
    snprintf(path, sizeof path, "%s/store/example.org/bob/new/1.x.y", scene.directory);
    assert_int_equal(files_write(path, message, strlen(message), NULL), 0);
    snprintf(message, sizeof message, "%sSecond\r\n", added);
    snprintf(path, sizeof path, "%s/store/example.org/bob/cur/2.x.y", scene.directory);
    assert_int_equal(files_write(path, message, strlen(message), NULL), 0);
    snprintf(path, sizeof path, "%s/store/example.com/erin/new/3.x.y", scene.directory);
    assert_int_equal(files_write(path, added, strlen(added), NULL), 0);
    test_file(scene.directory, "crlf.eml", "First\r\nline\r\n", NULL);
    test_file(scene.directory, "lf.eml", "First\nline\n", NULL);
    test_file(scene.directory, "no-end.eml", "First\rline", NULL);
    test_file(scene.directory, "other.eml", "First\nother\n", NULL);
    test_file(scene.directory, "empty.eml", "", NULL);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_the_mailboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
