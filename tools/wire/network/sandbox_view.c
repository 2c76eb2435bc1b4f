#include "sandbox_view.h"
#include "confine.h"
#include "files.h"
#include "network.h"
#include "sandbox.h"
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

/* What the program sees of the environment: these, and of ours the ones in `kept`. */
static const char *const set[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/", "TERM=dumb",
                                  "LC_ALL=C.UTF-8"};
static const char *const kept[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                                   "TSAN_OPTIONS", "RESOLV_MULTI",  "LD_PRELOAD",
                                   "WIRE_NAMES",   "SSL_CERT_FILE"};

void sandbox_view_environment(const char *scratch, struct arguments *variables) {
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
        arguments_add(variables, set[i]);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *value = getenv(kept[i]);
        if (value != NULL)
            arguments_addf(variables, "%s=%s", kept[i], value);
    }
    if (!network_is_private() && *scratch != '\0')
        arguments_addf(variables, "TMPDIR=%s", scratch);
}

static void for_each_home(struct arguments *line, const char *option) {
    static const char *const homes[] = {"/home", "/root"};
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (access(homes[i], F_OK) < 0)
            continue;
        arguments_add(line, option);
        arguments_add(line, homes[i]);
    }
}

/* Home directories are covered by empty ones; the kit, if it lies in one, is bound again. */
static void cover_homes(struct arguments *line) {
    static const char *const kit[] = {KIT_SOURCE_DIR, KIT_BUILD_DIR};
    for_each_home(line, "--tmpfs");
    for (size_t i = 0; i < sizeof kit / sizeof kit[0]; i++) {
        arguments_add(line, "--ro-bind");
        arguments_add(line, kit[i]);
        arguments_add(line, kit[i]);
    }
    for_each_home(line, "--remount-ro");
}

/* Whether user 0 in here is somebody else outside: whoever is root there, too, the kernel does not
   count, and bubblewrap has covered parts of his /proc, so that he cannot mount another one. */
static bool is_counted(void) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    if (map == NULL)
        return false;
    char line[64] = "", *rest = line;
    bool read = fgets(line, sizeof line, map) != NULL && strtoul(line, &rest, 10) == 0;
    fclose(map);
    return read && strtoul(rest, NULL, 10) != 0;
}

/* A user namespace of the program's own: from Linux 5.14 on the kernel counts processes for each.
 */
static void count_processes(struct arguments *line) {
    static char *const user[] = {"--unshare-user", "--uid", "0", "--gid", "0", NULL};
    if (is_counted())
        arguments_add_all(line, user);
}

static void bind_writable(struct arguments *line, const char *writable) {
    if (writable == NULL)
        return;
    arguments_add(line, "--bind");
    arguments_add(line, writable);
    arguments_add(line, writable);
}

void sandbox_view_command(const struct arguments *program, const char *directory,
                          const char *writable, const char *scratch, struct arguments *line) {
    static char *const isolation[] = {"bwrap",
                                      "--unshare-pid",
                                      "--unshare-ipc",
                                      "--cap-drop",
                                      "ALL",
                                      "--die-with-parent",
                                      "--new-session",
                                      "--ro-bind",
                                      "/",
                                      "/",
                                      "--dev",
                                      "/dev",
                                      "--remount-ro",
                                      "/dev",
                                      "--proc",
                                      "/proc",
                                      NULL};
    if (network_is_private()) {
        arguments_add_all(line, isolation);
        count_processes(line);
        arguments_add(line, "--bind");
        arguments_add(line, scratch);
        arguments_add(line, "/tmp");
        cover_homes(line);
        bind_writable(line, writable);
        arguments_add(line, "--chdir");
        arguments_add(line, directory);
        arguments_add(line, "--");
        arguments_add(line, "prlimit");
        arguments_addf(line, "--nproc=%d", SANDBOX_PROCESS_CEILING);
        arguments_add(line, "--");
    }
    arguments_add_all(line, program->words);
}

/* Without a file system of its own. */
static int make_directory(char path[SANDBOX_SCRATCH_SIZE], struct failure *why) {
    char name[SANDBOX_SCRATCH_SIZE] = "/tmp/program-XXXXXX";
    uid_t user = network_program_user();
    if (mkdtemp(name) == NULL || (user != 0 && chown(name, user, user) < 0))
        return failure_system(why, errno, "%s", name);
    snprintf(path, SANDBOX_SCRATCH_SIZE, "%s", name);
    return 0;
}

/* /tmp of the program: memory, and little of it. It disappears with the sandbox. */
int sandbox_view_make_scratch(bool tool, char path[SANDBOX_SCRATCH_SIZE], struct failure *why) {
    *path = '\0';
    if (!network_is_private())
        return tool ? make_directory(path, why) : 0;
    char name[SANDBOX_SCRATCH_SIZE] = "/run/program-XXXXXX", options[64];
    snprintf(options, sizeof options, "mode=1777,size=%lu,nr_inodes=%d", SANDBOX_SCRATCH_LIMIT,
             SANDBOX_SCRATCH_FILES);
    if (mkdtemp(name) == NULL)
        return failure_system(why, errno, "%s", name);
    if (mount("tmpfs", name, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
        int error = errno;
        rmdir(name);
        return failure_system(why, error, "a file system for the program's /tmp");
    }
    snprintf(path, SANDBOX_SCRATCH_SIZE, "%s", name);
    return 0;
}

void sandbox_view_remove_scratch(char path[SANDBOX_SCRATCH_SIZE]) {
    if (*path == '\0')
        return;
    if (network_is_private())
        umount2(path, MNT_DETACH);
    files_remove(path, NULL);
    *path = '\0';
}

int sandbox_view_hand_over(const char *directory, struct failure *why) {
    uid_t user = network_program_user();
    if (directory == NULL || user == 0)
        return 0;
    char *const roots[] = {(char *)directory, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT, NULL);
    const FTSENT *entry;
    int result = tree == NULL ? -1 : 0;
    while (result == 0 && (entry = fts_read(tree)) != NULL)
        if (entry->fts_info != FTS_DP)
            result = lchown(entry->fts_accpath, user, user);
    int error = errno;
    if (tree != NULL)
        fts_close(tree);
    return result < 0 ? failure_system(why, error, "%s", directory) : 0;
}

int sandbox_view_confine(const struct sandbox_setup *setup, const char *scratch) {
    enum {
        PATHS_LIMIT = 64
    };
    if (network_is_private())
        return 0;
    const char *readable[PATHS_LIMIT + 1] = {setup->directory}, *writable[3] = {NULL};
    static const char *const names[] = {"LD_PRELOAD", "WIRE_NAMES", "SSL_CERT_FILE"};
    const struct arguments *program = setup->program;
    size_t count = 1, places = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (getenv(names[i]) != NULL)
            readable[count++] = getenv(names[i]);
    if (setup->readable != NULL)
        readable[count++] = setup->readable;
    for (size_t i = 0; i < program->count && count < PATHS_LIMIT; i++)
        if (program->words[i][0] == '/')
            readable[count++] = program->words[i];
    if (*scratch != '\0')
        writable[places++] = scratch;
    if (setup->writable != NULL)
        writable[places++] = setup->writable;
    return confine(&(struct confinement){.user = network_program_user(),
                                         .readable = readable,
                                         .writable = writable,
                                         .serves = setup->serves});
}
