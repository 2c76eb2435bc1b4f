/* Lab 10: the session of a POP3 server. */
#include "pop3_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSWORD " two  words "
#define BOB      "store/example.org/bob/"

static const struct config_key keys[] = {SITE_KEYS, {NULL, NULL, CONFIG_TEXT, NULL, NULL}};
static char directory[] = "pop3-server-XXXXXX"; /* each test works in it, below the build tree */
static struct config *config;
static struct site site;
static struct pop3_server server = {.site = &site, .idle_ms = 20 * 1000};

/* A session, and the client's end of its connection. */
struct talk {
    struct pop3_server_session session;
    int client;
    char heard[65536];
};

static int make_site(void **state) {
    (void)state;
    static char hash[ACCOUNTS_HASH_SIZE];
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    assert_int_equal(accounts_hash(PASSWORD, hash, NULL), 0);
    FILE *file = fopen("accounts", "w");
    assert_non_null(file);
    fprintf(file, "bob@example.org:%s:Bob\ncarol@example.org:%s:Carol\n", hash, hash);
    fclose(file);
    config = config_new(keys, NULL);
    assert_int_equal(config_override(config, "mail.accounts=accounts", NULL), 0);
    assert_int_equal(config_override(config, "mail.store=store", NULL), 0);
    return site_load(&site, config, NULL);
}

static int free_site(void **state) {
    (void)state;
    site_free(&site);
    config_free(config);
    assert_int_equal(chdir(".."), 0);
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command); /* NOLINT(cert-env33-c): a name of our own */
}

static int empty_mailboxes(void **state) {
    (void)state;
    server.idle_ms = 20 * 1000;
    if (system("rm -rf store") != 0) /* NOLINT(cert-env33-c) */
        return -1;
    return maildir_create("store/example.org/bob", NULL) |
           maildir_create("store/example.org/carol", NULL);
}

