/*
 * pop3 HOST PORT: POP3 by hand, or a maildrop fetched. The protocol is in the functions of lab 07
 * (shared/pop3.h), each option in the module that does its work (clients/parts/options.h); here
 * they are put together.
 */
#include "complain.h"
#include "fetch.h"
#include "pop3_by_hand.h"

static const char help[] =
    "pop3 [options] HOST PORT\n"
    "pop3 [options] --user USER --fetch PLACE [--keep] HOST PORT\n"
    "\n"
    "Without --fetch: a conversation by hand. What is typed is what is sent; answers are shown\n"
    "and, on a terminal, explained. With standard input from a file or a pipe: plain lines in, "
    "the\n"
    "server's answers out: of a multi-line answer the lines as they are in the message, and then\n"
    "the dot. At the end of typing QUIT is sent.\n"
    "\n"
    "With --fetch: gets all messages that are not in PLACE yet. Killed at any moment it loses "
    "none,\n"
    "and the next time gets none twice, where the server has UIDL.\n"
    "\n"
    "OPTIONS\n"
    "\n"
    "Exit status: 0 all was answered with +OK and the session ended well (by hand at a terminal: "
    "it\n"
    "ended well), 1 not so, 2 wrong use.\n";

struct settings {
    struct pop3_session session;
    struct fetch fetch;
};

static int run_by_hand(struct settings *settings, struct failure *why) {
    struct pop3_by_hand own = {.session = &settings->session};
    struct by_hand hand = {
        .protocol = &pop3_by_hand, .own = &own, .session = &settings->session.session};
    buf_init(&own.offers, POP3_CAPA_LIMIT);
    int result = by_hand(&hand, why);
    buf_free(&own.offers);
    return result;
}

/* Reads the command line. -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct settings *settings) {
    /* One row a module: its options, and where they go. */
    const struct option_group groups[] = {
        {fetch_options, &settings->fetch},
        {encrypt_pop3_options, &settings->session.session.encrypt},
        {login_pop3_options, &settings->session.login},
        {session_options, &settings->session.session},
        {NULL, NULL},
    };
    int first;
    int status = options_parse("pop3", help, groups, argc, argv, &first);
    if (status >= 0)
        return status;
    if (argc - first != 2)
        return complain_misuse("pop3", "needs a HOST and a PORT, and no more");
    settings->session.session.host = argv[first];
    settings->session.session.port = argv[first + 1];
    struct failure why;
    if (pop3_session_check(&settings->session, &why) < 0 ||
        fetch_check(&settings->fetch, &settings->session.login, &why) < 0)
        return complain_misuse("pop3", "%s", why.text);
    return -1;
}

int main(int argc, char **argv) {
    struct settings settings = {.session.session.timeout_ms = SESSION_TIMEOUT_MS};
    int status = parse(argc, argv, &settings);
    if (status < 0) {
        struct failure why = {""};
        int result = settings.fetch.place != NULL
                         ? fetch_run(&settings.fetch, &settings.session, &why)
                         : run_by_hand(&settings, &why);
        status = result == 0 ? 0 : EXIT_FAILED;
        if (result < 0 && why.text[0] != '\0')
            complain("pop3", "%s", why.text);
    }
    encrypt_free(&settings.session.session.encrypt);
    return status;
}
