#include "tls_command.h"
#include "certificate.h"
#include <string.h>

static void show(struct by_hand *hand) {
    struct buf lines;
    buf_init(&lines, 16384);
    certificate_describe(hand->stream, &lines);
    char *rest = lines.bytes;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';)
        repl_remark(hand->repl, "%s", line);
    buf_free(&lines);
}

void tls_command(struct by_hand *hand) {
    if (!stream_is_tls(hand->stream) && !hand->tls_due) {
        repl_remark(hand->repl, "nothing is encrypted: %s", hand->protocol->how_to_tls);
        return;
    }
    if (!stream_is_tls(hand->stream)) {
        hand->tls_due = false;
        hand->broken = hand->protocol->begin_tls(hand) < 0;
        if (hand->broken)
            return;
        repl_remark(hand->repl, "TLS begins; what was said in clear is forgotten: %s",
                    hand->protocol->after_tls);
    }
    show(hand);
}