static void deliver(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static void begin(struct talk *talk) {
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    talk->session = (struct pop3_server_session){
        .server = &server,
        .stream = stream_open(ends[0], NULL),
        .state = POP3_SERVER_AUTHORIZATION,
        .maildrop = {.lock = -1},
    };
    assert_non_null(talk->session.stream);
    buf_init(&talk->session.user, POP3_SERVER_LINE);
    talk->client = ends[1];
}

static void end(struct talk *talk) {
    pop3_server_close(&talk->session.maildrop);
    buf_free(&talk->session.user);
    close(talk->client);
    stream_close(talk->session.stream);
}

/* What the client has heard since it was asked last. */
static const char *hear(struct talk *talk) {
    size_t length = 0;
    stream_flush(talk->session.stream);
    for (ssize_t count; (count = recv(talk->client, talk->heard + length,
                                      sizeof talk->heard - 1 - length, MSG_DONTWAIT)) > 0;)
        length += (size_t)count;
    talk->heard[length] = '\0';
    return talk->heard;
}

/* One command, without the loop around it: its answer, or "-ERR" and why. */
static const char *ask(struct talk *talk, const char *command) {
    char line[1000];
    snprintf(line, sizeof line, "%s", command);
    bool refused = pop3_server_command(&talk->session, line) < 0;
    hear(talk);
    if (refused) {
        assert_string_equal(talk->heard, "");
        snprintf(talk->heard, sizeof talk->heard, "-ERR %s\r\n", talk->session.why.text);
    }
    return talk->heard;
}

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

#define assert_begins(text, with)                                          \
    do {                                                                   \
        const char *heard_ = (text);                                       \
        if (!begins(heard_, (with)))                                       \
            fail_msg("\"%s\" does not begin with \"%s\"", heard_, (with)); \
    } while (0)

static void log_in(struct talk *talk) {
    begin(talk);
    assert_begins(ask(talk, "USER bob"), "+OK");
    assert_begins(ask(talk, "PASS " PASSWORD), "+OK");
    assert_int_equal(talk->session.state, POP3_SERVER_TRANSACTION);
}

/* A whole session: the client says all this at once, and closes. What it hears. */
static const char *run(struct talk *talk, const char *bytes, size_t count) {
    begin(talk);
    assert_int_equal(send(talk->client, bytes, count, 0), count);
    assert_int_equal(shutdown(talk->client, SHUT_WR), 0);
    pop3_server_session(&talk->session);
    return hear(talk);
}

#define RUN(talk, text) run(talk, text, sizeof(text) - 1)

/* Whether the answers are these: each line begins with the word that stands there. */
static void assert_answers(const char *heard, const char *const *words) {
    for (; *words != NULL; words++) {
        assert_begins(heard, *words);
        const char *line_end = strstr(heard, "\r\n");
        assert_non_null(line_end);
        heard = line_end + 2;
    }
    assert_string_equal(heard, "");
}

#define ANSWERS(...)        \
    (const char *const[]) { \
        __VA_ARGS__, NULL   \
    }

/* The loop */

static void the_server_greets_and_half_a_line_is_no_command(void **state) {
    (void)state;
    static struct talk talk;
    assert_answers(RUN(&talk, ""), ANSWERS("+OK mail.example.org "));
    end(&talk);
    assert_answers(RUN(&talk, "QUIT"), ANSWERS("+OK"));
    end(&talk);
    assert_answers(RUN(&talk, "NOOP\r\nQUIT\r\nNOOP\r\n"), ANSWERS("+OK", "-ERR", "+OK"));
    end(&talk);
}

static void what_is_no_line_is_refused_and_the_session_goes_on(void **state) {
    (void)state;
    static struct talk talk;
    static const char wrong[] = "CAPA\n"
                                "CA\0PA\r\n"
                                "QUIT\0\r\n"
                                "\rQUIT\r\n"
                                "QUIT\t\r\n"
                                "QUIT\x7f\r\n"
                                "\r\n"
                                "QUIT\r\n";
    assert_answers(run(&talk, wrong, sizeof wrong - 1),
                   ANSWERS("+OK", "-ERR", "-ERR", "-ERR", "-ERR", "-ERR", "-ERR", "-ERR", "+OK"));
    end(&talk);
    for (size_t length = 252; length <= 254; length++) {
        char line[400];
        int count = snprintf(line, sizeof line, "USER %0*d\r\nXXXX\r\nQUIT\r\n",
                             (int)(length - strlen("USER ")), 0);
        const char *heard = run(&talk, line, (size_t)count);
        assert_answers(heard, ANSWERS("+OK", "-ERR", "-ERR", "+OK"));
        bool too_long = strstr(heard, "line longer than 253 octets") != NULL;
        assert_int_equal(too_long, length > 253);
        end(&talk);
    }
}

static void silence_ends_it_without_a_word(void **state) {
    (void)state;
    static struct talk talk;
    deliver(BOB "new/1.mail", "Subject: x\n\n");
    server.idle_ms = 20;
    log_in(&talk);
    assert_begins(ask(&talk, "DELE 1"), "+OK");
    assert_int_equal(send(talk.client, "QUI", 3, 0), 3);
    pop3_server_session(&talk.session);
    assert_answers(hear(&talk), ANSWERS("+OK mail.example.org "));
    assert_int_equal(talk.session.maildrop.lock, -1);
    assert_int_equal(access(BOB "new/1.mail", F_OK), 0);
    end(&talk);
}

static void a_server_that_stops_says_so_and_removes_nothing(void **state) {
    (void)state;
    static struct talk talk;
    int stop = eventfd(1, EFD_CLOEXEC);
    deliver(BOB "new/1.mail", "Subject: x\n\n");
    log_in(&talk);
    assert_begins(ask(&talk, "DELE 1"), "+OK");
    stream_set_interrupt(talk.session.stream, stop);
    pop3_server_session(&talk.session);
    assert_answers(hear(&talk), ANSWERS("+OK", "-ERR [SYS/TEMP] "));
    assert_int_equal(access(BOB "new/1.mail", F_OK), 0);
    end(&talk);
    close(stop);
}

static void a_client_who_is_gone_gives_the_maildrop_back(void **state) {
    (void)state;
    static struct talk talk;
    deliver(BOB "new/1.mail", "Subject: x\n\n");
    assert_answers(RUN(&talk, "USER bob\r\nPASS " PASSWORD "\r\nDELE 1\r\n"),
                   ANSWERS("+OK", "+OK", "+OK", "+OK"));
    int lock = maildir_lock("store/example.org/bob", NULL);
    assert_true(lock >= 0);
    close(lock);
    assert_int_equal(access(BOB "new/1.mail", F_OK), 0);
    end(&talk);
}

/* Commands */

static void a_command_comes_in_its_state_and_with_its_arguments(void **state) {
    (void)state;
    static const struct {
        const char *command;
        bool before, within; /* whether it is accepted before the login, and behind it */
    } rows[] = {
        {"CAPA", true, true},         {"capa", true, true},       {"CaPa ", true, true},
        {"CAPA x", false, false},     {"CAPAX", false, false},    {"CAP", false, false},
        {" CAPA", false, false},      {"", false, false},         {"NOOP", false, true},
        {"NOOP x", false, false},     {"USER bob", true, false},  {"USER", false, false},
        {"PASS x", false, false},     {"STAT", false, true},      {"STAT 1", false, false},
        {"LIST", false, true},        {"LIST 1", false, true},    {"list 1", false, true},
        {"LIST  1", false, false},    {"LIST 1 ", false, false},  {"LIST 1 1", false, false},
        {"UIDL", false, true},        {"UIDL 1", false, true},    {"UIDL x", false, false},
        {"RETR 1", false, true},      {"RETR", false, false},     {"RETR 1 1", false, false},
        {"TOP 1 0", false, true},     {"TOP 1", false, false},    {"TOP 1 ", false, false},
        {"TOP 1 x", false, false},    {"TOP 1 -1", false, false}, {"TOP 1 1 1", false, false},
        {"TOP 1  1", false, false},   {"RSET", false, true},      {"RSET 1", false, false},
        {"DELE", false, false},       {"DELE 1x", false, false},  {"QUIT x", false, false},
        {"APOP bob x", false, false}, {"STLS", false, false},
    };
    static struct talk before, within;
    deliver(BOB "new/1.mail", "Subject: x\n\n");
    begin(&before);
    log_in(&within);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_begins(ask(&before, rows[i].command), rows[i].before ? "+OK" : "-ERR");
        assert_begins(ask(&within, rows[i].command), rows[i].within ? "+OK" : "-ERR");
        assert_false(before.session.over || within.session.over);
    }
    end(&before);
    end(&within);
}

