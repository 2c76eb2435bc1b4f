#include "lab.h"
#include "files.h"
#include "lab_ini.h"
#include "peer.h"

#include "files_for_tests.h"

static const char minimal[] = "[lab]\ntitle = T\nclient = smtp\n";

/* Reads a lab.ini with this text, beside two session files. */
static int read_lab(const char *text, struct lab *lab, struct failure *why) {
    char directory[64];
    test_directory(directory);
    test_file(directory, "07-x/lab.ini", text, NULL);
    test_file(directory, "07-x/good.session", "S: 220 *\nC: QUIT\n", NULL);
    test_file(directory, "07-x/bad.session", "S: 220\nwhat\n", NULL);
    test_file(directory, "07-x/two.session", "S: 220\nC2: x\n", NULL);
    test_file(directory, "07-x/visit.session", "kill\nrestart\nC reset\n", NULL);
    test_file(directory, "07-x/typed.session", "C end\n", NULL);
    int result = lab_open(directory, "7", lab, why);
    files_remove(directory, NULL);
    return result;
}

static void a_whole_lab(void **state) {
    (void)state;
    static const char text[] = "; comment\n"
                               "[lab]\n"
                               "title   = A letter   ; and more\n"
                               "client  = smtp\n"
                               "servers = smtpd\n"
                               "program = --from \"\" {run}/x 25\n"
                               "session = good.session\n"
                               "[check first]\n" /* before the runs that it names */
                               "points = 3\n"
                               "says = greets\n"
                               "run = other main\n"
                               "frames = smtp\n"
                               "after = tcp\n"
                               "count = >= 2 tcp.flags\n"
                               "store = bob holds 2\n"
                               "store = erin@example.com holds letter.eml\n"
                               "hint = one line\n"
                               "   and another\n"
                               "[run other]\n"
                               "servers = script\n"
                               "script = good.session\n"
                               "session = none\n"
                               "peer = slow\n"
                               "listen = [::1]:110\n" /* of a script, any port */
                               "limit = 500ms\n"
                               "message = big.eml 1000\n"
                               "[question who]\n"
                               "text = Who?\n"
                               "field = ip.src\n"
                               "where = tcp\n";
    struct lab lab;
    struct failure why;
    assert_int_equal(read_lab(text, &lab, &why), 0);
    assert_string_equal(lab.name, "07-x");
    assert_int_equal(lab_number(&lab), 7);
    assert_string_equal(lab.title, "A letter");
    assert_string_equal(lab.client, "smtp");

    assert_int_equal(lab.run_count, 2);
    const struct lab_run *main_run = &lab.runs[0], *other = &lab.runs[1];
    assert_string_equal(main_run->name, "main");
    assert_int_equal(main_run->program.count, 4);
    assert_string_equal(main_run->program.words[1], "");
    assert_int_equal(main_run->servers.count, 1);
    assert_true(main_run->typed);
    assert_false(main_run->scripted);
    assert_int_equal(main_run->peers.count, 0);
    assert_string_equal(main_run->listen.words[0], "127.0.0.2:25");
    assert_int_equal(main_run->listen.count, 1);
    assert_int_equal(main_run->limit_ms, 6000);

    assert_string_equal(other->name, "other");
    assert_int_equal(other->program.count, 4); /* from [lab] */
    assert_true(other->scripted);
    assert_int_equal(other->servers.count, 0);
    assert_int_equal(other->script.count, 2);
    assert_false(other->typed); /* none */
    assert_int_equal(other->peers.count, 1);
    assert_string_equal(other->listen.words[0], "[::1]:110");
    assert_int_equal(other->limit_ms, 500);
    assert_string_equal(other->message, "big.eml");
    assert_int_equal(other->message_size, 1000);

    assert_int_equal(lab.check_count, 1);
    const struct lab_check *check = lab_find_check(&lab, "first");
    assert_ptr_equal(check, lab.checks);
    assert_null(lab_find_check(&lab, "second"));
    assert_int_equal(check->points, 3);
    assert_int_equal(check->hints.count, 1);
    assert_string_equal(check->hints.text[0], "one line and another");
    assert_null(check->todo);
    assert_int_equal(check->run_count, 2);
    assert_int_equal(check->runs[0], 1);
    assert_int_equal(check->runs[1], 0);
    assert_int_equal(check->judge_count, 5);
    assert_ptr_equal(check->judges[1].subject, &check->judges[0]);
    assert_int_equal(check->judges[2].relation, RELATION_AT_LEAST);
    assert_int_equal(check->judges[2].number, 2);
    assert_string_equal(check->judges[2].filter, "tcp.flags");
    assert_string_equal(check->judges[3].mailbox, "bob@example.org");
    assert_string_equal(check->judges[4].mailbox, "erin@example.com");
    assert_string_equal(check->judges[4].file, "letter.eml");

    assert_int_equal(lab.question_count, 1);
    assert_string_equal(lab.questions[0].field, "ip.src");
    lab_free(&lab);
}

