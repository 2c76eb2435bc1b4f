#include "network_open.h"
#include "confine.h"
#include "files.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A kernel setting that forbids namespaces when it has this value, and how to change it. */
struct obstacle {
    const char *file;
    long value;
    const char *remedy;
};

static const struct obstacle obstacles[] = {
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
     "this system forbids user namespaces; allow them with"
     " `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"},
    {"/proc/sys/kernel/unprivileged_userns_clone", 0,
     "this system forbids user namespaces; allow them with"
     " `sudo sysctl kernel.unprivileged_userns_clone=1`"},
    {"/proc/sys/user/max_user_namespaces", 0,
     "this system forbids user namespaces; allow them with"
     " `sudo sysctl user.max_user_namespaces=10000`"},
};

static bool stands_in_the_way(const struct obstacle *obstacle) {
    FILE *file = fopen(obstacle->file, "re");
    if (file == NULL)
        return false;
    char text[32] = "";
    bool read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return read && strtol(text, NULL, 10) == obstacle->value;
}

static bool in_container(void) {
    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           getenv("container") != NULL;
}

void network_open_reason(bool not_found, const char *words, struct failure *reason) {
    if (not_found) {
        failure_set(reason, "bubblewrap (bwrap) is missing: `./kit setup` installs it");
        return;
    }
    for (size_t i = 0; geteuid() != 0 && i < sizeof obstacles / sizeof *obstacles; i++)
        if (stands_in_the_way(&obstacles[i])) {
            failure_set(reason, "%s", obstacles[i].remedy);
            return;
        }
    failure_set(reason, "%s%s", *words == '\0' ? "bubblewrap (bwrap) failed" : words,
                in_container() ? "; in a container: start it with `--privileged`, or with"
                                 " `--cap-add SYS_ADMIN --security-opt seccomp=unconfined"
                                 " --security-opt apparmor=unconfined`"
                               : "; try `bwrap --unshare-all --ro-bind / / true`");
}

static int may_capture(struct failure *why) {
    int socket_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        return failure_system(why, errno, "wire must be root to capture");
    close(socket_);
    return 0;
}

static int may_bind(struct failure *why) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(25)};
    inet_pton(AF_INET, "127.0.0.2", &address.sin_addr);
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        return failure_system(why, errno, "a socket");
    int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int result = 0;
    if (bind(socket_, (struct sockaddr *)&address, sizeof address) < 0)
        result = failure_system(why, errno, "127.0.0.2 port 25");
    close(socket_);
    return result;
}

/* Whether the machine itself answers the lab's names: somebody put them into /etc/hosts. */
static bool names_are_known(void) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list = NULL;
    if (getaddrinfo("mail.example.org", NULL, &hints, &list) != 0)
        return false;
    const struct sockaddr_in *address = (const struct sockaddr_in *)(const void *)list->ai_addr;
    bool known = address->sin_addr.s_addr == inet_addr("127.0.0.2");
    freeaddrinfo(list);
    return known;
}

/* The library answers getaddrinfo(3) from the hosts file in every program that is started. */
static int load_names(struct failure *why) {
    char library[PATH_MAX] = KIT_BUILD_DIR "/lib/wire-names.so";
    char hosts[PATH_MAX] = KIT_SOURCE_DIR "/tools/wire/network/hosts";
    const char *stage = getenv("WIRE_STAGE");
    if (stage != NULL && (files_path(library, why, "%s/wire-names.so", stage) < 0 ||
                          files_path(hosts, why, "%s/hosts", stage) < 0))
        return -1;
    if (access(library, R_OK) < 0)
        return failure_system(why, errno, "%s", library);
    setenv("WIRE_NAMES", hosts, 1);
    setenv("LD_PRELOAD", library, 1);
    /* AddressSanitizer insists on being the first library; this one does not disturb it. */
    const char *options = getenv("ASAN_OPTIONS");
    char text[512];
    snprintf(text, sizeof text, "%s%sverify_asan_link_order=0", options == NULL ? "" : options,
             options == NULL ? "" : ":");
    setenv("ASAN_OPTIONS", text, 1);
    return 0;
}

/* What OpenSSL takes for the system's authorities. */
static int trust_lab(struct failure *why) {
    char authorities[PATH_MAX] = KIT_BUILD_DIR "/lab/tls/ca.pem";
    const char *stage = getenv("WIRE_STAGE"); /* of what is built it is build/lib */
    if (stage != NULL && files_path(authorities, why, "%s/../lab/tls/ca.pem", stage) < 0)
        return -1;
    setenv("SSL_CERT_FILE", authorities, 1);
    unsetenv("SSL_CERT_DIR"); /* these two would come first for curl */
    unsetenv("CURL_CA_BUNDLE");
    return 0;
}

int network_open_prepare(struct failure *why) {
    if (may_capture(why) < 0 || trust_lab(why) < 0)
        return -1;
    /* Held, by keeping the file open, until this process ends. */
    int lock = open(KIT_BUILD_DIR "/run/network.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0)
        return failure_system(why, errno, "%s", KIT_BUILD_DIR "/run/network.lock");
    while (flock(lock, LOCK_EX) < 0)
        if (errno != EINTR)
            return failure_system(why, errno, "%s", KIT_BUILD_DIR "/run/network.lock");
    if (may_bind(why) < 0)
        return -1;
    /* Processes that outlive their parent become children of this one, which can end them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return names_are_known() ? 0 : load_names(why);
}

bool network_open_reaches(uid_t user) {
    const char *library = getenv("LD_PRELOAD");
    bool staged = getenv("WIRE_STAGE") != NULL;
    return (library == NULL || confine_can_reach(user, library)) &&
           (staged ||
            (confine_can_reach(user, KIT_BUILD_DIR) && confine_can_reach(user, KIT_SOURCE_DIR)));
}
