#include "history_file.h"
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

static const char *directory(void) {
    const char *chosen = getenv("KIT_STATE_DIR");
    return chosen != NULL && chosen[0] != '\0' ? chosen : KIT_STATE_DIR;
}

/* The file's path. Whether it fits. */
static bool find_path(const char *program, char path[PATH_MAX]) {
    int length = snprintf(path, PATH_MAX, "%s/%s.history", directory(), program);
    return length > 0 && length < PATH_MAX;
}

void history_file_load(const char *program) {
    using_history();
    char path[PATH_MAX];
    if (!find_path(program, path))
        return;
    history_truncate_file(path, HISTORY_FILE_LINES);
    read_history(path);
    stifle_history(HISTORY_FILE_LINES);
}

void history_file_add(const char *program, const char *line) {
    const HIST_ENTRY *last =
        history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (line[0] == '\0' || (last != NULL && strcmp(last->line, line) == 0))
        return;
    add_history(line);

    char path[PATH_MAX];
    if (!find_path(program, path))
        return;
    mkdir(directory(), 0700);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    fchmod(file, 0600);
    dprintf(file, "%s\n", line);
    close(file);
}