static void what_is_left_out_has_a_standard(void **state) {
    (void)state;
    struct lab lab;
    char text[200];
    snprintf(text, sizeof text, "%s[check a]\nsays = s\nexit = 0\n", minimal);
    assert_int_equal(read_lab(text, &lab, NULL), 0);
    assert_int_equal(lab.checks[0].points, 1);
    assert_int_equal(lab.checks[0].run_count, 1);
    assert_int_equal(lab.checks[0].runs[0], 0);
    assert_int_equal(lab.runs[0].program.count, 0);
    lab_free(&lab);
}

static void the_nonce_stands_wherever_it_is_named(void **state) {
    (void)state;
    static const char text[] = "program = --to {nonce}@example.org\n"
                               "session = nonce.session\n"
                               "[check a]\nsays = s\nsent = contains \"NOOP {nonce}\\r\\n\"\n"
                               "dialogue = C: NOOP {nonce}\n"
                               "frames = tcp.payload contains \"{nonce}\"\n";
    char directory[64], whole[400];
    struct lab lab;
    struct failure why;
    test_directory(directory);
    snprintf(whole, sizeof whole, "%s%s", minimal, text);
    test_file(directory, "07-x/lab.ini", whole, NULL);
    test_file(directory, "07-x/nonce.session", "C: NOOP {nonce}\nS| {nonce}{nonce}\nC: {non}\n",
              NULL);
    setenv("KIT_SEED", "student-17", 1);
    int result = lab_open(directory, "7", &lab, &why);
    unsetenv("KIT_SEED");
    files_remove(directory, NULL);
    assert_int_equal(result, 0);
    /* As in unit/seed.c. */
    assert_string_equal(lab.nonce, "kit-f243igz8a8");
    const struct lab_run *run = &lab.runs[0];
    assert_string_equal(run->program.words[1], "kit-f243igz8a8@example.org");
    assert_string_equal(run->session.steps[0].bytes.bytes, "NOOP kit-f243igz8a8");
    assert_string_equal(run->session.steps[1].bytes.bytes, "kit-f243igz8a8kit-f243igz8a8");
    assert_string_equal(run->session.steps[2].bytes.bytes, "{non}");
    const struct judge *judges = lab.checks[0].judges;
    assert_string_equal(judges[0].bytes.bytes, "NOOP kit-f243igz8a8\r\n");
    assert_memory_equal(judges[1].pattern.steps[0].text, "NOOP kit-f243igz8a8", 19);
    assert_string_equal(judges[2].filter, "tcp.payload contains \"kit-f243igz8a8\"");
    lab_free(&lab);
}

static void a_wrong_seed_is_told(void **state) {
    (void)state;
    struct lab lab;
    struct failure why;
    setenv("KIT_SEED", "two words", 1);
    assert_int_equal(read_lab(minimal, &lab, &why), -1);
    unsetenv("KIT_SEED");
    assert_non_null(strstr(why.text, "KIT_SEED: a seed is"));
}

