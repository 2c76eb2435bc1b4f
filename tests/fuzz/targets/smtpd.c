/*
 * A client's side of a whole session, as smtpd reads it: command lines, parameters, the envelope,
 * the message behind DATA. Only the store and the password check are replaced: they see no bytes of
 * the network that were not parsed before.
 */
#include "deliver.h"
#include "header.h"
#include "log.h"
#include "network.h"
#include "session.h"
#include "target.h"
#include <string.h>

/* What the linker calls where the code says deliver_begin and so on. */
struct deliver *__wrap_deliver_begin(const struct settings *settings,
                                     const struct account *const *recipients, size_t count,
                                     struct failure *why);
int __wrap_deliver_write(struct deliver *deliver, const void *bytes, size_t count,
                         struct failure *why);
int __wrap_deliver_finish(struct deliver *deliver, struct failure *why);
void __wrap_deliver_end(struct deliver *deliver);
const struct account *__wrap_accounts_login(const struct accounts *accounts, const char *address,
                                            const char *password);
bool __wrap_stream_is_tls(const struct stream *stream);
void __wrap_header_begin(struct header *header, const char *date, const char *message_id);
void __real_header_begin(struct header *header, const char *date, const char *message_id);

/* One message under way. */
struct deliver {
    bool trace; /* what smtpd puts in front has come: it holds the time, so it is not compared */
    struct buf message;
};

static struct buf delivered; /* all of a session's messages */

struct deliver *__wrap_deliver_begin(const struct settings *settings,
                                     const struct account *const *recipients, size_t count,
                                     struct failure *why) {
    (void)settings, (void)why;
    DEMAND(count > 0 && recipients[0] != NULL);
    struct deliver *deliver = calloc(1, sizeof *deliver);
    DEMAND(deliver != NULL);
    buf_init(&deliver->message, 1u << 20);
    return deliver;
}

int __wrap_deliver_write(struct deliver *deliver, const void *bytes, size_t count,
                         struct failure *why) {
    (void)why;
    DEMAND(memchr(bytes, '\r', count) == NULL);
    if (deliver->trace)
        DEMAND(buf_append(&deliver->message, bytes, count) == 0);
    deliver->trace = true;
    return 0;
}

int __wrap_deliver_finish(struct deliver *deliver, struct failure *why) {
    (void)why;
    const struct buf *message = &deliver->message;
    DEMAND(message->length == 0 || message->bytes[message->length - 1] == '\n');
    DEMAND(buf_append(&delivered, message->bytes, message->length) == 0);
    return 0;
}

void __wrap_deliver_end(struct deliver *deliver) {
    if (deliver != NULL)
        buf_free(&deliver->message);
    free(deliver);
}

const struct account *__wrap_accounts_login(const struct accounts *accounts, const char *address,
                                            const char *password) {
    const struct account *alice = accounts_at(accounts, 0);
    return strcmp(address, alice->address) == 0 && strcmp(password, "secret") == 0 ? alice : NULL;
}

/* What submission adds holds the time, too. */
void __wrap_header_begin(struct header *header, const char *date, const char *message_id) {
    __real_header_begin(header, date == NULL ? NULL : "Date: now\n",
                        message_id == NULL ? NULL : "Message-ID: <new>\n");
}

static bool tls; /* what the session is told: then AUTH is offered */

bool __wrap_stream_is_tls(const struct stream *stream) {
    (void)stream;
    return tls;
}

static struct settings *settings(void) {
    static struct settings settings;
    static const char *const options[] = {"mail.accounts=" KIT_SOURCE_DIR "/tests/fuzz/accounts",
                                          "smtpd.commands=60",
                                          "smtpd.errors=40",
                                          "smtpd.message-size=2000",
                                          "smtpd.recipients=2",
                                          "smtpd.auth-delay=0"};
    if (settings.config != NULL)
        return &settings;
    struct failure why;
    struct config *config = config_new(settings_keys, &why);
    DEMAND(config != NULL);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        DEMAND(config_override(config, options[i], &why) == 0);
    if (settings_load(&settings, config, &why) < 0) {
        fprintf(stderr, "%s\n", why.text);
        abort();
    }
    log_open("fuzz", LOG_ERROR);
    return &settings;
}

/*
 * What smtpd says is lines of at most 512 octets, each a code, a hyphen or a blank, and text (RFC
 * 5321 §4.2, §4.5.3.1.5); the code stays the same within a reply. Adds the codes to `codes`. The
 * text is not compared: it may hold the time.
 */
static void read_answer(const struct buf *answer, struct buf *codes) {
    const char *line = answer->bytes, *end = answer->bytes + answer->length, *code = NULL;
    DEMAND(answer->length > 0);
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        DEMAND(next++ != NULL);
        size_t length = (size_t)(next - line);
        DEMAND(length >= 6 && length <= 512 && next[-2] == '\r');
        DEMAND(line[0] >= '2' && line[0] <= '5' && (line[3] == '-' || line[3] == ' '));
        for (const char *byte = line; byte < next - 2; byte++)
            DEMAND((unsigned char)*byte >= ' ' && *byte != 127);
        DEMAND(code == NULL || memcmp(code, line, 3) == 0);
        DEMAND(buf_append(codes, line, 4) == 0);
        code = line[3] == '-' ? line : NULL;
        line = next;
    }
    DEMAND(code == NULL);
}

/* One session. What came of it: the codes of its replies, and what was delivered. */
static void converse(const uint8_t *data, size_t size, size_t piece, struct service *service,
                     struct buf *result) {
    struct stream *stream = network_open(data, size, piece);
    buf_init(result, 1u << 20);
    buf_init(&delivered, 1u << 20);
    session_run(stream, 1, service);
    network_close(stream);
    read_answer(network_answer(), result);
    DEMAND(buf_append(result, delivered.bytes, delivered.length) == 0);
    buf_free(&delivered);
}

/* TCP may cut the bytes anywhere: what smtpd answers and stores is the same. */
static void whole_and_cut(const uint8_t *data, size_t size, struct service *service) {
    struct buf whole, cut;
    converse(data, size, size + 1, service, &whole);
    converse(data, size, 1 + size % 8, service, &cut);
    DEMAND(cut.length == whole.length);
    DEMAND(memcmp(cut.bytes, whole.bytes, whole.length) == 0);
    buf_free(&cut);
    buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tls = false;
    whole_and_cut(data, size, &settings()->receiving);
    tls = true;
    whole_and_cut(data, size, &settings()->submission);
    return 0;
}