static void capa_lists_what_there_is(void **state) {
    (void)state;
    static struct talk talk;
    begin(&talk);
    assert_answers(ask(&talk, "CAPA"),
                   ANSWERS("+OK", "TOP\r\n", "USER\r\n", "UIDL\r\n", "RESP-CODES\r\n",
                           "AUTH-RESP-CODE\r\n", "PIPELINING\r\n", ".\r\n"));
    end(&talk);
}

/* Login */

static void nobody_learns_who_has_a_mailbox(void **state) {
    (void)state;
    static struct talk talk;
    char words[2][500];
    static const char *const users[] = {"USER bob", "USER nobody"};
    for (int i = 0; i < 2; i++) {
        begin(&talk);
        int used = snprintf(words[i], sizeof words[i], "%s", ask(&talk, users[i]));
        snprintf(words[i] + used, sizeof words[i] - (size_t)used, "%s", ask(&talk, "PASS wrong"));
        assert_begins(talk.heard, "-ERR [AUTH] ");
        end(&talk);
    }
    assert_string_equal(words[0], words[1]);
}

static void a_password_is_the_rest_of_the_line(void **state) {
    (void)state;
    static const struct {
        const char *user, *pass, *answer;
    } rows[] = {
        {"USER bob", "PASS " PASSWORD, "+OK"},
        {"USER bob@example.org", "PASS " PASSWORD, "+OK"},
        {"USER Bob@EXAMPLE.org", "pass " PASSWORD, "+OK"},
        {"USER bob@example.com", "PASS " PASSWORD, "-ERR [AUTH]"},
        {"USER ../bob", "PASS " PASSWORD, "-ERR [AUTH]"},
        {"USER bob", "PASS two  words ", "-ERR [AUTH]"},
        {"USER bob", "PASS  two  words", "-ERR [AUTH]"},
        {"USER bob", "PASS  two words ", "-ERR [AUTH]"},
        {"USER bob", "PASS " PASSWORD "x", "-ERR [AUTH]"},
        {"USER bob", "PASS", "-ERR [AUTH]"},
    };
    static struct talk talk;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(&talk);
        assert_begins(ask(&talk, rows[i].user), "+OK");
        assert_begins(ask(&talk, rows[i].pass), rows[i].answer);
        end(&talk);
    }
}

