#include "log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Standard error goes into a file from catch_log to caught_log. */
static int real_stderr = -1;

static void catch_log(void) {
    int file = memfd_create("log", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(fcntl(file, F_SETFL, O_APPEND), 0);
    real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    close(file);
}

static char *caught_log(void) {
    off_t size = lseek(STDERR_FILENO, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(STDERR_FILENO, text, (size_t)size, 0), size);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    return text;
}

static bool matches(const char *text, const char *pattern) {
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool matched = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matched;
}

static void says_when_who_and_what(void **state) {
    (void)state;
    log_open("smtpd", LOG_INFO);
    catch_log();
    errno = ENOENT;
    log_event(LOG_INFO, "session=%d", 12);
    assert_int_equal(errno, ENOENT);
    char *text = caught_log();
    assert_true(matches(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                              "smtpd\\[[0-9]+\\] info session=12\n$"));
    free(text);
}

static void says_no_more_than_asked(void **state) {
    (void)state;
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (int limit = 0; limit < 4; limit++) {
        enum log_level level;
        assert_int_equal(log_level_parse(names[limit], &level), 0);
        assert_int_equal(level, limit);
        log_open("x", level);
        catch_log();
        for (int i = 0; i < 4; i++)
            log_event((enum log_level)i, "this");
        char *text = caught_log();
        for (int i = 0; i < 4; i++) {
            char part[40];
            snprintf(part, sizeof part, " %s this\n", names[i]);
            assert_int_equal(strstr(text, part) != NULL, i <= limit);
        }
        free(text);
    }
    static const char *const wrong[] = {"", "Info", "information", "inf", "3"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        enum log_level level = LOG_WARN;
        assert_int_equal(log_level_parse(wrong[i], &level), -1);
        assert_int_equal(level, LOG_WARN);
    }
}

static void shows_what_is_not_text(void **state) {
    (void)state;
    static const struct {
        const char *given, *shown;
    } cases[] = {
        {"plain ~", "plain ~"},
        {"ı ç ş ü ö İ €", "ı ç ş ü ö İ €"},
        {"\xF0\x9F\x93\xA7", "\xF0\x9F\x93\xA7"},
        {"a\nb\r\tc", "a\\x0Ab\\x0D\\x09c"},
        {"\x1b[2J\x7f", "\\x1B[2J\\x7F"},
        {"\xc2\x9b"
         "2J",
         "\\xC2\\x9B2J"},                               /* CSI as a C1 control */
        {"\xc2\xa0|", "\xc2\xa0|"},                     /* the first character above them */
        {"\xff|\xfe", "\\xFF|\\xFE"},                   /* never in UTF-8 */
        {"\x80|\xbf", "\\x80|\\xBF"},                   /* lone continuations */
        {"\xc0\xaf|\xc1\xbf", "\\xC0\\xAF|\\xC1\\xBF"}, /* overlong "/" */
        {"\xe0\x80\xaf", "\\xE0\\x80\\xAF"},            /* overlong, three octets */
        {"\xe0\x9f\xbf", "\\xE0\\x9F\\xBF"},
        {"\xf0\x8f\xbf\xbf", "\\xF0\\x8F\\xBF\\xBF"}, /* overlong, four */
        {"\xed\xa0\x80", "\\xED\\xA0\\x80"},          /* a surrogate */
        {"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},     /* U+10FFFF */
        {"\xf5\x80\x80\x80", "\\xF5\\x80\\x80\\x80"},
        {"\xe2\x82", "\\xE2\\x82"},   /* cut short by the end */
        {"\xe2\x82x", "\\xE2\\x82x"}, /* cut short by another */
        {"\xf0\x9f\x93", "\\xF0\\x9F\\x93"},
        {"\xc3", "\\xC3"},
    };
    log_open("x", LOG_INFO);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        catch_log();
        log_event(LOG_INFO, "%s", cases[i].given);
        char *text = caught_log();
        char *newline = strchr(text, '\n');
        assert_non_null(newline);
        assert_string_equal(newline, "\n");
        *newline = '\0';
        assert_string_equal(strstr(text, " info ") + 6, cases[i].shown);
        free(text);
    }
}

/* Every length around the limit, with characters of one to four octets and escaped ones. */
static void cuts_long_lines(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "ç", "€", "\xF0\x9F\x93\xA7", "\x01"};
    static const char mark[] = "…\n";
    log_open("x", LOG_INFO);
    for (size_t c = 0; c < sizeof characters / sizeof characters[0]; c++) {
        for (size_t before = 0; before < 8; before++) {
            char given[4000] = "";
            memset(given, 'x', before);
            while (strlen(given) < 2500)
                strcat(given, characters[c]);
            catch_log();
            log_event(LOG_INFO, "%s", given);
            char *text = caught_log();
            size_t length = strlen(text);
            assert_true(length <= 2001 && length > 2001 - 7);
            assert_string_equal(text + length - strlen(mark), mark);
            /* Before the mark stands a whole character. */
            const char *shown = characters[c][0] == 1 ? "\\x01" : characters[c];
            size_t size = strlen(shown);
            assert_memory_equal(text + length - strlen(mark) - size, shown, size);
            free(text);
        }
    }
    char given[2100] = "";
    for (size_t length = 1900; length < 2050; length++) {
        memset(given, 'x', length);
        catch_log();
        log_event(LOG_INFO, "%s", given);
        char *text = caught_log();
        size_t head = (size_t)(strstr(text, " info ") + 6 - text);
        bool fits = head + length <= 2000;
        assert_int_equal(strlen(text), fits ? head + length + 1 : 2001);
        assert_int_equal(strstr(text, mark) == NULL, fits);
        free(text);
    }
}

enum {
    THREADS = 4,
    LINES = 200
};

static void *write_lines(void *context) {
    char letters[600];
    memset(letters, *(const char *)context, sizeof letters);
    for (int i = 0; i < LINES; i++)
        log_event(LOG_INFO, "%.600s", letters);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state) {
    (void)state;
    log_open("x", LOG_INFO);
    static const char letters[] = "abcd";
    pthread_t threads[THREADS];
    catch_log();
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, (void *)&letters[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    char *text = caught_log();
    size_t lines = 0;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; lines++) {
        const char *words = strstr(line, " info ") + 6;
        assert_int_equal(strlen(words), 600);
        assert_int_equal(strspn(words, (char[]){words[0], '\0'}), 600);
    }
    assert_int_equal(lines, THREADS * LINES);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_when_who_and_what),      cmocka_unit_test(says_no_more_than_asked),
        cmocka_unit_test(shows_what_is_not_text),      cmocka_unit_test(cuts_long_lines),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
