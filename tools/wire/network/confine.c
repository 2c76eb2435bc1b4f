#include "confine.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h and the numbers of its calls are younger than some systems that we build on. */
enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_VERSION = 1,
    LANDLOCK_PATH_BENEATH = 1,
};

struct landlock_ruleset {
    uint64_t files, network, scope;
};

struct landlock_path {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

#define EXECUTE       (UINT64_C(1) << 0)
#define WRITE_FILE    (UINT64_C(1) << 1)
#define READ_FILE     (UINT64_C(1) << 2)
#define READ_DIR      (UINT64_C(1) << 3)
#define TRUNCATE      (UINT64_C(1) << 14)
#define OF_FILES      (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)
#define READING       (EXECUTE | READ_FILE | READ_DIR)
#define SCOPE_SOCKETS (UINT64_C(1) << 0) /* abstract Unix sockets of others */
#define SCOPE_SIGNALS (UINT64_C(1) << 1)

/* The rights over files that each version of Landlock knows are the lowest so many bits. */
static uint64_t known_rights(long version) {
    static const int bits[] = {0, 13, 14, 15, 15, 16};
    size_t last = sizeof bits / sizeof bits[0] - 1;
    return (UINT64_C(1) << bits[(size_t)version < last ? (size_t)version : last]) - 1;
}

const char *const confine_system[] = {
    "/usr",  "/bin",      "/sbin",     "/lib",     "/lib32",      "/lib64",       "/etc",
    "/proc", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom", NULL};
static const char *const always_writable[] = {"/dev/null", NULL};

static int allow(int ruleset, const char *const *paths, uint64_t rights) {
    for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        struct stat status;
        int path = open(paths[i], O_PATH | O_CLOEXEC);
        if (path < 0)
            continue; /* not there */
        struct landlock_path rule = {.allowed = rights, .parent = path};
        if (fstat(path, &status) == 0 && !S_ISDIR(status.st_mode))
            rule.allowed &= OF_FILES;
        long added = syscall(LANDLOCK_ADD, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
        close(path);
        if (added < 0)
            return -1;
    }
    return 0;
}

/* The rules, to be put in force later; -1 with errno: ENOSYS or EOPNOTSUPP without Landlock. */
static int make_rules(const struct confinement *confinement) {
    long version = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
    if (version < 1)
        return -1;
    /* The first version never allows a rename into another directory: no Maildir could be written.
     */
    if (version == 1 && confinement->writable != NULL && confinement->writable[0] != NULL) {
        errno = EOPNOTSUPP;
        return -1;
    }
    uint64_t all = known_rights(version);
    struct landlock_ruleset rules = {.files = all,
                                     .scope = version >= 6 ? SCOPE_SOCKETS | SCOPE_SIGNALS : 0};
    /* Older kernels take a longer structure if what they do not know is 0. */
    int ruleset = (int)syscall(LANDLOCK_CREATE, &rules, sizeof rules, 0);
    if (ruleset < 0)
        return -1;
    if (allow(ruleset, confine_system, READING) == 0 &&
        allow(ruleset, confinement->readable, READING) == 0 &&
        allow(ruleset, confinement->writable, all) == 0 &&
        allow(ruleset, always_writable, WRITE_FILE | READ_FILE) == 0)
        return ruleset;
    close(ruleset);
    return -1;
}

static bool is_mapped(uid_t user) {
    FILE *map = fopen("/proc/self/uid_map", "re");
    char line[128];
    bool found = false;
    while (map != NULL && !found && fgets(line, sizeof line, map) != NULL) {
        char *rest = line;
        unsigned long first = strtoul(rest, &rest, 10);
        strtoul(rest, &rest, 10); /* outside */
        found = user >= first && user - first < strtoul(rest, NULL, 10);
    }
    if (map != NULL)
        fclose(map);
    return found;
}

/* Everybody may read the file, and walk all the way down to it. */
bool confine_can_reach(uid_t user, const char *path) {
    char part[PATH_MAX];
    struct stat status;
    if (geteuid() != 0 || !is_mapped(user) || realpath(path, part) == NULL ||
        stat(part, &status) < 0 || (status.st_mode & S_IROTH) == 0)
        return false;
    for (char *slash; (slash = strrchr(part, '/')) != NULL && slash != part;) {
        *slash = '\0';
        if (stat(part, &status) < 0 || (status.st_mode & S_IXOTH) == 0)
            return false;
    }
    return true;
}

/* Keeps the right to listen at any port, or nothing. It outlives exec(2) as an ambient one. */
static int drop_capabilities(bool serves) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[_LINUX_CAPABILITY_U32S_3] = {0};
    uint32_t kept = serves ? UINT32_C(1) << CAP_NET_BIND_SERVICE : 0;
    rights[0] =
        (struct __user_cap_data_struct){.effective = kept, .permitted = kept, .inheritable = kept};
    if (syscall(SYS_capset, &header, rights) < 0)
        return -1;
    return kept == 0 ? 0 : prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0);
}

/* What no program that it starts can get again. */
static int bound_capabilities(bool serves) {
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
        if (!(serves && capability == CAP_NET_BIND_SERVICE) &&
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
            return -1;
    return 0;
}

static int become(uid_t user, bool serves) {
    if (geteuid() != 0)
        return 0;
    if (user == 0)
        return bound_capabilities(serves) < 0 ? -1 : drop_capabilities(serves);
    /* Whoever stops being root keeps nothing, unless he says so. */
    if ((serves && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) || setgroups(0, NULL) < 0 ||
        setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0)
        return -1;
    return serves ? drop_capabilities(serves) : 0;
}

int confine(const struct confinement *confinement) {
    int rules = make_rules(confinement);
    if (rules < 0 && errno != ENOSYS && errno != EOPNOTSUPP)
        return -1;
    if (become(confinement->user, confinement->serves) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    /* Changing the user made the kernel forget that we are to end with our parent. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -1;
    int result = rules < 0 ? 0 : (int)syscall(LANDLOCK_RESTRICT, rules, 0);
    if (rules >= 0)
        close(rules);
    return result;
}