static void what_is_judged_is_watched(void **state) {
    (void)state;
    struct lab lab;
    char text[300];
    snprintf(text, sizeof text,
             "%s[run a]\ntool = valgrind\n[run b]\n"
             "[check m]\nsays = s\nrun = a\nleaks = none\n"
             "[check t]\nsays = s\nrun = b\nthreads = 1\n",
             minimal);
    assert_int_equal(read_lab(text, &lab, NULL), 0);
    assert_false(lab.runs[0].tool || lab.runs[0].counts_threads);
    assert_true(lab.runs[1].tool);
    assert_false(lab.runs[1].counts_threads);
    assert_true(lab.runs[2].counts_threads);
    assert_false(lab.runs[2].tool);
    lab_free(&lab);
}

static void a_check_needs_those_above_it(void **state) {
    (void)state;
    struct lab lab;
    char text[300];
    snprintf(text, sizeof text,
             "%s[check a]\nsays = s\nexit = 0\n[check b]\nsays = s\nexit = 0\n"
             "[check c]\nsays = s\nneeds = b a\nexit = 0\n",
             minimal);
    assert_int_equal(read_lab(text, &lab, NULL), 0);
    assert_int_equal(lab.checks[0].need_count, 0);
    assert_int_equal(lab.checks[2].need_count, 2);
    assert_int_equal(lab.checks[2].needs[0], 1);
    assert_int_equal(lab.checks[2].needs[1], 0);
    lab_free(&lab);
}

