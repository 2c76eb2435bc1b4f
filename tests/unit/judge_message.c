/* Judges of what a message is when a mail program reads it. */
#include "judge_scene.h"

static const char letter[] = "Return-Path: <alice@example.org>\n"
                             "Received: from a line that is longer than any other in this message\n"
                             "Subject: =?UTF-8?Q?=C5=9Eule?=\n"
                             " =?UTF-8?B?IGFuZCBBbGk=?=\n"
                             "Content-Type: multipart/mixed; boundary=x\n"
                             "\n"
                             "--x\n"
                             "Content-Transfer-Encoding: quoted-printable\n"
                             "\n"
                             "=C5=9Eule\n"
                             "\n"
                             "--x\n"
                             "Content-Type: image/png\n"
                             "Content-Transfer-Encoding: base64\n"
                             "\n"
                             "AAEC\n"
                             "--x\n"
                             "Content-Type: image/png\n"
                             "Content-Transfer-Encoding: base64\n"
                             "\n"
                             "AA*EC\n"
                             "--x--\n";

static void what_a_message_is(void **state) {
    (void)state;
    static const struct expectation cases[] = {
        {"message = bob parts are \"multipart/mixed text/plain image/png image/png\"", NULL, 0},
        {"message = bob parts are \"multipart/mixed text/plain\"",
         "a message of multipart/mixed text/plain image/png image/png", 0},
        {"message = bob part 1 is text.txt", NULL, 0},
        {"message = bob part 1 is windows.txt", NULL, 0},
        {"message = bob part 1 is no-end.txt",
         "it differs at byte 5 of 5:\n"
         "\"\xC5\x9Eule\\n\"\n"
         "     ^ what is this?",
         0},
        {"message = bob part 2 is bytes.bin", NULL, 0},
        {"message = bob part 2 is other.bin",
         "it differs at byte 1 of 3:\n\"\\0\\x01\\x02\"\n   ^ here should be \\x0f", 0},
        {"message = bob part 3 is bytes.bin", "part 3 cannot be decoded: not all of it is base64",
         0},
        {"message = bob part 4 is bytes.bin",
         "no such part: the message is multipart/mixed text/plain image/png image/png", 0},
        {"message = bob part 2 is missing.bin", "missing.bin: no such file", 0},
        {"message = bob header Subject is \"\xC5\x9Eule and Ali\"", NULL, 0},
        {"message = bob header subject is \"\xC5\x9Eule and Bob\"",
         "it differs at byte 10 of 13:", 0},
        {"message = bob header X is \"a\"", "no field X that can be read", 0},
        {"message = bob lines <= 43", NULL, 0}, /* what the server put in front does not count */
        {"message = bob lines <= 42", "a line of 43:\n", 0},
        {"message = bob header lines <= 41", NULL, 0},
        {"message = bob header lines <= 40", "a line of 41:\n", 0},
        {"message = bob words <= 24", NULL, 0},
        {"message = bob words <= 23", "one of 24:\n", 0},
        {"message = carol words <= 75", "no encoded word in the header", 0},
        {"message = erin@example.com lines <= 78", "no message", 0},
    };
    static const char *const bad[] = {"",
                                      "bob",
                                      "bob part",
                                      "bob part 2",
                                      "bob part 2 is",
                                      "bob part 2 of x",
                                      "bob parts are text/plain",
                                      "bob header Subject \"a\"",
                                      "bob header Subject is \"a\" b",
                                      "bob lines",
                                      "bob lines < 3",
                                      "bob lines <= 3 4",
                                      "../bob lines <= 3"};
    struct scene scene;
    char path[200];
    ordinary(&scene);
    for (int i = 0; i < 6; i++) {
        static const char *const parts[] = {"new", "cur", "tmp"};
        snprintf(path, sizeof path, "%s/store/example.org/%s/%s", scene.directory,
                 i < 3 ? "bob" : "carol", parts[i % 3]);
        assert_int_equal(files_make_directory(path, NULL), 0);
    }
    snprintf(path, sizeof path, "%s/store/example.org/bob/new/1.x.y", scene.directory);
    assert_int_equal(files_write(path, letter, strlen(letter), NULL), 0);
    snprintf(path, sizeof path, "%s/store/example.org/carol/new/1.x.y", scene.directory);
    assert_int_equal(files_write(path, "Subject: a\n\nb\n", 14, NULL), 0);
    test_file(scene.directory, "text.txt", "\xC5\x9Eule\n", NULL);
    test_file(scene.directory, "windows.txt", "\xC5\x9Eule\r\n", NULL);
    test_file(scene.directory, "no-end.txt", "\xC5\x9Eule", NULL);
    snprintf(path, sizeof path, "%s/bytes.bin", scene.directory);
    assert_int_equal(files_write(path, "\0\1\2", 3, NULL), 0);
    snprintf(path, sizeof path, "%s/other.bin", scene.directory);
    assert_int_equal(files_write(path, "\0\xF\2", 3, NULL), 0);
    try_all(&scene, cases, sizeof cases / sizeof *cases);
    scene_end(&scene);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct judge judge = {0};
        struct failure why;
        if (judge_parse("message", bad[i], &judge, &why) != -1)
            fail_msg("taken: %s", bad[i]);
        judge_free(&judge);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_message_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
