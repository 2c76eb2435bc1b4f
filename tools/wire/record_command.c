/* wire record: records what a command does in the lab network. */
#include "commands.h"

int record_command(int argc, char **argv) {
    (void)argc;
    return command_misuse(argv[0], "not written yet");
}
