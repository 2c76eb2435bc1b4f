#include "on_disk.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int on_disk_name(const char *path) {
    char *directory = strdup(path);
    if (directory == NULL)
        return -1;
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        slash[slash == directory ? 1 : 0] = '\0';
    int opened = open(slash != NULL ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (opened < 0)
        return -1;
    int result = fsync(opened);
    int error = errno;
    close(opened);
    errno = error;
    return result;
}
