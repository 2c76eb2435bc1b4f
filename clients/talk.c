/*
 * talk HOST PORT: a conversation over a raw TCP connection. What is typed is sent, line by line;
 * what is received is shown. The work is done by the functions of lab 01 (shared/talk.h).
 */
#include "talk.h"
#include "complain.h"
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] =
    "talk HOST PORT\n"
    "\n"
    "Connects to HOST (a name or an address) and PORT (a number or a service name) over TCP,\n"
    "sends each typed line with CR LF behind it, and shows what comes back, until the other side\n"
    "closes the connection. At the end of typing (Ctrl-D, end of file) only the sending half is\n"
    "closed.\n"
    "\n"
    "With standard input from a file or a pipe: no prompt, and not one received byte is changed.\n"
    "\n"
    "  --help   this\n"
    "\n"
    "Exit status: 0 the other side closed in order, 1 it did not, 2 wrong use.\n";

static const struct repl_word words[] = {
    {"/help", "", "this list"},
    {"/quit", "", "end of typing, as Ctrl-D: closes the sending half of the connection"},
    {NULL, NULL, NULL},
};

/* The whole conversation. 0 or -1. */
static int talk(const char *host, const char *port, struct repl *repl, struct failure *why) {
    int connection = talk_connect(host, port, why);
    if (connection < 0)
        return -1;
    repl_remark(repl, "connected to %s port %s; /help lists what the program itself understands",
                host, port);
    int result = talk_relay(connection, repl, why);
    close(connection);
    if (result == 0 && repl_failure(repl) != NULL)
        return failure_set(why, "%s", repl_failure(repl));
    return result;
}

int main(int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
        if (option == 'h')
            return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILED : 0;
        return complain_misuse("talk", "unknown option %s", argv[optind - 1]);
    }
    if (argc - optind != 2)
        return complain_misuse("talk", "needs a HOST and a PORT");

    struct failure why;
    struct repl *repl = repl_open(
        &(struct repl_options){.program = "talk", .prompt = "talk> ", .words = words}, &why);
    int result = repl == NULL ? -1 : talk(argv[optind], argv[optind + 1], repl, &why);
    repl_close(repl);
    if (result == 0)
        return 0;
    complain("talk", "%s", why.text);
    return EXIT_FAILED;
}
