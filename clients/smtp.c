/*
 * smtp HOST PORT: SMTP by hand, or message files sent to recipients. The protocol is in the
 * functions of labs 02 and 03 (shared/line.h, shared/smtp.h); here are the options and the
 * connection.
 */
#include "by_hand.h"
#include "complain.h"
#include "letters.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    "  --from SENDER      the envelope's sender; \"\" is the null path <>\n"
    "  --to RECIPIENT     a recipient; may be given many times\n"
    "  --name NAME        how to greet the server (standard: the host's name)\n"
    "  --timeout SECONDS  how long to wait for the connection, and for each reply (standard: 300)\n"
    "  --help             this\n"
    "\n"
    "Exit status: 0 all was accepted and the session ended well (by hand at a terminal: it ended\n"
    "well), 1 not so, 2 wrong use.\n";

/* The lab that this program is built for, "02-line-protocol", or none. */
#ifndef KIT_LAB
#define KIT_LAB ""
#endif

#define NAME_SIZE 256

struct settings {
    const char *host;
    const char *port;
    int timeout_ms;
    char name[NAME_SIZE]; /* "" until it is known */
    struct letters letters;
};

/* "30" as milliseconds, or -1. */
static int parse_seconds(const char *text) {
    char *end;
    errno = 0;
    long seconds = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || seconds < 1 || seconds > INT_MAX / 1000)
        return -1;
    return (int)seconds * 1000;
}

/* Our name for EHLO (RFC 5321 §4.1.4): the host's, or, when that is no full one, our address. */
static void find_name(const struct stream *stream, char name[NAME_SIZE]) {
    if (name[0] != '\0' || (gethostname(name, NAME_SIZE - 1) == 0 && strchr(name, '.') != NULL))
        return;
    const char *address = stream_local(stream)->host;
    snprintf(name, NAME_SIZE, "[%s%s]", strchr(address, ':') != NULL ? "IPv6:" : "", address);
}

/* Connects. 0 or -1. */
static int connect_to(struct settings *settings, struct smtp *smtp, struct failure *why) {
    *smtp = (struct smtp){.timeout_ms = settings->timeout_ms};
    smtp->stream =
        stream_connect(settings->host, settings->port, deadline_in(settings->timeout_ms), why);
    smtp->reader.stream = smtp->stream;
    return smtp->stream != NULL ? 0 : -1;
}

static int run_letters(struct settings *settings, struct failure *why) {
    struct smtp smtp;
    if (connect_to(settings, &smtp, why) < 0)
        return -1;
    find_name(smtp.stream, settings->name);
    settings->letters.name = settings->name;
    int result = letters_send(&smtp, &settings->letters, why);
    stream_close(smtp.stream);
    return result;
}

static int run_by_hand(struct settings *settings, struct failure *why) {
    struct smtp smtp;
    struct by_hand session = {.smtp = &smtp};
    /* Whoever works on lab 02 has not written the functions of lab 03. */
    session.verbatim = strcmp(KIT_LAB, "02-line-protocol") == 0;
    session.repl = repl_open(&(struct repl_options){.program = "smtp",
                                                    .prompt = "smtp> ",
                                                    .words = by_hand_words,
                                                    .is_secret = by_hand_is_secret,
                                                    .command = by_hand_command,
                                                    .context = &session},
                             why);
    if (session.repl == NULL)
        return -1;
    int result = connect_to(settings, &smtp, why);
    if (result == 0) {
        repl_remark(session.repl, "connected to %s port %s; /help lists what can be typed",
                    settings->host, settings->port);
        result = by_hand(&session, why);
        stream_close(smtp.stream);
    }
    repl_close(session.repl);
    return result;
}

/* Reads the options. -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, struct settings *settings,
                         const char **recipients) {
    static const struct option options[] = {
        {"from", required_argument, NULL, 'f'}, {"to", required_argument, NULL, 't'},
        {"name", required_argument, NULL, 'n'}, {"timeout", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'f':
            settings->letters.sender = optarg;
            break;
        case 't':
            recipients[settings->letters.recipient_count++] = optarg;
            break;
        case 'n':
            if (optarg[0] == '\0' || strlen(optarg) >= NAME_SIZE)
                return complain_misuse("smtp", "--name must have 1 to %d bytes", NAME_SIZE - 1);
            snprintf(settings->name, sizeof settings->name, "%s", optarg);
            break;
        case 's':
            settings->timeout_ms = parse_seconds(optarg);
            if (settings->timeout_ms < 0)
                return complain_misuse("smtp", "--timeout %s is no number of seconds", optarg);
            break;
        case 'h':
            return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILED : 0;
        case ':':
            return complain_misuse("smtp", "option %s needs a value", argv[optind - 1]);
        default:
            return complain_misuse("smtp", "unknown option %s", argv[optind - 1]);
        }
    }
    return -1;
}

/* Reads the rest of the command line. -1: go on; else the exit status. */
static int parse_words(int argc, char **argv, struct settings *settings) {
    struct letters *letters = &settings->letters;
    if (argc - optind < 2)
        return complain_misuse("smtp", "needs a HOST and a PORT");
    settings->host = argv[optind];
    settings->port = argv[optind + 1];
    letters->files = (const char *const *)argv + optind + 2;
    letters->file_count = (size_t)(argc - optind - 2);
    if (letters->sender == NULL && letters->recipient_count == 0 && letters->file_count == 0)
        return -1;
    if (letters->sender == NULL)
        return complain_misuse("smtp", "to send a message it needs --from");
    if (letters->recipient_count == 0)
        return complain_misuse("smtp", "to send a message it needs --to");
    if (letters->file_count == 0)
        return complain_misuse("smtp", "to send a message it needs a FILE (- is standard input)");
    return -1;
}

int main(int argc, char **argv) {
    const char **recipients = calloc((size_t)argc + 1, sizeof *recipients);
    if (recipients == NULL)
        return EXIT_FAILED;
    struct settings settings = {.timeout_ms = 300 * 1000, .letters.recipients = recipients};
    int status = parse_options(argc, argv, &settings, recipients);
    if (status < 0)
        status = parse_words(argc, argv, &settings);
    if (status < 0) {
        struct failure why;
        int result = settings.letters.sender != NULL ? run_letters(&settings, &why)
                                                     : run_by_hand(&settings, &why);
        status = result == 0 ? 0 : EXIT_FAILED;
        if (result < 0 && why.text[0] != '\0')
            complain("smtp", "%s", why.text);
    }
    free(recipients);
    return status;
}
