/* A server's replies, as the client of labs 02 and 03 reads them: line_read and smtp_read_reply. */
#include "auth.h"
#include "network.h"
#include "smtp.h"
#include "target.h"
#include <string.h>

/* Every line of the text begins with the code; only the last has no hyphen behind it. */
static void is_a_reply(const struct smtp_reply *reply) {
    DEMAND(reply->code >= 200 && reply->code <= 599);
    DEMAND(reply->length > 0 && reply->length <= SMTP_REPLY_LIMIT);
    DEMAND(reply->text[reply->length] == '\0' && reply->text[reply->length - 1] == '\n');
    char code[4];
    snprintf(code, sizeof code, "%d", reply->code);
    const char *line = reply->text, *end = reply->text + reply->length;
    while (line < end) {
        const char *next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
        DEMAND(memcmp(line, code, 3) == 0);
        DEMAND((line[3] == '-') == (next < end));
        line = next;
    }
}

/* Reads all replies, and adds them and the last failure to `heard`. */
static void read_all(const uint8_t *data, size_t size, size_t piece, struct buf *heard) {
    static struct smtp smtp;
    memset(&smtp, 0, sizeof smtp);
    smtp.stream = network_open(data, size, piece);
    smtp.reader.stream = smtp.stream;
    smtp.timeout_ms = 60000;
    while (smtp_read_reply(&smtp) >= 0) {
        is_a_reply(&smtp.reply);
        if (auth_offers(&smtp.reply, "PLAIN")) /* the answer to EHLO, labs 03 and 04 */
            DEMAND(smtp.reply.code == 250 && strcasestr(smtp.reply.text, "PLAIN") != NULL);
        DEMAND(buf_append(heard, smtp.reply.text, smtp.reply.length) == 0);
    }
    DEMAND(smtp.reply.code == 0 && smtp.why.text[0] != '\0');
    DEMAND(buf_append(heard, smtp.why.text, strlen(smtp.why.text)) == 0);
    network_close(smtp.stream);
}

/* TCP may cut the bytes anywhere: what is heard is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t pieces[] = {1, 7};
    struct buf whole;
    buf_init(&whole, 2 * size + sizeof(struct failure));
    read_all(data, size, size + 1, &whole);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf cut;
        buf_init(&cut, whole.limit);
        read_all(data, size, pieces[i], &cut);
        DEMAND(cut.length == whole.length);
        DEMAND(memcmp(cut.bytes, whole.bytes, whole.length) == 0);
        buf_free(&cut);
    }
    buf_free(&whole);
    return 0;
}
