#include "drained.h"
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    ESTABLISHED = 1,
    CLOSE_WAIT = 8
}; /* states in which somebody may still read */

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

struct other_end {
    uint64_t received; /* bytes that have arrived there */
    uint32_t unread;   /* of these, not read yet */
};

static void set_end(const struct sockaddr_storage *address, __be32 host[4], __be16 *port) {
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        host[0] = in->sin_addr.s_addr;
        *port = in->sin_port;
        return;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    memcpy(host, &in6->sin6_addr, sizeof in6->sin6_addr);
    *port = in6->sin6_port;
}

/* The other end of a connection is our end with the addresses exchanged. false: not connected. */
static bool make_question(int connection, struct question *question) {
    struct sockaddr_storage own = {0}, other = {0};
    socklen_t own_size = sizeof own, other_size = sizeof other;
    if (getsockname(connection, (struct sockaddr *)&own, &own_size) < 0 ||
        getpeername(connection, (struct sockaddr *)&other, &other_size) < 0)
        return false;
    if (own.ss_family != AF_INET && own.ss_family != AF_INET6)
        return false; /* it has never been TCP */
    *question = (struct question){
        .head = {.nlmsg_len = sizeof *question,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = (uint8_t)own.ss_family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                 .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    struct inet_diag_sockid *id = &question->body.id;
    set_end(&other, id->idiag_src, &id->idiag_sport);
    set_end(&own, id->idiag_dst, &id->idiag_dport);
    return true;
}

/* How many bytes arrived, from the attributes behind the answer. */
static uint64_t find_received(const char *attributes, size_t length) {
    struct nlattr attribute;
    struct tcp_info info = {0};
    while (length >= sizeof attribute) {
        memcpy(&attribute, attributes, sizeof attribute);
        size_t whole = NLA_ALIGN(attribute.nla_len);
        if (attribute.nla_len < sizeof attribute || whole > length)
            break;
        size_t value = attribute.nla_len - sizeof attribute;
        if (attribute.nla_type == INET_DIAG_INFO)
            memcpy(&info, attributes + sizeof attribute, value < sizeof info ? value : sizeof info);
        attributes += whole;
        length -= whole;
    }
    return info.tcpi_bytes_received;
}

/* Asks the kernel. false: it cannot tell, or there is nobody there any more who could read. */
static bool ask(int kernel, const struct question *question, struct other_end *end) {
    char answer[4096];
    struct nlmsghdr head;
    struct inet_diag_msg body;
    if (send(kernel, question, sizeof *question, 0) != (ssize_t)sizeof *question)
        return false;
    ssize_t count = recv(kernel, answer, sizeof answer, 0);
    if (count < (ssize_t)(sizeof head + sizeof body))
        return false;
    memcpy(&head, answer, sizeof head);
    memcpy(&body, answer + sizeof head, sizeof body);
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || head.nlmsg_len > (size_t)count ||
        (body.idiag_state != ESTABLISHED && body.idiag_state != CLOSE_WAIT))
        return false;
    end->unread = body.idiag_rqueue;
    end->received = find_received(answer + sizeof head + sizeof body,
                                  head.nlmsg_len - sizeof head - sizeof body);
    return true;
}

/* How many different bytes have left here; those still waiting to leave count. */
static uint64_t sent(int connection) {
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return 0;
    return info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_notsent_bytes;
}

bool drained_wait(int connection, deadline until) {
    struct question question;
    if (!make_question(connection, &question))
        return true;
    int kernel = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (kernel < 0)
        return true;
    struct timespec pause = {.tv_nsec = 50000};
    struct other_end end;
    bool drained = true;
    while (ask(kernel, &question, &end) && (end.unread > 0 || end.received < sent(connection))) {
        if (deadline_left(until) == 0) {
            drained = false;
            break;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 2000000)
            pause.tv_nsec *= 2;
    }
    close(kernel);
    return drained;
}
