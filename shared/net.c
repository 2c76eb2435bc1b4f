#include "net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int net_wait(int socket, bool writing, deadline until) {
    struct pollfd wait = {.fd = socket, .events = writing ? POLLOUT : POLLIN};
    for (;;) {
        int ready = poll(&wait, 1, deadline_left(until));
        if (ready >= 0)
            return ready;
        if (errno != EINTR)
            return -1;
    }
}

/* getaddrinfo(3) takes 70000 for a port and silently makes 4464 of it. */
static bool port_is_too_big(const char *port) {
    size_t digits = strspn(port, "0123456789");
    return digits > 0 && port[digits] == '\0' && (digits > 9 || strtol(port, NULL, 10) > 65535);
}

static int resolve(const char *host, const char *port, int flags, struct addrinfo **addresses,
                   struct failure *why) {
    if (port_is_too_big(port))
        return failure_set(why, "port %s: ports end at 65535", port);
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    int error = getaddrinfo(host, port, &wanted, addresses);
    switch (error) {
    case 0:
        return 0;
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
        if (flags & AI_NUMERICHOST)
            return failure_set(why, "%s: not an IP address", host);
        return failure_set(why, "%s: unknown name", host);
    case EAI_AGAIN:
        return failure_set(why, "%s: no name server answers", host);
    case EAI_SERVICE:
        return failure_set(why, "port %s: neither a number nor a known service", port);
    case EAI_SYSTEM:
        return failure_system(why, errno, "%s", host);
    default:
        return failure_set(why, "%s: %s", host, gai_strerror(error));
    }
}

static void address_text(const struct sockaddr *socket_address, socklen_t length,
                         struct net_address *address) {
    *address = (struct net_address){.host = "?"};
    if (socket_address->sa_family == AF_UNIX) {
        snprintf(address->host, sizeof address->host, "local");
        return;
    }
    char port[6];
    if (getnameinfo(socket_address, length, address->host, sizeof address->host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    address->port = (unsigned)strtoul(port, NULL, 10);
    static const char mapped[] = "::ffff:"; /* an IPv4 address in IPv6 clothes, RFC 4291 §2.5.5.2 */
    size_t prefix = sizeof mapped - 1;
    if (strncmp(address->host, mapped, prefix) == 0 && strchr(address->host, '.') != NULL)
        memmove(address->host, address->host + prefix, strlen(address->host + prefix) + 1);
}

/* Waits for the connection that connect(2) began. 0, or an errno value. */
static int finish_connect(int socket, deadline until) {
    int ready = net_wait(socket, true, until);
    if (ready < 0)
        return errno;
    if (ready == 0)
        return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return errno;
    return error;
}

/* One address. The socket, or -1 with *error. */
static int connect_to(const struct addrinfo *address, deadline until, int *error) {
    int connection = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection < 0) {
        *error = errno;
        return -1;
    }
    *error = 0;
    /* A signal does not stop a connection that has begun: EINTR is EINPROGRESS here. */
    if (connect(connection, address->ai_addr, address->ai_addrlen) < 0)
        *error = errno == EINPROGRESS || errno == EINTR ? finish_connect(connection, until) : errno;
    if (*error != 0) {
        close(connection);
        return -1;
    }
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return connection;
}

/* An address that swallows everything must leave time for those behind it. */
static deadline share(deadline until, int tries) {
    int left = deadline_left(until);
    return left < 0 ? DEADLINE_NEVER : deadline_earlier(until, deadline_in(left / tries));
}

int net_connect(const char *host, const char *port, deadline until, struct failure *why) {
    struct addrinfo *addresses = NULL;
    if (resolve(host, port, 0, &addresses, why) < 0)
        return -1;
    int tries = 0;
    for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next)
        tries++;

    int connection = -1, error = 0;
    struct net_address last = {.host = ""};
    for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        connection = connect_to(address, share(until, tries--), &error);
        if (connection >= 0)
            break;
        address_text(address->ai_addr, address->ai_addrlen, &last);
    }
    freeaddrinfo(addresses);
    if (connection >= 0)
        return connection;
    if (strcmp(last.host, host) == 0)
        return failure_system(why, error, "%s port %s", host, port);
    return failure_system(why, error, "%s port %s (%s)", host, port, last.host);
}

