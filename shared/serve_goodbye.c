#include "serve_goodbye.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 2000

static void drop(struct serve_goodbyes *goodbyes, size_t index) {
    close(goodbyes->list[index].socket);
    goodbyes->count--;
    memmove(&goodbyes->list[index], &goodbyes->list[index + 1],
            (goodbyes->count - index) * sizeof goodbyes->list[0]);
}

void serve_goodbye_say(struct serve_goodbyes *goodbyes, int socket, const char *words) {
    if (goodbyes->count == SERVE_GOODBYES)
        drop(goodbyes, 0);
    if (words != NULL)
        send(socket, words, strlen(words), MSG_NOSIGNAL); /* a fresh socket has room for them */
    shutdown(socket, SHUT_WR);
    goodbyes->list[goodbyes->count].socket = socket;
    goodbyes->list[goodbyes->count].until = deadline_in(PATIENCE_MS);
    goodbyes->count++;
}

size_t serve_goodbye_polls(const struct serve_goodbyes *goodbyes, struct pollfd *polls) {
    for (size_t i = 0; i < goodbyes->count; i++)
        polls[i] = (struct pollfd){.fd = goodbyes->list[i].socket, .events = POLLIN};
    return goodbyes->count;
}

deadline serve_goodbye_next(const struct serve_goodbyes *goodbyes) {
    return goodbyes->count == 0 ? DEADLINE_NEVER : goodbyes->list[0].until;
}

/* Whether the peer has still not closed. One piece at a time: a peer that never stops sending must
   not keep the server busy. */
static bool is_there(int socket) {
    char bytes[4096];
    ssize_t count = recv(socket, bytes, sizeof bytes, 0);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

void serve_goodbye_look(struct serve_goodbyes *goodbyes, const struct pollfd *polls) {
    for (size_t i = goodbyes->count; i-- > 0;)
        if (deadline_left(goodbyes->list[i].until) == 0 ||
            (polls[i].revents != 0 && !is_there(goodbyes->list[i].socket)))
            drop(goodbyes, i);
}

void serve_goodbye_end(struct serve_goodbyes *goodbyes) {
    while (goodbyes->count > 0)
        drop(goodbyes, goodbyes->count - 1);
}
