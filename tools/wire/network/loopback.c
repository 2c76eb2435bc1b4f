#include "loopback.h"
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_mtu(int any_socket) {
    struct ifreq request = {.ifr_name = "lo", .ifr_mtu = LOOPBACK_MTU};

    return ioctl(any_socket, SIOCSIFMTU, &request);
}

static int turn_off(int any_socket, unsigned offload) {
    struct ethtool_value off = {.cmd = offload, .data = 0};
    struct ifreq request = {.ifr_name = "lo", .ifr_data = (char *)&off};

    return ioctl(any_socket, SIOCETHTOOL, &request);
}

int loopback_like_ethernet(struct failure *why) {
    int any_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int status = 0;

    if (any_socket < 0 || set_mtu(any_socket) < 0 || turn_off(any_socket, ETHTOOL_STSO) < 0 ||
        turn_off(any_socket, ETHTOOL_SGSO) < 0 || turn_off(any_socket, ETHTOOL_SGRO) < 0)
        status = failure_system(why, errno, "the loopback interface cannot be set up");
    if (any_socket >= 0)
        close(any_socket);
    return status;
}
