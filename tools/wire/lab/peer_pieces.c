/* Peers that change in which pieces bytes arrive, and when. */
#include "deadline.h"
#include "net.h"
#include "peer_stage.h"
#include <string.h>
#include <unistd.h>

int peer_one_byte(struct stage *stage, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (stage_pass(stage, bytes + i, 1) < 0)
            return -1;
        stage_drain(stage);
    }
    return 0;
}

int peer_slow(struct stage *stage, const char *bytes, size_t count) {
    enum {
        PIECE = 7,
        PAUSE_MS = 2
    };
    for (size_t i = 0; i < count; i += PIECE) {
        if (stage_pass(stage, bytes + i, count - i < PIECE ? count - i : PIECE) < 0)
            return -1;
        stage_pause(PAUSE_MS);
    }
    return 0;
}

/* Holds everything: it goes on when it is quiet. */
int peer_coalesced(struct stage *stage, const char *bytes, size_t count) {
    enum {
        ENOUGH = 65536
    };
    if (buf_append(&stage->held, bytes, count) < 0)
        return -1;
    return stage->held.length < ENOUGH ? 0 : stage_let_go(stage);
}

static int half_reply(struct stage *stage, const struct stage_line *line) {
    if (stage_put(stage, line->bytes, line->length) < 0)
        return -1;
    if (!line->first || line->last)
        return 0;
    if (stage_flush(stage) < 0)
        return -1;
    stage_drain(stage);
    stage_pause(stage->peer->number);
    return 0;
}

int peer_half_reply(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, half_reply);
}

/* The greeting waits, unless the client does not. Then it never comes (RFC 5321 §4.3.1: a client
   should wait for it; 554 is the other greeting that a server has, §3.1). POP3's begins with +. */
int peer_late_banner(struct stage *stage, const char *bytes, size_t count) {
    static const char in_smtp[] = "554 5.5.0 You spoke before I had greeted you\r\n";
    static const char in_pop3[] = "-ERR You spoke before I had greeted you\r\n";
    const char *refusal = count > 0 && *bytes == '+' ? in_pop3 : in_smtp;
    int nobody = NOBODY_SPOKE;
    net_wait(stage->link->client_spoke, false, deadline_in((int)stage->peer->number));
    if (!atomic_compare_exchange_strong(&stage->link->first, &nobody, SERVER_SPOKE)) {
        if (stage_put(stage, refusal, strlen(refusal)) < 0)
            return -1;
        return stage_close(stage);
    }
    stage->transparent = true;
    return stage_pass(stage, bytes, count);
}

/* The first bytes of the client: did he wait? */
int peer_late_client(struct stage *stage, const char *bytes, size_t count) {
    static const uint64_t once = 1;
    int nobody = NOBODY_SPOKE;
    if (atomic_compare_exchange_strong(&stage->link->first, &nobody, CLIENT_SPOKE)) {
        stage->silent = true;
        return write(stage->link->client_spoke, &once, sizeof once) < 0 ? -1 : 0;
    }
    stage->transparent = true;
    return stage_pass(stage, bytes, count);
}