int net_split(const char *address, char *host, size_t size, const char **port,
              struct failure *why) {
    const char *colon = strrchr(address, ':');
    const char *first = address, *end = colon;
    if (colon == NULL || colon == address || colon[1] == '\0')
        return failure_set(why, "%s: not an address and a port, as in 127.0.0.1:25", address);
    if (*first == '[' && end[-1] == ']') {
        first++;
        end--;
    } else if (memchr(first, ':', (size_t)(end - first)) != NULL) {
        return failure_set(why, "%s: an IPv6 address goes in brackets, as in [::1]:25", address);
    }
    size_t length = (size_t)(end - first);
    if (length == 0 || length >= size)
        return failure_set(why, "%s: not an address and a port, as in 127.0.0.1:25", address);
    memcpy(host, first, length);
    host[length] = '\0';
    if (strcmp(host, "*") == 0)
        host[0] = '\0';
    *port = colon + 1;
    return 0;
}

static int listen_failed(const char *address, int error, struct failure *why) {
    switch (error) {
    case EADDRINUSE:
        return failure_set(why, "%s: another program listens there already", address);
    case EACCES:
        return failure_set(why,
                           "%s: ports below 1024 are for root: take a higher one, or run this with "
                           "the capability CAP_NET_BIND_SERVICE",
                           address);
    case EADDRNOTAVAIL:
        return failure_set(why, "%s: this machine does not have that address", address);
    default:
        return failure_system(why, error, "%s", address);
    }
}

/* The socket, or -1 with errno. `both`: an IPv6 socket that takes IPv4 too. */
static int listen_on(int family, const struct sockaddr *address, socklen_t length, bool both) {
    int listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return -1;
    int reuse = 1, only_ipv6 = both ? 0 : 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    if (family == AF_INET6)
        setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof only_ipv6);
    if (bind(listener, address, length) == 0 && listen(listener, SOMAXCONN) == 0)
        return listener;
    int error = errno;
    close(listener);
    errno = error;
    return -1;
}

int net_listen(const char *address, struct failure *why) {
    char host[sizeof((struct net_address *)NULL)->host] = "";
    const char *port = NULL;
    if (net_split(address, host, sizeof host, &port, why) < 0)
        return -1;
    bool every = host[0] == '\0';
    struct addrinfo *found = NULL;
    struct failure reason;
    if (resolve(every ? "::" : host, port, AI_NUMERICHOST, &found, &reason) < 0)
        return failure_set(why, "%s: %s", address, reason.text);
    int listener = listen_on(found->ai_family, found->ai_addr, found->ai_addrlen, every);
    int error = errno;
    freeaddrinfo(found);
    if (listener < 0 && every && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
        /* A machine without IPv6 still has every IPv4 address. */
        if (resolve("0.0.0.0", port, AI_NUMERICHOST, &found, why) < 0)
            return -1;
        listener = listen_on(AF_INET, found->ai_addr, found->ai_addrlen, false);
        error = errno;
        freeaddrinfo(found);
    }
    return listener >= 0 ? listener : listen_failed(address, error, why);
}

typedef int name_function(int socket, struct sockaddr *address, socklen_t *length);

static int name_end(name_function *name, int socket, struct net_address *address,
                    struct failure *why, const char *end) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (name(socket, (struct sockaddr *)&storage, &length) < 0)
        return failure_system(why, errno, "address of %s", end);
    address_text((struct sockaddr *)&storage, length, address);
    return 0;
}

int net_peer(int socket, struct net_address *address, struct failure *why) {
    return name_end(getpeername, socket, address, why, "the other end");
}

int net_local(int socket, struct net_address *address, struct failure *why) {
    return name_end(getsockname, socket, address, why, "this end");
}

bool net_is_loopback(const struct net_address *address) {
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, address->host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address->host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}