static void mistakes_are_named_with_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *more, *words;
    } cases[] = {
        {"colour = red\n", "lab.ini:4: [lab] has no key \"colour\""},
        {"title = again\n", "lab.ini:4: this key stands here for the second time"},
        {"[labs]\nx = y\n", "lab.ini:4: [labs] is no section"},
        {"[lab x]\nx = y\n", "lab.ini:4: [lab] has no name"},
        {"[run]\nprogram = x\n", "lab.ini:4: [run] needs a name"},
        {"[run Big]\n", "lab.ini:4: [run] needs a name of a-z"},
        {"[run main]\n", "lab.ini:4: a run cannot be called \"main\""},
        {"[run results]\n", "lab.ini:4: a run cannot be called \"results\""},
        {"[run a]\n[run b]\n[run a]\n", "lab.ini:6: there is a run \"a\" already"},
        {"[run a]\n\nfoo = 1\n", "lab.ini:6: a run has no key \"foo\""},
        {"[run a]\nprogram = \"x\n", "lab.ini:5: the closing quote is missing"},
        {"[run a]\nservers = popd\n", "lab.ini:5: there is no server \"popd\": known are script"},
        {"[run a]\nservers = script\n", "lab.ini:4: run a: servers = script needs script = FILE"},
        {"[run a]\nscript = none.session\n", "none.session: no such file"},
        {"[run a]\nscript = bad.session\n", "bad.session:2: a step begins with"},
        {"[run a]\nsession = two.session\n", "lab.ini:5: two.session:2: who types has no second"},
        {"[run a]\npeer = nice\n", "lab.ini:5: there is no peer \"nice\": known are one-byte"},
        {"[run a]\npeer = slow\n", "lab.ini:4: run a: a peer stands before a server"},
        {"[run a]\nlisten = 25\n", "lab.ini:5: \"25\" is not ADDRESS:PORT"},
        {"[run a]\nlisten = a:1 b\n", "lab.ini:5: \"b\" is not ADDRESS:PORT"},
        {"[run a]\nlisten = a:1 b:2 c:3 d:4 e:5\n", "lab.ini:5: one address, or up to 4 of them"},
        {"[run a]\nservers = script\nscript = two.session\nlisten = a:1 b:2\n",
         "lab.ini:4: run a: a script listens at one address"},
        {"[run a]\nservers = pop3d\n",
         "lab.ini:4: run a: 127.0.0.2:25: port 25 is for smtpd, which is not among the servers"},
        {"[run a]\nservers = smtpd\nlisten = a:25 b:995\n",
         "lab.ini:4: run a: b:995: port 995 is for pop3d, which is not among the servers"},
        {"[run a]\nservers = pop3d\nlisten = a:110 a:111\n",
         "lab.ini:4: run a: a:111: none of the servers listens at port 111"},
        {"[run a]\nlimit = soon\n", "lab.ini:5: \"soon\" is not a time"},
        {"[run a]\nmessage = big.eml\n", "big.eml: no such file"},
        {"[run a]\nmessage = ../x 10\n", "lab.ini:5: message = FILE of the lab, or NAME SIZE"},
        {"[run a]\nmessage = x 0\n", "lab.ini:5: a message of 0 bytes"},
        {"[run a]\ntool = gdb\n", "lab.ini:5: there is no tool \"gdb\": known is valgrind"},
        {"[check a]\nsays = x\nleaks = none\n",
         "lab.ini:6: leaks needs tool = valgrind in the run"},
        {"[check a]\nsays = x\nleaks = some\n", "lab.ini:6: leaks = none: \"some\" is not that"},
        {"[check a]\nsays = x\nthreads = few\n", "lab.ini:6: threads = [<= or >=] NUMBER: "},
        {"[check a]\nsays = x\n", "lab.ini:4: [check a] has nothing that decides"},
        {"[check a]\nexit = 0\n", "lab.ini:4: [check a] needs says"},
        {"[check a]\nsays = x\n[check b]\n[check a]\n",
         "lab.ini:7: there is a check \"a\" already"},
        {"[check a]\nsays = x\nwill = y\n", "lab.ini:6: a check has no key \"will\""},
        {"[check a]\nsays = x\nneeds = far\n", "lab.ini:6: there is no [check far] above"},
        {"[check a]\nsays = x\nneeds = a\n", "lab.ini:6: there is no [check a] above"},
        {"[check a]\nsays = x\nneeds = b\nexit = 0\n[check b]\n",
         "lab.ini:6: there is no [check b] above"},
        {"[check a]\nsays = x\nrun = far\n", "lab.ini:6: there is no [run far]"},
        {"[question a]\ntext = x\nrun = far\n", "lab.ini:6: there is no [run far]"},
        {"[check a]\nsays = x\npoints = many\n", "lab.ini:6: \"many\" is not a whole number"},
        {"[check a]\nsays = x\nafter = tcp\n", "lab.ini:4: \"after\" needs frames = FILTER"},
        {"[check a]\nsays = x\nframes =\n", "lab.ini:6: frames = a display filter: the filter is"},
        {"[check a]\nsays = x\ncount = tcp\n", "lab.ini:6: count = [<= or >=] NUMBER FILTER: "},
        {"[check a]\nsays = x\ncount = 3\n", "the filter is missing"},
        {"[check a]\nsays = x\nsent = holds \"x\"\n", "lab.ini:6: sent = exactly, contains or"},
        {"[check a]\nsays = x\nsent = contains x\n", "a string in \"quotes\" is missing"},
        {"[check a]\nsays = x\nsent = contains \"\"\n", "\"\" is in everything"},
        {"[check a]\nsays = x\nsent = contains \"x\" y\n", "what is \"y\"?"},
        {"[check a]\nsays = x\nscreen = empty\n", "lab.ini:6: screen = "},
        {"[check a]\nsays = x\nexit = bad\n", "lab.ini:6: exit = a number, or: nonzero: "},
        {"[check a]\nsays = x\nwithin = 4\n", "lab.ini:6: within = a time"},
        {"[check a]\nsays = x\nstore = bob\n", "lab.ini:6: store = MAILBOX"},
        {"[check a]\nsays = x\nstore = ../bob empty\n", "is no mailbox"},
        {"[check a]\nsays = x\nstore = bob holds\n", "holds what?"},
        {"[check a]\nsays = x\nstore = bob lacks \"\"\n", "one string, not empty"},
        {"[question a]\ntext = x\n", "lab.ini:4: [question a] needs text, field and where"},
        {"[question a]\nanswer = x\n", "lab.ini:5: a question has no key \"answer\""},
        {"nonsense\n", "lab.ini:4: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        struct lab lab;
        struct failure why = {""};
        snprintf(text, sizeof text, "%s%s", minimal, cases[i].more);
        int result = read_lab(text, &lab, &why);
        if (result == 0 || strstr(why.text, cases[i].words) == NULL)
            fail_msg("%s gives \"%s\", not \"%s\"", cases[i].more, why.text, cases[i].words);
        assert_null(lab.runs);
    }
    struct lab lab;
    struct failure why;
    assert_int_equal(read_lab("[lab]\ntitle = x\n", &lab, &why), -1);
    assert_non_null(strstr(why.text, "[lab] needs title, and either client or server"));
}

