/* A server's side of POP3, as the client of lab 07 hears it: a whole fetch, and the answer parser
 * on its own. */
#include "pop3.h"
#include "network.h"
#include "target.h"
#include <string.h>
#include <strings.h>

/* A store that knows what may be asked of it, and keeps all bytes. */
struct shelf {
    struct buf text;
    char last[POP3_UID_LIMIT + 1]; /* the unique-id committed last */
    bool open;                     /* a message has begun */
};

static bool has(void *context, const char *uid) {
    struct shelf *shelf = context;
    DEMAND(!shelf->open && uid[0] != '\0' && strlen(uid) <= POP3_UID_LIMIT);
    return strcmp(uid, shelf->last) == 0;
}

static int begin(void *context, const struct pop3_message *message, struct failure *why) {
    struct shelf *shelf = context;
    (void)why;
    DEMAND(!shelf->open && message->number != 0);
    for (const char *byte = message->uid; *byte != '\0'; byte++)
        DEMAND(*byte >= 0x21 && *byte <= 0x7E);
    shelf->open = true;
    memcpy(shelf->last, message->uid, sizeof shelf->last);
    return 0;
}

static int add(void *context, const char *bytes, size_t count, struct failure *why) {
    struct shelf *shelf = context;
    (void)why;
    DEMAND(shelf->open && bytes[count] == '\0' && count <= LINE_LIMIT);
    DEMAND(buf_append(&shelf->text, bytes, count) == 0);
    return 0;
}

static int commit(void *context, struct failure *why) {
    struct shelf *shelf = context;
    (void)why;
    DEMAND(shelf->open);
    shelf->open = false;
    return buf_append(&shelf->text, "=", 1);
}

static void drop(void *context) {
    struct shelf *shelf = context;
    DEMAND(shelf->open);
    shelf->open = false;
    shelf->last[0] = '\0';
    DEMAND(buf_append(&shelf->text, "-", 1) == 0);
}

static void refused(void *context, const struct pop3_message *message,
                    const struct pop3_answer *answer) {
    const struct shelf *shelf = context;
    DEMAND(!shelf->open && message->number != 0 && answer->result == POP3_ERR);
}

/* The answer is what the bytes of one line say, or empty. */
static void is_an_answer(const struct pop3_answer *answer, int result) {
    DEMAND(result >= -1 && result <= POP3_MORE && strlen(answer->text) <= answer->length);
    DEMAND(answer->length <= LINE_LIMIT && memchr(answer->text, '\n', answer->length) == NULL);
    if (answer->result == POP3_OK)
        DEMAND(strncasecmp(answer->text, "+OK", 3) == 0 && strchr(" ", answer->text[3]) != NULL);
    if (answer->result == POP3_ERR)
        DEMAND(strncasecmp(answer->text, "-ERR", 4) == 0);
    if (answer->result == -1)
        DEMAND(answer->length == 0 && answer->text[0] == '\0');
}

static void open_session(struct pop3 *pop3, const uint8_t *data, size_t size, size_t piece) {
    memset(pop3, 0, sizeof *pop3);
    pop3->stream = network_open(data, size, piece);
    pop3->reader.stream = pop3->stream;
    pop3->timeout_ms = 60000;
    pop3->answer.result = -1;
}

/* As clients/pop3.c does it. What was sent, what was kept, and why it ended go into `heard`. */
static void run(const uint8_t *data, size_t size, size_t piece, bool keep, struct buf *heard) {
    static struct pop3 pop3;
    struct shelf shelf = {.open = false};
    buf_init(&shelf.text, 2 * size + 4096);
    open_session(&pop3, data, size, piece);
    struct pop3_tally tally = {.found = 0};
    int result = pop3_read_answer(&pop3);
    is_an_answer(&pop3.answer, result);
    if (result == POP3_OK && pop3_capa(&pop3) >= 0) {
        DEMAND(strlen(pop3.capa) <= POP3_CAPA_LIMIT);
        DEMAND(!pop3_offers(&pop3, "STLS") || strcasestr(pop3.capa, "STLS") != NULL);
        if (pop3_login(&pop3, "bob", "sesame with blanks") == POP3_OK) {
            const struct pop3_store store = {has, begin, add, commit, drop, refused, &shelf};
            result = pop3_fetch(&pop3, keep, &store, &tally);
        }
    }
    is_an_answer(&pop3.answer, pop3.answer.result);
    DEMAND(!shelf.open || result == -1);
    DEMAND(tally.known + tally.fetched <= tally.found && tally.deleted <= tally.found);
    DEMAND(!keep || tally.deleted == 0);
    const struct buf *sent = network_answer();
    for (size_t i = 0; i < sent->length; i++)
        DEMAND(sent->bytes[i] != '\n' || (i > 0 && sent->bytes[i - 1] == '\r'));
    if (keep)
        DEMAND(sent->length == 0 || memmem(sent->bytes, sent->length, "DELE", 4) == NULL);
    buf_init(heard, NETWORK_ANSWER_LIMIT + shelf.text.limit + sizeof(struct failure));
    DEMAND(buf_append(heard, sent->bytes != NULL ? sent->bytes : "", sent->length) == 0);
    DEMAND(buf_append(heard, shelf.text.bytes != NULL ? shelf.text.bytes : "", shelf.text.length) ==
           0);
    DEMAND(buf_append(heard, pop3.why.text, strlen(pop3.why.text)) == 0);
    network_close(pop3.stream);
    buf_free(&shelf.text);
}

/* TCP may cut the bytes anywhere: what is sent and kept is the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int keep = 0; keep < 2; keep++) {
        struct buf whole, cut;
        run(data, size, size + 1, keep == 1, &whole);
        run(data, size, 1 + size % 8, keep == 1, &cut);
        DEMAND(cut.length == whole.length);
        DEMAND(whole.length == 0 || memcmp(cut.bytes, whole.bytes, whole.length) == 0);
        buf_free(&whole);
        buf_free(&cut);
    }
    return 0;
}
