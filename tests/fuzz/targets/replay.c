/* FILE-OR-DIRECTORY…: tries a target with inputs that are there already. */
#include "target.h"
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum {
    INPUT_LIMIT = 1 << 20
};

static void stop(const char *what, const char *path) {
    fprintf(stderr, "replay: %s: %s\n", path, what);
    exit(1);
}

/* The bytes lie in memory of exactly their size, so that a sanitizer sees one too many. */
static void replay_file(const char *path) {
    static uint8_t bytes[INPUT_LIMIT];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        stop("cannot be opened", path);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    if (ferror(file) || !feof(file))
        stop("cannot be read, or is too long", path);
    fclose(file);
    uint8_t *input = malloc(size + (size == 0));
    if (input == NULL)
        stop("no memory", path);
    memcpy(input, bytes, size);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* How many inputs there were. */
static int replay(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        replay_file(path);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        fprintf(stderr, "%s\n", name); /* if it crashes, this one did it */
        replay_file(name);
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv) {
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
