/* wire: the table of commands, and help. */
#include "commands.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage;   /* what follows the name */
    const char *meaning; /* one sentence */
    const char *details; /* more for `wire NAME --help`, whole lines, or NULL */
};

static const struct command commands[] = {
    {"network", network_command, "[OPTION…] [--] COMMAND [WORD…]",
     "Runs COMMAND in the lab's private network (its names and addresses: "
     "tools/wire/network/hosts).",
     "  --host-users    keep the machine's users (only root): for programs that change theirs\n"
     "  --writable DIR  DIR can be written inside; without it only build/run, build/lab and\n"
     "                  build/state can\n"
     "The exit status is COMMAND's own; 128 + n when signal n killed it; 127 when it is not "
     "found;\n"
     "2 when there is no network to run it in.\n"},
    {"record", record_command, "-o FILE [--] COMMAND [WORD…]",
     "Runs COMMAND in a private network and records every byte that it sends and receives there.",
     "  -o FILE        the capture (pcapng); Wireshark opens it too\n"
     "  --keys FILE    a TLS key log; its keys go into the capture, which then opens decrypted\n"
     "COMMAND can write into FILE's directory. The exit status is its own, or 2 when it could not "
     "be\n"
     "recorded.\n"},
    {"show", show_command, "FILE [OPTION…]",
     "Draws a capture as the dialogue it is: two columns, time, frame, direction.",
     "  --stream N     only conversation N, counted from 0 as in Wireshark's tcp.stream\n"
     "  --frames       the first and last frame of each line, not only the last\n"
     "  --all          whole messages; without it the middle of a long one is left out\n"
     "  --width N      columns to draw in; without it the terminal's, or 100\n"
     "  --plain        no colours, only ASCII: as it is where the output is no terminal\n"
     "  --unicode      lines and letters in Unicode even there\n"
     "  --canonical    one line a step, with what differs between two recordings replaced by "
     "names\n"
     "  --eavesdrop    what somebody on the way can read\n"
     "The exit status is 2 when FILE is no capture, holds no TCP, or breaks off.\n"},
    {"check", check_command, "LAB [CHECK…] [OPTION…]",
     "Runs a lab in a private network, judges it, and says what to do next.",
     "LAB is 3, 03 or 03-smtp-send. Without CHECK all of them are judged.\n"
     "  --recorded           runs nothing, shows the verdicts of the last time\n"
     "  --run-only           runs and judges, shows nothing\n"
     "  --filters            only tries whether lab.ini and its display filters are right\n"
     "  --programs DIR       where the lab's program is; without it build/labs\n"
     "  --run-directory DIR  what the runs leave, below build/run; without it build/run/NN-name\n"
     "  --labs DIR           where the labs are\n"
     "The exit status is 0 when all held, 1 when one failed, 2 when wire cannot judge.\n"},
    {"start", start_command, "LAB [OPTION…] [--] [COMMAND [WORD…]]",
     "A shell in the lab network, with the lab's servers running and a recording on.",
     "With COMMAND that is run instead of a shell. The recording is kept in\n"
     "build/run/NN-name/start.pcapng, mailboxes and logs in build/run/NN-name/start.\n"
     "  --peer NAME  who sits between you and the server: one-byte, slow, coalesced\n"
     "  --run NAME   the servers of this [run NAME] of lab.ini, not of its main run\n"
     "The exit status is COMMAND's own, or 2 when nothing could be started.\n"},
    {"reference", reference_command, "LAB [OPTION…]",
     "Records a lab's reference capture anew, from its solution: captures/NN-name.pcapng and .txt.",
     "  --verify             changes nothing: holds a new recording against both\n"
     "  --run-directory DIR  what the run leaves; without it build/run/reference/NN-name\n"
     "The exit status is 1 when they differ, or nothing could be recorded.\n"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

int command_misuse(const char *command, const char *format, ...) {
    char words[500];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    fprintf(stderr, "wire %s: %s\n", command, words);
    return COMMAND_MISUSE;
}

static void print_help(FILE *out) {
    fputs("usage: wire COMMAND [WORD…]\n\n"
          "Everything about captures: what was on the wire, as a dialogue.\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  wire %s %s\n      %s\n", commands[i].name, commands[i].usage,
                commands[i].meaning);
    fputs("\n`wire COMMAND --help` says more.\n", out);
}

static void print_command_help(const struct command *command) {
    printf("usage: wire %s %s\n\n%s\n", command->name, command->usage, command->meaning);
    if (command->details != NULL)
        printf("\n%s", command->details);
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("wire: no command given; `wire --help` lists them\n", stderr);
        return COMMAND_MISUSE;
    }
    if (is_help(argv[1])) {
        print_help(stdout);
        return COMMAND_FINE;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        /* Only as the first word: behind that may stand the words of somebody else's command. */
        if (argc > 2 && is_help(argv[2])) {
            print_command_help(&commands[i]);
            return COMMAND_FINE;
        }
        return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "wire: no command \"%s\"; `wire --help` lists them\n", argv[1]);
    return COMMAND_MISUSE;
}
