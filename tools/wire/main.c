/* wire: the table of commands, and help. */
#include "commands.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* In the order in which help lists them. */
static const struct command *const commands[] = {
    &network_command,   /* the lab network */
    &sandbox_command,   /* … as a student's program is in it */
    &confine_command,   /* … and what is left of it without namespaces */
    &record_command,    /* makes a capture */
    &show_command,      /* looks at one */
    &draw_command,      /* … as a page or a picture */
    &stat_command,      /* measures one */
    &diff_command,      /* lays two beside each other */
    &check_command,     /* judges a lab */
    &hint_command,      /* helps with a check */
    &list_command,      /* all labs */
    &start_command,     /* a lab by hand */
    &capture_command,   /* its session, kept */
    &reference_command, /* keeps the references */
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
        fprintf(out, "  wire %s %s\n      %s\n", commands[i]->name, commands[i]->usage,
                commands[i]->meaning);
    fputs("\n`wire COMMAND --help` says more.\n", out);
}

static void print_command_help(const struct command *command) {
    printf("usage: wire %s %s\n\n%s\n", command->name, command->usage, command->meaning);
    if (command->details != NULL)
        printf("\n%s", command->details);
    if (command->print_more != NULL)
        command->print_more(stdout);
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Whether help is wanted: anywhere, but not among the words of somebody else's command. */
static bool wants_help(const struct command *command, int argc, char **argv) {
    int own = command->own_words, end = own > 0 && own + 2 < argc ? own + 2 : argc;
    for (int i = 2; i < end && strcmp(argv[i], "--") != 0; i++)
        if (is_help(argv[i]))
            return true;
    return false;
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
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        if (wants_help(commands[i], argc, argv)) {
            print_command_help(commands[i]);
            return COMMAND_FINE;
        }
        return commands[i]->run(argc - 1, argv + 1);
    }
    fprintf(stderr, "wire: no command \"%s\"; `wire --help` lists them\n", argv[1]);
    return COMMAND_MISUSE;
}
