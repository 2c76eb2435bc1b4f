#include "connections.h"
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* /proc/net/tcp cannot be waited for. To look there costs the kernel a walk over all that could be:
   so pauses grow, from the first number of milliseconds to the second. */
#define FIRST_PAUSE_MS 1
#define LAST_PAUSE_MS  32

/* States in the fourth column, in hexadecimal (include/net/tcp_states.h of Linux). */
enum {
    TIME_WAIT = 0x06,
    CLOSE = 0x07,
    LISTEN = 0x0A,
};

/* "   0: 0200007F:0019 00000000:0000 0A …" */
static bool is_open(const char *line) {
    unsigned state;

    /* NOLINTNEXTLINE(cert-err34-c): two digits cannot overflow */
    if (sscanf(line, " %*[0-9]: %*[0-9A-F]:%*[0-9A-F] %*[0-9A-F]:%*[0-9A-F] %2X", &state) != 1)
        return false; /* the heading */
    return state != TIME_WAIT && state != CLOSE && state != LISTEN;
}

static unsigned count_open(const char *path) {
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    unsigned count = 0;

    if (file == NULL)
        return 0;
    while (getline(&line, &size, file) >= 0)
        count += is_open(line);
    free(line);
    fclose(file);
    return count;
}

unsigned connections_open(void) {
    return count_open("/proc/thread-self/net/tcp") + count_open("/proc/thread-self/net/tcp6");
}

unsigned connections_wait(unsigned others, deadline until) {
    unsigned count;
    int looked = 0, pause = FIRST_PAUSE_MS;

    while ((count = connections_open()) > others && deadline_left(until) != 0) {
        poll(NULL, 0, pause);
        if (++looked % 4 == 0 && pause < LAST_PAUSE_MS)
            pause *= 2;
    }
    return count > others ? count - others : 0;
}