static void a_name_is_good_for_one_password(void **state) {
    (void)state;
    static struct talk talk;
    begin(&talk);
    assert_begins(ask(&talk, "USER bob"), "+OK");
    assert_begins(ask(&talk, "PASS wrong"), "-ERR [AUTH]");
    assert_begins(ask(&talk, "PASS " PASSWORD), "-ERR");
    assert_int_equal(talk.session.state, POP3_SERVER_AUTHORIZATION);
    char name[300] = "USER ";
    memset(name + 5, 'x', 242);
    assert_begins(ask(&talk, name), "-ERR"); /* with @example.org it is 254 */
    assert_begins(ask(&talk, "PASS " PASSWORD), "-ERR");
    assert_begins(ask(&talk, "USER carol"), "+OK");
    assert_begins(ask(&talk, "USER bob"), "+OK");
    assert_begins(ask(&talk, "PASS " PASSWORD), "+OK");
    end(&talk);
}

static void a_maildrop_is_held_by_one(void **state) {
    (void)state;
    static struct talk first, second;
    log_in(&first);
    begin(&second);
    assert_begins(ask(&second, "USER bob"), "+OK");
    assert_begins(ask(&second, "PASS " PASSWORD), "-ERR [IN-USE] ");
    assert_begins(ask(&second, "USER carol"), "+OK");
    assert_begins(ask(&second, "PASS " PASSWORD), "+OK");
    assert_begins(ask(&first, "QUIT"), "+OK");
    end(&second);
    log_in(&second); /* `first` has its answer: its connection may still be there */
    end(&second);
    end(&first);
}

static void what_cannot_be_opened_is_not_held(void **state) {
    (void)state;
    static struct talk talk;
    assert_int_equal(rmdir(BOB "cur"), 0);
    begin(&talk);
    assert_begins(ask(&talk, "USER bob"), "+OK");
    assert_begins(ask(&talk, "PASS " PASSWORD), "-ERR [SYS/TEMP] ");
    assert_null(strstr(talk.heard, "store"));
    assert_int_equal(mkdir(BOB "cur", 0700), 0);
    int lock = maildir_lock("store/example.org/bob", NULL);
    assert_true(lock >= 0);
    close(lock);
    end(&talk);
}

/* The message on the wire */

