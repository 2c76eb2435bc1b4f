#include "smtp_login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The other end of a socket pair has no address, so it is not on loopback: nobody knows who listens
   on the way there. */
static void no_password_goes_out_in_clear(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct stream *stream = stream_open(ends[0], NULL);
    assert_non_null(stream);
    static struct smtp smtp;
    smtp = (struct smtp){.stream = stream, .timeout_ms = 20 * 1000};
    smtp.reader.stream = stream;
    static const char offer[] = "250-a\n250 AUTH PLAIN LOGIN\n";
    smtp.ehlo.code = 250;
    memcpy(smtp.ehlo.text, offer, sizeof offer);

    setenv("KIT_PASSWORD", "sesame", 1);
    struct failure why;
    struct smtp_login login = {.who.user = "alice"};
    assert_int_equal(smtp_login_run(&login, &smtp, "mail.example.org", NULL, &why), -1);
    assert_non_null(strstr(why.text, "mail.example.org"));
    assert_non_null(strstr(why.text, "--starttls or --tls"));
    assert_null(strstr(why.text, "sesame"));
    assert_string_equal(getenv("KIT_PASSWORD"), "sesame"); /* not even looked for */
    unsetenv("KIT_PASSWORD");

    char heard[100];
    stream_flush(stream);
    assert_int_equal(recv(ends[1], heard, sizeof heard, MSG_DONTWAIT), -1);
    close(ends[1]);
    stream_close(stream);
}

static void what_belongs_together(void **state) {
    (void)state;
    struct failure why;
    assert_int_equal(smtp_login_check(&(struct smtp_login){.who.user = NULL}, &why), 0);
    assert_int_equal(smtp_login_check(&(struct smtp_login){.who.user = ""}, &why), 0);
    assert_int_equal(smtp_login_check(&(struct smtp_login){.who = {"a", "b"}}, &why), 0);
    assert_int_equal(smtp_login_check(&(struct smtp_login){.who.password_file = "b"}, &why), -1);
    assert_false(login_wanted(&(struct login){.user = NULL}));
    assert_true(login_wanted(&(struct login){.user = ""}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_password_goes_out_in_clear),
        cmocka_unit_test(what_belongs_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
