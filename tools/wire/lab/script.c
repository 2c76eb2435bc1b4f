#include "script.h"
#include "endpoint.h"
#include "performance.h"
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whoever may still come. */
struct door {
    int listener; /* -1: closed, everybody is here */
    int over;
    deadline until;
    size_t came;
    size_t all;
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
static void close_door(void *context) {
    struct door *door = context;
    if (door->listener >= 0)
        close(door->listener);
    door->listener = -1;
}

static int meet(void *context, const struct session_step *step, char *report, size_t size) {
    struct door *door = context;
    int client = let_in(door);
    if (client < 0 && door->came == 0)
        snprintf(report, size, "no client connected");
    else if (client < 0)
        endpoint_missed(step, "but there were no more connections", report, size);
    else if (++door->came == door->all)
        close_door(door);
    return client;
}

void script_play(const struct session *session, int listener, int over, deadline until,
                 char *report, size_t size) {
    struct door door = {
        .listener = listener, .over = over, .until = until, .all = session_connections(session)};
    const struct performance performance = {.session = session,
                                            .server = true,
                                            .until = until,
                                            .meet = meet,
                                            .over = close_door,
                                            .context = &door};
    performance_play(&performance, report, size);
}