static void a_message_is_copied_as_it_must_be_sent(void **state) {
    (void)state;
    static const struct {
        const char *file;
        long lines;
        const char *wire;
        size_t octets;
    } rows[] = {
        {"", -1, "", 0},
        {"a\n", -1, "a\r\n", 3},
        {"a\r\n", -1, "a\r\n", 3},
        {"a", -1, "a\r\n", 3},
        {"a\r", -1, "a\r\r\n", 4},
        {"a\r\r\n", -1, "a\r\r\n", 4},
        {"a\rb\n", -1, "a\rb\r\n", 5},
        {"\n", -1, "\r\n", 2},
        {".\n", -1, "..\r\n", 3},
        {".", -1, "..\r\n", 3},
        {"..\n.a\na.\n", -1, "...\r\n..a\r\na.\r\n", 12},
        {"a\r\n.b\r\n", -1, "a\r\n..b\r\n", 7},
        {"\r.\n", -1, "\r.\r\n", 4},
        {"\x80\xff\n", -1, "\x80\xff\r\n", 4},
        {"h: 1\n\n1\n2\n3\n", 0, "h: 1\r\n\r\n", 8},
        {"h: 1\n\n1\n2\n3\n", 1, "h: 1\r\n\r\n1\r\n", 11},
        {"h: 1\n\n1\n2\n3\n", 3, "h: 1\r\n\r\n1\r\n2\r\n3\r\n", 17},
        {"h: 1\n\n1\n2\n3\n", 4, "h: 1\r\n\r\n1\r\n2\r\n3\r\n", 17},
        {"h: 1\r\n\r\n1\r\n2\r\n", 1, "h: 1\r\n\r\n1\r\n", 11},
        {"h: 1\ng: 2\n", 0, "h: 1\r\ng: 2\r\n", 12},
        {"h: 1\n\n\n\n3", 2, "h: 1\r\n\r\n\r\n\r\n", 12},
        {"h: 1\n\n1\n.2", 2, "h: 1\r\n\r\n1\r\n..2\r\n", 15},
        {"\n1\n2\n", 1, "\r\n1\r\n", 5},
    };
    static struct talk talk;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t octets = 1000, counted = 1000;
        deliver("message", rows[i].file);
        FILE *file = fopen("message", "r");
        assert_non_null(file);
        begin(&talk);
        assert_int_equal(pop3_server_copy(file, rows[i].lines, talk.session.stream, 1000, &octets),
                         0);
        assert_string_equal(hear(&talk), rows[i].wire);
        rewind(file);
        assert_int_equal(pop3_server_copy(file, rows[i].lines, NULL, 0, &counted), 0);
        assert_int_equal(octets, rows[i].octets);
        assert_int_equal(counted, rows[i].octets);
        end(&talk);
        fclose(file);
    }
}

/* What is there */

static void deliver_four(void) {
    deliver(BOB "new/1.mail", "Subject: 1\n\n.one\n");
    deliver(BOB "cur/2.mail:2,S", "Subject: 2\n\n1\n2\n3\n");
    deliver(BOB "new/3.mail", "");
    deliver(BOB "new/10.mail", "Subject: 10\r\n\r\nten");
}

static void deleted_messages_are_not_seen_and_numbers_stay(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_string_equal(ask(&talk, "STAT"), "+OK 4 63\r\n");
    assert_answers(ask(&talk, "LIST"),
                   ANSWERS("+OK", "1 20\r\n", "2 23\r\n", "3 0\r\n", "4 20\r\n", ".\r\n"));
    assert_answers(ask(&talk, "UIDL"), ANSWERS("+OK", "1 1.mail\r\n", "2 2.mail\r\n",
                                               "3 3.mail\r\n", "4 10.mail\r\n", ".\r\n"));
    assert_string_equal(ask(&talk, "LIST 4"), "+OK 4 20\r\n");
    assert_string_equal(ask(&talk, "UIDL 2"), "+OK 2 2.mail\r\n");
    assert_begins(ask(&talk, "DELE 2"), "+OK");
    assert_string_equal(ask(&talk, "STAT"), "+OK 3 40\r\n");
    assert_answers(ask(&talk, "LIST"), ANSWERS("+OK", "1 20\r\n", "3 0\r\n", "4 20\r\n", ".\r\n"));
    assert_answers(ask(&talk, "UIDL"),
                   ANSWERS("+OK", "1 1.mail\r\n", "3 3.mail\r\n", "4 10.mail\r\n", ".\r\n"));
    static const char *const refused[] = {"DELE 2", "RETR 2", "TOP 2 0", "LIST 2", "UIDL 2"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_begins(ask(&talk, refused[i]), "-ERR");
    assert_string_equal(ask(&talk, "LIST 4"), "+OK 4 20\r\n");
    assert_begins(ask(&talk, "RSET"), "+OK");
    assert_string_equal(ask(&talk, "STAT"), "+OK 4 63\r\n");
    assert_begins(ask(&talk, "RETR 2"), "+OK");
    end(&talk);
}

static void only_numbers_of_messages_are_numbers(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "0",
        "5",
        "-1",
        "+1",
        "1x",
        "x",
        "0x1",
        " 1",
        "1 ",
        "1\xc2\xa0",
        "1.0",
        "1,2",
        "1-2",
        "*",
        "01x",
        "4294967297",
        "18446744073709551617",
        "99999999999999999999999999999999999999999999",
    };
    static const char *const commands[] = {"RETR", "DELE", "LIST", "UIDL", "TOP"};
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
            char line[200];
            snprintf(line, sizeof line, "%s %s%s", commands[k], wrong[i], k == 4 ? " 1" : "");
            assert_begins(ask(&talk, line), "-ERR");
        }
    }
    assert_string_equal(ask(&talk, "STAT"), "+OK 4 63\r\n");
    assert_begins(ask(&talk, "TOP 1 99999999999999999999999999999"), "+OK");
    assert_begins(ask(&talk, "LIST 0001"), "+OK 1 ");
    end(&talk);
}

