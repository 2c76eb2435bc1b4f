/*
 * smtp HOST PORT: SMTP by hand, or message files sent to recipients. The protocol is in the
 * functions of the labs (shared/line.h, smtp.h, auth.h …), each option in the module that does its
 * work (clients/parts/options.h); here they are put together.
 */
#include "complain.h"
#include "letters.h"
#include "smtp_by_hand.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "smtp [options] HOST PORT\n"
    "smtp [options] HOST PORT --from SENDER --to RECIPIENT [--to RECIPIENT]… FILE…\n"
    "\n"
    "Without --from: a conversation by hand. What is typed is what is sent; replies are shown "
    "and,\n"
    "on a terminal, explained. With standard input from a file or a pipe: plain lines in, the\n"
    "server's reply lines out. At the end of typing QUIT is sent.\n"
    "\n"
    "With --from: sends each FILE (- is standard input) as one message, over one connection.\n"
    "\n"
    "OPTIONS\n"
    "\n"
    "Exit status: 0 all was accepted and the session ended well (by hand at a terminal: it ended\n"
    "well), 1 not so, 2 wrong use.\n";

/* The lab that this program is built for, "02-line-protocol", or none. */
#ifndef KIT_LAB
#define KIT_LAB ""
#endif

struct settings {
    struct smtp_session session;
    struct letters letters;
};

static int run_letters(struct settings *settings, struct failure *why) {
    struct smtp smtp;
    if (smtp_session_connect(&settings->session, &smtp, why) < 0)
        return -1;
    int result = smtp_session_begin(&settings->session, &smtp, NULL, why);
    if (result == 0)
        encrypt_warn("smtp", smtp.stream, settings->session.session.host, "--starttls");
    if (result == 0)
        result = letters_send(&smtp, &settings->letters, why);
    stream_close(smtp.stream);
    return result;
}

static int run_by_hand(struct settings *settings, struct failure *why) {
    struct smtp_by_hand own = {.session = &settings->session,
                               /* Whoever works on lab 02 has not written lab 03's functions. */
                               .verbatim = strcmp(KIT_LAB, "02-line-protocol") == 0};
    struct by_hand hand = {
        .protocol = &smtp_by_hand, .own = &own, .session = &settings->session.session};
    return by_hand(&hand, why);
}

/* Reads what is behind the options. -1: go on; else the exit status. */
static int parse_words(int argc, char **argv, int first, struct settings *settings) {
    struct letters *letters = &settings->letters;
    if (argc - first < 2)
        return complain_misuse("smtp", "needs a HOST and a PORT");
    settings->session.session.host = argv[first];
    settings->session.session.port = argv[first + 1];
    letters->files = (const char *const *)argv + first + 2;
    letters->file_count = (size_t)(argc - first - 2);
    bool composed = attach_wanted(&letters->attach);
    if (letters->sender == NULL && letters->recipient_count == 0 && letters->file_count == 0 &&
        !composed)
        return -1;
    if (letters->sender == NULL)
        return complain_misuse("smtp", "to send a message it needs --from");
    if (letters->recipient_count == 0)
        return complain_misuse("smtp", "to send a message it needs --to");
    if (letters->file_count == 0 && !composed)
        return complain_misuse("smtp", "to send a message it needs a FILE (- is standard input)");
    return -1;
}

/* Reads the command line. -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct settings *settings) {
    /* One row a module: its options, and where they go. */
    const struct option_group groups[] = {
        {letters_options, &settings->letters},
        {attach_options, &settings->letters.attach},
        {encrypt_smtp_options, &settings->session.session.encrypt},
        {login_smtp_options, &settings->session.login.who},
        {smtp_login_options, &settings->session.login},
        {smtp_session_options, &settings->session},
        {session_options, &settings->session.session},
        {NULL, NULL},
    };
    int first;
    int status = options_parse("smtp", help, groups, argc, argv, &first);
    if (status < 0)
        status = parse_words(argc, argv, first, settings);
    struct failure why;
    if (status < 0 && (encrypt_check(&settings->session.session.encrypt, "--starttls", &why) < 0 ||
                       smtp_login_check(&settings->session.login, &why) < 0))
        return complain_misuse("smtp", "%s", why.text);
    return status;
}

int main(int argc, char **argv) {
    const char **recipients = calloc((size_t)argc + 1, sizeof *recipients);
    if (recipients == NULL)
        return EXIT_FAILED;
    struct settings settings = {.session.session.timeout_ms = SESSION_TIMEOUT_MS,
                                .letters.recipients = recipients};
    int status = parse(argc, argv, &settings);
    if (status < 0) {
        struct failure why;
        int result = settings.letters.sender != NULL ? run_letters(&settings, &why)
                                                     : run_by_hand(&settings, &why);
        status = result == 0 ? 0 : EXIT_FAILED;
        if (result < 0 && why.text[0] != '\0')
            complain("smtp", "%s", why.text);
    }
    encrypt_free(&settings.session.session.encrypt);
    free(recipients);
    return status;
}