static void a_lab_whose_program_is_a_server(void **state) {
    (void)state;
    static const char text[] = "[lab]\ntitle = T\nserver = smtp\nsession = two.session\n"
                               "mailbox = bob good.session 3*two.session, carol\nbroken = erin\n"
                               "[run a]\npeer = cut=3 | slow\ncrowd = 200\n"
                               "[run b]\nsession = visit.session\nvisit = curl -s \"a b\"\n"
                               "[check c]\nsays = x\nrun = b\nvisit = 0\nvisit = lacks \"x\"\n";
    struct lab lab;
    struct failure why = {""};
    if (read_lab(text, &lab, &why) < 0)
        fail_msg("%s", why.text);
    assert_null(lab.client);
    assert_string_equal(lab.server, "smtp");
    assert_true(lab.runs[0].serves && lab.runs[1].serves);
    assert_int_equal(lab.runs[0].session.steps[1].connection, 2);
    assert_int_equal(lab.runs[1].crowd, 200);
    assert_int_equal(lab.runs[1].peers.count, 2);
    assert_true(lab.runs[1].peers.own_server);
    assert_int_equal(lab.runs[2].crowd, 0);
    assert_int_equal(lab.runs[2].visit.count, 3);
    assert_string_equal(lab.runs[2].visit.words[2], "a b");
    const struct mailboxes *mailboxes = &lab.runs[0].mailboxes;
    assert_int_equal(mailboxes->count, 2);
    assert_string_equal(mailboxes->list[0].name, "bob@example.org");
    assert_int_equal(mailboxes->list[0].count, 2);
    assert_int_equal(mailboxes->list[0].letters[1].copies, 3);
    assert_int_equal(mailboxes->list[1].count, 0);
    assert_string_equal(mailboxes->broken.words[0], "erin@example.org");
    lab_free(&lab);
}