static void a_unique_id_is_what_stays_of_the_name(void **state) {
    (void)state;
    static struct talk talk;
    char path[200] = BOB "new/3";
    memset(path + strlen(path), 'x', 100);
    deliver(BOB "cur/1.mail,S=9:2,RS", "");
    deliver(BOB "new/2 \xc3\xa9.mail", "");
    deliver(path, "");
    log_in(&talk);
    assert_string_equal(ask(&talk, "UIDL 1"), "+OK 1 1.mail,S=9\r\n");
    assert_string_equal(ask(&talk, "UIDL 2"), "+OK 2 2___.mail\r\n");
    assert_int_equal(strlen(ask(&talk, "UIDL 3")), strlen("+OK 3 \r\n") + 70);
    end(&talk);
}

static void the_maildrop_is_as_it_was_at_login(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    deliver(BOB "new/0.mail", "Subject: first of all\n\n");
    deliver(BOB "new/11.mail", "Subject: last of all\n\n");
    assert_string_equal(ask(&talk, "STAT"), "+OK 4 63\r\n");
    assert_string_equal(ask(&talk, "UIDL 1"), "+OK 1 1.mail\r\n");
    assert_begins(ask(&talk, "LIST 5"), "-ERR");
    end(&talk);
    log_in(&talk);
    assert_string_equal(ask(&talk, "UIDL 2"), "+OK 2 1.mail\r\n");
    assert_begins(ask(&talk, "STAT"), "+OK 6 ");
    end(&talk);
}

/* RETR and TOP */

static void messages_are_sent_with_the_dot_behind(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_answers(ask(&talk, "RETR 1"),
                   ANSWERS("+OK", "Subject: 1\r\n", "\r\n", "..one\r\n", ".\r\n"));
    assert_answers(ask(&talk, "RETR 3"), ANSWERS("+OK", ".\r\n"));
    assert_answers(ask(&talk, "RETR 4"),
                   ANSWERS("+OK", "Subject: 10\r\n", "\r\n", "ten\r\n", ".\r\n"));
    assert_answers(ask(&talk, "TOP 2 0"), ANSWERS("+OK", "Subject: 2\r\n", "\r\n", ".\r\n"));
    assert_answers(ask(&talk, "TOP 2 2"),
                   ANSWERS("+OK", "Subject: 2\r\n", "\r\n", "1\r\n", "2\r\n", ".\r\n"));
    end(&talk);
}

static void a_message_is_found_where_a_mail_program_has_put_it(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_int_equal(rename(BOB "new/1.mail", BOB "cur/1.mail:2,S"), 0);
    assert_int_equal(unlink(BOB "new/3.mail"), 0);
    assert_answers(ask(&talk, "RETR 1"),
                   ANSWERS("+OK", "Subject: 1\r\n", "\r\n", "..one\r\n", ".\r\n"));
    assert_begins(ask(&talk, "RETR 3"), "-ERR");
    assert_null(strstr(talk.heard, "store"));
    assert_string_equal(ask(&talk, "LIST 3"), "+OK 3 0\r\n");
    assert_false(talk.session.over);
    end(&talk);
}

/* A directory can be opened, but not read. */
static void half_a_message_has_no_dot(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_int_equal(unlink(BOB "new/1.mail"), 0);
    assert_int_equal(mkdir(BOB "new/1.mail", 0700), 0);
    assert_answers(ask(&talk, "RETR 1"), ANSWERS("+OK"));
    assert_true(talk.session.over);
    end(&talk);
}

