#include "tls_command.h"
#include "certificate.h"
#include <string.h>

static void show(const struct by_hand *hand) {
    struct buf lines;
    buf_init(&lines, 16384);
    certificate_describe(hand->smtp->stream, &lines);
    char *rest = lines.bytes;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL && line[0] != '\0';)
        repl_remark(hand->repl, "%s", line);
    buf_free(&lines);
}

void tls_command(struct by_hand *hand) {
    struct smtp *smtp = hand->smtp;
    if (!stream_is_tls(smtp->stream) && !hand->tls_due) {
        repl_remark(hand->repl, "nothing is encrypted: STARTTLS asks for it, if the server offers "
                                "it; /tls behind its 220");
        return;
    }
    if (!stream_is_tls(smtp->stream)) {
        hand->tls_due = false;
        hand->broken = encrypt_now(hand->encrypt, smtp, hand->host, &smtp->why) < 0;
        if (hand->broken)
            return;
        repl_remark(hand->repl, "TLS begins; what was said in clear is forgotten: EHLO again");
    }
    show(hand);
}
