/*
 * smtp HOST PORT: SMTP by hand, or message files sent to recipients. The protocol is in the
 * functions of the labs (shared/line.h, smtp.h, auth.h …), each option in the module that does its
 * work (clients/parts/options.h); here they are put together.
 */
#include "by_hand.h"
#include "complain.h"
#include "letters.h"
#include "session.h"
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
    struct session session;
    struct letters letters;
};

static int run_letters(struct settings *settings, struct failure *why) {
    struct smtp smtp;
    if (session_connect(&settings->session, &smtp, why) < 0)
        return -1;
    int result = session_begin(&settings->session, &smtp, NULL, why);
    if (result == 0)
        encrypt_warn(&smtp, settings->session.host);
    if (result == 0)
        result = letters_send(&smtp, &settings->letters, why);
    stream_close(smtp.stream);
    return result;
}

/* From the greeting, or behind the login, to the end of typing. */
static int converse(struct settings *settings, struct by_hand *hand, struct failure *why) {
    struct session *session = &settings->session;
    const char *tls = stream_tls_description(hand->smtp->stream);
    repl_remark(hand->repl, "connected to %s port %s, %s; /help lists what can be typed",
                session->host, session->port, tls[0] != '\0' ? tls : "in clear");
    hand->begun = session_has_orders(session);
    if (hand->begun && session_begin(session, hand->smtp, hand->repl, why) < 0)
        return -1;
    return by_hand(hand, why);
}

static int run_by_hand(struct settings *settings, struct failure *why) {
    struct smtp smtp;
    struct by_hand hand = {
        .smtp = &smtp, .encrypt = &settings->session.encrypt, .host = settings->session.host};
    /* Whoever works on lab 02 has not written the functions of lab 03. */
    hand.verbatim = strcmp(KIT_LAB, "02-line-protocol") == 0;
    hand.repl = repl_open(&(struct repl_options){.program = "smtp",
                                                 .prompt = "smtp> ",
                                                 .words = by_hand_words,
                                                 .is_secret = by_hand_is_secret,
                                                 .command = by_hand_command,
                                                 .context = &hand},
                          why);
    if (hand.repl == NULL)
        return -1;
    int result = session_connect(&settings->session, &smtp, why);
    if (result == 0) {
        result = converse(settings, &hand, why);
        stream_close(smtp.stream);
    }
    repl_close(hand.repl);
    return result;
}

/* Reads what is behind the options. -1: go on; else the exit status. */
static int parse_words(int argc, char **argv, int first, struct settings *settings) {
    struct letters *letters = &settings->letters;
    if (argc - first < 2)
        return complain_misuse("smtp", "needs a HOST and a PORT");
    settings->session.host = argv[first];
    settings->session.port = argv[first + 1];
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
        {letters_options, &settings->letters},         {attach_options, &settings->letters.attach},
        {encrypt_options, &settings->session.encrypt}, {login_options, &settings->session.login},
        {session_options, &settings->session},         {NULL, NULL},
    };
    int first;
    int status = options_parse("smtp", help, groups, argc, argv, &first);
    if (status < 0)
        status = parse_words(argc, argv, first, settings);
    struct failure why;
    if (status < 0 && (encrypt_check(&settings->session.encrypt, &why) < 0 ||
                       login_check(&settings->session.login, &why) < 0))
        return complain_misuse("smtp", "%s", why.text);
    return status;
}

int main(int argc, char **argv) {
    const char **recipients = calloc((size_t)argc + 1, sizeof *recipients);
    if (recipients == NULL)
        return EXIT_FAILED;
    struct settings settings = {.session.timeout_ms = 300 * 1000, .letters.recipients = recipients};
    int status = parse(argc, argv, &settings);
    if (status < 0) {
        struct failure why;
        int result = settings.letters.sender != NULL ? run_letters(&settings, &why)
                                                     : run_by_hand(&settings, &why);
        status = result == 0 ? 0 : EXIT_FAILED;
        if (result < 0 && why.text[0] != '\0')
            complain("smtp", "%s", why.text);
    }
    encrypt_free(&settings.session.encrypt);
    free(recipients);
    return status;
}
