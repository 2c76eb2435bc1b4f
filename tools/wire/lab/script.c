#include "script.h"
#include "endpoint.h"
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whoever may still come. */
struct door {
    int listener; /* -1: closed, everybody is here */
    int over;
    deadline until;
};

/* A client who is there when `over` is, too, is let in: he may have come and gone in a moment.
   -1: nobody came. */
static int let_in(const struct door *door) {
    struct pollfd wait[] = {{.fd = door->listener, .events = POLLIN},
                            {.fd = door->over, .events = POLLIN}};
    int client = -1;
    while (client < 0 && poll(wait, 2, deadline_left(door->until)) != 0) {
        client = accept4(door->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (wait[1].revents != 0)
            break;
    }
    return client;
}

/* The door is open as long as somebody is to come: then who knocks is refused. */
static void close_door(struct door *door) {
    if (door->listener >= 0)
        close(door->listener);
    door->listener = -1;
}

/* Lets in clients until there is the one that the step is about. 0 or -1. */
static int await_client(struct door *door, struct endpoint *clients, size_t *count, size_t all,
                        const struct session_step *step, char *report, size_t size) {
    while (*count < step->connection) {
        int client = let_in(door);
        if (client < 0 && *count == 0)
            snprintf(report, size, "no client connected");
        else if (client < 0)
            endpoint_missed(step, "but there were no more connections", report, size);
        if (client < 0)
            return -1;
        endpoint_init(&clients[(*count)++], client, true, door->until);
        if (*count == all)
            close_door(door);
    }
    return 0;
}

void script_play(const struct session *session, int listener, int over, deadline until,
                 char *report, size_t size) {
    struct door door = {.listener = listener, .over = over, .until = until};
    struct endpoint clients[SESSION_CONNECTION_LIMIT];
    size_t count = 0, all = session_connections(session);
    enum endpoint_outcome outcome = ENDPOINT_FINE;
    report[0] = '\0';
    for (size_t i = 0; i < session->count && outcome == ENDPOINT_FINE; i++) {
        const struct session_step *step = &session->steps[i];
        if (await_client(&door, clients, &count, all, step, report, size) < 0)
            break;
        outcome = endpoint_play(&clients[step->connection - 1], step, report, size);
    }
    close_door(&door);
    for (size_t i = 0; i < count; i++)
        endpoint_close(&clients[i]);
    for (size_t i = 0; i < count; i++)
        endpoint_finish(&clients[i]);
}
