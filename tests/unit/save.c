#include "save.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN     "1234567890"
#define SIXTY   TEN TEN TEN TEN TEN TEN
#define HUNDRED SIXTY TEN TEN TEN TEN

static void names_are_made_harmless(void **state) {
    (void)state;
    static const struct {
        const char *filename, *name;
    } cases[] = {
        {"logo.png", "logo.png"},
        {"Şubat özeti.txt", "Şubat özeti.txt"},
        {NULL, "part-2.1"},
        {"", "part-2.1"},
        {"../../x", "x"},
        {"/etc/passwd", "passwd"},
        {"C:\\Windows\\x.dll", "x.dll"},
        {"..\\../x\\", "part-2.1"},
        {"a/", "part-2.1"},
        {".", "_"},
        {"..", "_."},
        {".bashrc", "_bashrc"},
        {"-rf", "_rf"},
        {"a\nb\x1b[2J\x7f", "a_b_[2J_"},
        {"a\xC2\x9B"
         "b",
         "a_b"},
        {"cod\xE2\x80\xAEtxt.exe", "cod_txt.exe"}, /* U+202E: from right to left */
        {"\xEF\xBB\xBF.x", "_.x"},                 /* U+FEFF: not to be seen */
        {"a\xFF\xC5", "a__"},
        {"a b;c|d", "a b;c|d"},
        {HUNDRED HUNDRED ".txt", HUNDRED SIXTY TEN TEN TEN "1.txt"},
        {HUNDRED HUNDRED, HUNDRED SIXTY TEN TEN TEN "12345"},
        {"a." HUNDRED HUNDRED, "a." HUNDRED SIXTY TEN TEN TEN "123"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[SAVE_NAME_SIZE];
        save_name(cases[i].filename, "2.1", name);
        assert_string_equal(name, cases[i].name);
    }
    /* A character is cut as a whole: 195 bytes are an odd number. */
    char long_name[500] = "", name[SAVE_NAME_SIZE];
    for (size_t i = 0; i < 120; i++)
        memcpy(long_name + 2 * i, "ş", 3);
    save_name(long_name, "1", name);
    assert_int_equal(strlen(name), 194);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_made_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