static void mistakes_in_a_server_lab(void **state) {
    (void)state;
    static const struct {
        const char *kind, *more, *words;
    } cases[] = {
        {"server", "client = smtp\n", "lab.ini:1: [lab] needs title, and either client or server"},
        {"server", "servers = smtpd\n", "run main: the program is the server: there are no others"},
        {"server", "servers = script\nscript = good.session\n", "there are no others"},
        {"server", "peer = slow\n", "run main: a peer stands before a session; there is none"},
        {"server", "session = good.session\npeer = busy\n", "the peer busy changes what a server"},
        {"server", "listen = here:\n", "lab.ini:4: \"here:\" is not ADDRESS:PORT"},
        {"server", "crowd = 201\n", "lab.ini:4: 201 is more than 200"},
        {"server", "session = typed.session\n", "typed.session: line 1: \"C end\" is nothing that"},
        {"server", "[check a]\nsays = x\nscreen = contains \"x\"\n",
         "lab.ini:6: screen is about a client; here the program is a server"},
        {"server", "[check a]\nsays = x\nwithin = 2s\n", "lab.ini:6: within is about a client"},
        {"server", "[check a]\nsays = x\nvisit = 0\n",
         "lab.ini:6: visit needs visit = COMMAND in the run main"},
        {"server", "[check a]\nsays = x\nvisit = some\n", "lab.ini:6: visit = a number, nonzero"},
        {"server", "mailbox = ../bob x.eml\n", "lab.ini:4: \"../bob\" is no mailbox"},
        {"server", "mailbox = bob far.eml\n", "far.eml: no such file"},
        {"server", "mailbox = bob x*good.session\n", "lab.ini:4: \"x\" is not a whole number"},
        {"server", "mailbox = bob ../x\n", "lab.ini:4: \"../x\" is no letter"},
        {"server", "broken = a/b\n", "lab.ini:4: \"a/b\" is no mailbox"},
        {"client", "crowd = 1\n", "visit and crowd are for a lab whose program is a server"},
        {"client", "visit = true\n", "visit and crowd are for a lab whose program is a server"},
        {"client", "session = visit.session\n", "line 1: \"kill\" is nothing that"},
        {"client", "servers = script\nscript = visit.session\n", "line 1: \"kill\" is nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        struct lab lab;
        struct failure why = {""};
        snprintf(text, sizeof text, "[lab]\ntitle = T\n%s = smtp\n%s", cases[i].kind,
                 cases[i].more);
        int result = read_lab(text, &lab, &why);
        if (result == 0 || strstr(why.text, cases[i].words) == NULL)
            fail_msg("%s gives \"%s\", not \"%s\"", cases[i].more, why.text, cases[i].words);
    }
}

static void each_address_is_one_of_a_server(void **state) {
    (void)state;
    static const char *const right[] = {
        "servers = smtpd\nlisten = a:25 a:587 a:465 a:2525\n",
        "servers = pop3d\nlisten = a:110 [::1]:995\n",
        "servers = pop3d smtpd\nlisten = a:110 a:995 a:25 a:2525\n",
        "listen = a:110\n", /* nobody is started */
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        char text[400];
        struct lab lab;
        struct failure why = {""};
        snprintf(text, sizeof text, "%s%s", minimal, right[i]);
        if (read_lab(text, &lab, &why) < 0)
            fail_msg("%s gives \"%s\"", right[i], why.text);
        lab_free(&lab);
    }
}

static void a_line_has_a_limit(void **state) {
    (void)state;
    char text[600];
    struct lab lab;
    struct failure why;
    snprintf(text, sizeof text, "%s[check a]\nsays = %0200d\nexit = 0\n", minimal, 7);
    assert_int_equal(read_lab(text, &lab, &why), -1);
    assert_non_null(strstr(why.text, "lab.ini:5: longer than 198 bytes"));
    snprintf(text, sizeof text, "%s[check a]\nsays = %0191d\nexit = 0\n", minimal, 7);
    assert_int_equal(read_lab(text, &lab, &why), 0);
    assert_int_equal(strlen(lab.checks[0].says), 191);
    lab_free(&lab);
}

static void a_lab_is_found_by_number_or_name(void **state) {
    (void)state;
    static const char *const words[] = {"7", "07", "07-x"};
    static const char *const wrong[] = {"8", "x", "07-y", "", "-7", "7x", "..", "007-x"};
    char directory[64];
    struct lab lab;
    struct failure why;
    test_directory(directory);
    test_file(directory, "07-x/lab.ini", minimal, NULL);
    test_file(directory, "7-y/lab.ini", "not a lab", NULL);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(lab_open(directory, words[i], &lab, NULL), 0);
        assert_string_equal(lab.name, "07-x");
        lab_free(&lab);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(lab_open(directory, wrong[i], &lab, &why), -1);
        assert_non_null(strstr(why.text, "no lab"));
    }
    files_remove(directory, NULL);
    assert_int_equal(lab_open(directory, "7", &lab, &why), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_lab),
        cmocka_unit_test(what_is_left_out_has_a_standard),
        cmocka_unit_test(the_nonce_stands_wherever_it_is_named),
        cmocka_unit_test(a_wrong_seed_is_told),
        cmocka_unit_test(what_is_judged_is_watched),
        cmocka_unit_test(a_check_needs_those_above_it),
        cmocka_unit_test(mistakes_are_named_with_file_and_line),
        cmocka_unit_test(a_lab_whose_program_is_a_server),
        cmocka_unit_test(mistakes_in_a_server_lab),
        cmocka_unit_test(each_address_is_one_of_a_server),
        cmocka_unit_test(a_line_has_a_limit),
        cmocka_unit_test(a_lab_is_found_by_number_or_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
