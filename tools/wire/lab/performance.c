#include "performance.h"
#include "endpoint.h"
#include <stdio.h>

enum {
    CLOSING_MS = 2000, /* for a server to close, when a visitor has */
};

struct play_state {
    const struct performance *performance;
    struct endpoint ends[SESSION_CONNECTION_LIMIT];
    size_t count;
    char *report;
    size_t size;
};

static deadline patience(const struct performance *performance, int milliseconds) {
    return milliseconds == 0 ? performance->until
                             : deadline_earlier(performance->until, deadline_in(milliseconds));
}

/* Makes connections until there is the one that the step is about. 0 or -1. */
static int meet(struct play_state *stage, const struct session_step *step) {
    const struct performance *performance = stage->performance;
    while (stage->count < step->connection) {
        int socket = performance->meet(performance->context, step, stage->report, stage->size);
        if (socket < 0)
            return -1;
        endpoint_init(&stage->ends[stage->count++], socket, performance->server,
                      performance->until);
    }
    return 0;
}

static enum endpoint_outcome play(struct play_state *stage, const struct session_step *step) {
    const struct performance *performance = stage->performance;
    if (step->connection == 0)
        return performance->act(performance->context, step, stage->report, stage->size) < 0
                   ? ENDPOINT_FAILED
                   : ENDPOINT_FINE;
    if (meet(stage, step) < 0)
        return ENDPOINT_FAILED;
    struct endpoint *end = &stage->ends[step->connection - 1];
    end->until = patience(performance, performance->patience_ms);
    enum endpoint_outcome outcome = endpoint_play(end, step, stage->report, stage->size);
    if (outcome == ENDPOINT_GONE && !performance->server)
        return endpoint_lost(step, stage->report, stage->size);
    return outcome;
}

void performance_play(const struct performance *performance, char *report, size_t size) {
    struct play_state stage = {.performance = performance, .report = report, .size = size};
    enum endpoint_outcome outcome = ENDPOINT_FINE;
    report[0] = '\0';
    for (size_t i = 0; i < performance->session->count && outcome == ENDPOINT_FINE; i++)
        outcome = play(&stage, &performance->session->steps[i]);
    if (performance->over != NULL)
        performance->over(performance->context);
    for (size_t i = 0; i < stage.count; i++)
        endpoint_close(&stage.ends[i]);
    deadline until = patience(performance, performance->server ? 0 : CLOSING_MS);
    for (size_t i = 0; i < stage.count; i++) {
        stage.ends[i].until = until;
        endpoint_finish(&stage.ends[i]);
    }
}
