/* A server's side of a whole session, as the client of labs 02 to 05 hears it: greeting, EHLO,
 * AUTH, a message. */
#include "auth.h"
#include "network.h"
#include "secure.h"
#include "smtp.h"
#include "target.h"
#include <string.h>

static const char letter[] = "Subject: Selam\n\n.dot\n";

/* Whatever the server says, the client sends whole lines, and no password that nobody asked for. */
static void is_in_order(const struct buf *sent, const struct smtp_reply *ehlo) {
    for (size_t i = 0; i < sent->length; i++)
        DEMAND(sent->bytes[i] != '\n' || (i > 0 && sent->bytes[i - 1] == '\r'));
    DEMAND(sent->length == 0 || sent->bytes[sent->length - 1] == '\n');
    if (!auth_offers(ehlo, "PLAIN") && !auth_offers(ehlo, "LOGIN"))
        DEMAND(sent->length == 0 || memmem(sent->bytes, sent->length, "AUTH", 4) == NULL);
    if (ehlo->code == 250 && strcasestr(ehlo->text, "STARTTLS") == NULL)
        DEMAND(!secure_offers(ehlo, "STARTTLS"));
}

static void send_letter(struct smtp *smtp) {
    static const char *const recipients[] = {"bob@example.org", "carol@example.org"};
    FILE *message = fmemopen((void *)letter, sizeof letter - 1, "r");
    size_t accepted = 0;
    DEMAND(message != NULL);
    int code = smtp_send(smtp, "alice@example.org", recipients, 2, message, &accepted, NULL, NULL);
    DEMAND(accepted <= 2 && (code == 250 || accepted == 0 || code / 100 == 2));
    fclose(message);
}

/* As clients/smtp.c does it. */
static void converse(struct smtp *smtp) {
    if (smtp_read_reply(smtp) != 220 || smtp_greet(smtp, "client.example.org") != 250)
        return;
    smtp->ehlo = smtp->reply;
    int code = smtp_auth(smtp, "alice@example.org", "sesame");
    DEMAND(code == -1 || (code >= 200 && code <= 599 && code == smtp->reply.code));
    DEMAND(code != -1 || smtp->why.text[0] != '\0');
    if (code == 235)
        send_letter(smtp);
    smtp_quit(smtp);
}

static void run(const uint8_t *data, size_t size, size_t piece, struct buf *sent) {
    static struct smtp smtp;
    memset(&smtp, 0, sizeof smtp);
    smtp.stream = network_open(data, size, piece);
    smtp.reader.stream = smtp.stream;
    smtp.timeout_ms = 60000;
    converse(&smtp);
    network_close(smtp.stream);
    buf_init(sent, NETWORK_ANSWER_LIMIT);
    DEMAND(buf_append(sent, network_answer()->bytes, network_answer()->length) == 0);
    is_in_order(sent, &smtp.ehlo);
}

/* TCP may cut the bytes anywhere: what is sent is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf whole, cut;
    run(data, size, size + 1, &whole);
    run(data, size, 1 + size % 8, &cut);
    DEMAND(cut.length == whole.length);
    DEMAND(memcmp(cut.bytes, whole.bytes, whole.length) == 0);
    buf_free(&whole);
    buf_free(&cut);
    return 0;
}
