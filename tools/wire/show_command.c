/* wire show: the ladder of a capture. */
#include "commands.h"

int show_command(int argc, char **argv) {
    (void)argc;
    return command_misuse(argv[0], "not written yet");
}