static void nobody_waits_for_ever_for_one_who_does_not_read(void **state) {
    (void)state;
    static struct talk talk;
    deliver(BOB "new/1.mail", "Subject: large\n\n");
    assert_int_equal(truncate(BOB "new/1.mail", 5000000), 0);
    log_in(&talk);
    server.idle_ms = 20;
    char line[] = "RETR 1";
    assert_int_equal(pop3_server_command(&talk.session, line), 0);
    assert_true(talk.session.over);
    end(&talk);
}

/* The UPDATE state */

static void only_quit_removes_and_only_what_is_marked(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_begins(ask(&talk, "DELE 1"), "+OK");
    assert_begins(ask(&talk, "DELE 2"), "+OK");
    assert_int_equal(access(BOB "new/1.mail", F_OK), 0);
    end(&talk); /* gone, without QUIT */
    log_in(&talk);
    assert_string_equal(ask(&talk, "STAT"), "+OK 4 63\r\n");
    assert_begins(ask(&talk, "DELE 4"), "+OK");
    assert_begins(ask(&talk, "RSET"), "+OK");
    assert_begins(ask(&talk, "DELE 1"), "+OK");
    assert_begins(ask(&talk, "DELE 2"), "+OK");
    assert_int_equal(rename(BOB "new/1.mail", BOB "cur/1.mail:2,"), 0);
    assert_begins(ask(&talk, "QUIT"), "+OK");
    assert_true(talk.session.over);
    assert_int_equal(access(BOB "cur/1.mail:2,", F_OK), -1);
    assert_int_equal(access(BOB "cur/2.mail:2,S", F_OK), -1);
    assert_int_equal(access(BOB "new/3.mail", F_OK), 0);
    assert_int_equal(access(BOB "new/10.mail", F_OK), 0);
    end(&talk);
}

/* unlink(2) removes no directory. */
static void all_that_can_be_is_removed(void **state) {
    (void)state;
    static struct talk talk;
    deliver_four();
    log_in(&talk);
    assert_begins(ask(&talk, "DELE 1"), "+OK");
    assert_begins(ask(&talk, "DELE 2"), "+OK");
    assert_begins(ask(&talk, "DELE 3"), "+OK");
    assert_int_equal(unlink(BOB "new/1.mail"), 0);
    assert_int_equal(mkdir(BOB "new/1.mail", 0700), 0);
    assert_int_equal(unlink(BOB "new/3.mail"), 0);
    assert_begins(ask(&talk, "QUIT"), "-ERR [SYS/TEMP] ");
    assert_true(talk.session.over);
    assert_int_equal(talk.session.maildrop.lock, -1);
    assert_int_equal(access(BOB "cur/2.mail:2,S", F_OK), -1);
    end(&talk);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_mailboxes)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_server_greets_and_half_a_line_is_no_command),
        TEST(what_is_no_line_is_refused_and_the_session_goes_on),
        TEST(silence_ends_it_without_a_word),
        TEST(a_server_that_stops_says_so_and_removes_nothing),
        TEST(a_client_who_is_gone_gives_the_maildrop_back),
        TEST(a_command_comes_in_its_state_and_with_its_arguments),
        TEST(capa_lists_what_there_is),
        TEST(nobody_learns_who_has_a_mailbox),
        TEST(a_password_is_the_rest_of_the_line),
        TEST(a_name_is_good_for_one_password),
        TEST(a_maildrop_is_held_by_one),
        TEST(what_cannot_be_opened_is_not_held),
        TEST(a_message_is_copied_as_it_must_be_sent),
        TEST(deleted_messages_are_not_seen_and_numbers_stay),
        TEST(only_numbers_of_messages_are_numbers),
        TEST(a_unique_id_is_what_stays_of_the_name),
        TEST(the_maildrop_is_as_it_was_at_login),
        TEST(messages_are_sent_with_the_dot_behind),
        TEST(a_message_is_found_where_a_mail_program_has_put_it),
        TEST(half_a_message_has_no_dot),
        TEST(nobody_waits_for_ever_for_one_who_does_not_read),
        TEST(only_quit_removes_and_only_what_is_marked),
        TEST(all_that_can_be_is_removed),
    };
    return cmocka_run_group_tests_name("pop3_server", tests, make_site, free_site);
}
