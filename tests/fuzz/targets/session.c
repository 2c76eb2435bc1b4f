/* A session file, which says what is typed at a program, what a scripted server says, and what a
   server's visitor does. */
#include "session.h"
#include "target.h"
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void is_a_step(const struct session_step *step) {
    char text[120];
    bool of_none = step->kind == SESSION_STOP || step->kind == SESSION_KILL ||
                   step->kind == SESSION_RESTART || step->kind == SESSION_CHANGE;
    DEMAND(of_none == (step->connection == 0) && step->connection <= SESSION_CONNECTION_LIMIT);
    DEMAND(step->bytes.length <= SESSION_BYTES_LIMIT && step->line > 0);
    DEMAND(!step->skip || step->kind == SESSION_LINE);
    session_describe(step, text, sizeof text);
    DEMAND(of_none ? strchr("skrd", text[0]) != NULL : text[0] == (step->server ? 'S' : 'C'));
    for (const char *byte = text; *byte != '\0'; byte++)
        DEMAND((unsigned char)*byte >= ' ');
    if (step->kind == SESSION_LINE)
        DEMAND(session_line_matches(step, step->bytes.bytes, step->bytes.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[40];
    if (file < 0) {
        file = memfd_create("fuzz.session", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    DEMAND(file >= 0 && ftruncate(file, 0) == 0);
    DEMAND(size == 0 || pwrite(file, data, size, 0) == (ssize_t)size);

    struct session session;
    struct failure why = {""};
    if (session_read(path, &session, &why) < 0) {
        DEMAND(session.count == 0 && strncmp(why.text, path, strlen(path)) == 0);
        return 0;
    }
    for (size_t i = 0; i < session.count; i++)
        is_a_step(&session.steps[i]);
    DEMAND(session_connections(&session) <= SESSION_CONNECTION_LIMIT);
    DEMAND(session.count > 0 || !session_client_speaks(&session));
    session_free(&session);
    return 0;
}
