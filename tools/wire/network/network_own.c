/* A network of one's own, once inside. */
#include "loopback.h"
#include "network.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static int loopback_up(void) {
    int any_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK};
    int result = any_socket < 0 ? -1 : ioctl(any_socket, SIOCSIFFLAGS, &request);
    if (any_socket >= 0)
        close(any_socket);
    return result;
}

int network_renew(struct failure *why) {
    /* Mounts too: bwrap, which binds all that is there, fails when another run's goes meanwhile. */
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || loopback_up() < 0)
        return failure_system(why, errno, "a network of its own");
    return loopback_like_ethernet(why);
}

int network_open_ports(struct failure *why) {
    static const char first[] = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    if (!network_is_private())
        return 0;
    int file = open(first, O_WRONLY | O_CLOEXEC);
    /* bwrap covers it when it is root that it runs for. */
    if (file < 0 && errno == EROFS &&
        mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL) == 0)
        file = open(first, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) != 1) {
        int error = errno;
        if (file >= 0)
            close(file);
        return failure_system(why, error, "%s", first);
    }
    close(file);
    return 0;
}
