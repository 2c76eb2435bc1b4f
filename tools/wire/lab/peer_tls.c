/* Peers that change how encryption begins, and how it ends. */
#include "peer_stage.h"
#include <string.h>
#include <strings.h>

/* --- STARTTLS ---
 *
 * Which reply answers STARTTLS? The greeting is reply 1, so it is the one after that of the
 * command's own number. That is only counted until a message is on its way: TLS comes before that.
 */

static uint64_t mark(unsigned long number) {
    return 1ULL << (number % 64);
}

static bool is_starttls(const struct stage_line *line) {
    static const char command[] = "STARTTLS";
    size_t length = sizeof command - 1;
    return line->length - stage_line_end(line) == length &&
           strncasecmp(line->bytes, command, length) == 0;
}

static bool begins_message(const struct stage_line *line) {
    return line->length > 4 && strncasecmp(line->bytes, "MAIL", 4) == 0;
}

static int look_for_starttls(struct stage *stage, const struct stage_line *line) {
    stage->transparent = begins_message(line);
    if (is_starttls(line))
        atomic_fetch_or(&stage->link->starttls, mark(stage->replies + 1));
    return stage_put(stage, line->bytes, line->length);
}

int peer_hears_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, look_for_starttls);
}

/* The server hears something harmless, so that there is one answer to each command. */
static int hide_starttls(struct stage *stage, const struct stage_line *line) {
    static const char instead[] = "NOOP\r\n";
    if (!is_starttls(line))
        return look_for_starttls(stage, line);
    atomic_fetch_or(&stage->link->starttls, mark(stage->replies + 1));
    return stage_put(stage, instead, sizeof instead - 1);
}

int peer_hides_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, hide_starttls);
}

static bool answers_starttls(struct stage *stage) {
    return (atomic_load(&stage->link->starttls) & mark(stage->replies)) != 0;
}

static int refuse(struct stage *stage, const struct stage_line *line) {
    static const char refusal[] = "454 4.7.0 TLS not available due to temporary reason\r\n";
    if (!answers_starttls(stage))
        return stage_put(stage, line->bytes, line->length);
    return line->first ? stage_put(stage, refusal, sizeof refusal - 1) : 0;
}

int peer_refuse_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, refuse);
}

static int inject(struct stage *stage, const struct stage_line *line) {
    static const char injected[] =
        "250-mail.example.org at your service\r\n250 AUTH PLAIN LOGIN\r\n";
    if (stage_put(stage, line->bytes, line->length) < 0)
        return -1;
    if (!line->last || !answers_starttls(stage) || line->bytes[0] != '2')
        return 0;
    return stage_put(stage, injected, sizeof injected - 1);
}

int peer_inject_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, inject);
}

/* A line of EHLO's reply that offers it. */
static bool offers(const struct stage_line *line) {
    static const char word[] = "STARTTLS";
    size_t code = 4, length = sizeof word - 1;
    return line->length - stage_line_end(line) == code + length &&
           strncmp(line->bytes, "250", 3) == 0 &&
           strncasecmp(line->bytes + code, word, length) == 0;
}

static int put_kept(struct stage *stage, bool last) {
    if (stage->kept.length > 3 && last)
        stage->kept.bytes[3] = ' ';
    int result = stage_put(stage, stage->kept.bytes, stage->kept.length);
    buf_clear(&stage->kept);
    return result;
}

/* Each line that goes on is kept back until the next: it may turn out to be the last. */
static int strip(struct stage *stage, const struct stage_line *line) {
    static const char unknown[] = "502 5.5.1 Command not implemented\r\n";
    if (answers_starttls(stage))
        return line->first ? stage_put(stage, unknown, sizeof unknown - 1) : 0;
    if (offers(line) && (stage->kept.length > 0 || !line->last))
        return line->last ? put_kept(stage, true) : 0;
    if (put_kept(stage, false) < 0)
        return -1;
    if (line->last)
        return stage_put(stage, line->bytes, line->length);
    return buf_append(&stage->kept, line->bytes, line->length);
}

int peer_strip_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, strip);
}

/* --- records --- */

enum {
    ALERT = 21,
    HANDSHAKE = 22,
    APPLICATION_DATA = 23,
    HEADER = 5,           /* type, version, length: RFC 8446 §5.1 */
    ENCRYPTED_ALERT = 19, /* in TLS 1.3 all looks like data: level, description, true type, tag */
};

/* The length of the first record that is held, with its header; 0: it is not all there. */
static size_t whole_record(const struct buf *held) {
    const unsigned char *bytes = (const unsigned char *)held->bytes;
    if (held->length < HEADER)
        return 0;
    size_t length = HEADER + ((size_t)bytes[3] << 8 | bytes[4]);
    return length <= held->length ? length : 0;
}

/*
 * Calls `act` for each whole record, from the first one of a handshake on; before that bytes are in
 * clear, and pass.
 */
typedef int record_act(struct stage *stage, char *record, size_t length);

static int each_record(struct stage *stage, const char *bytes, size_t count, record_act *act) {
    if (!stage->inside && (count == 0 || bytes[0] != HANDSHAKE))
        return stage_pass(stage, bytes, count);
    stage->inside = true;
    if (buf_append(&stage->held, bytes, count) < 0)
        return -1;
    for (size_t length; !stage->silent && (length = whole_record(&stage->held)) > 0;) {
        if (act(stage, stage->held.bytes, length) < 0)
            return -1;
        buf_consume(&stage->held, length);
    }
    return stage->silent ? 0 : stage_flush(stage);
}

static bool is_close_notify(const char *record, size_t length) {
    return record[0] == ALERT ||
           (record[0] == APPLICATION_DATA && length == HEADER + ENCRYPTED_ALERT);
}

static int cut(struct stage *stage, char *record, size_t length) {
    if (is_close_notify(record, length))
        return stage_close(stage);
    return stage_put(stage, record, length);
}

int peer_tls_cut(struct stage *stage, const char *bytes, size_t count) {
    return each_record(stage, bytes, count, cut);
}

static int tamper(struct stage *stage, char *record, size_t length) {
    stage->replies += record[0] == APPLICATION_DATA ? 1 : 0;
    if (record[0] == APPLICATION_DATA && stage->replies == stage->peer->number)
        record[length - 1] ^= 1;
    return stage_put(stage, record, length);
}

int peer_tls_tamper(struct stage *stage, const char *bytes, size_t count) {
    return each_record(stage, bytes, count, tamper);
}

static int garble(struct stage *stage, char *record, size_t length) {
    enum {
        PATTERN = 0x55
    };
    for (size_t i = 0; i < length; i++)
        record[i] = (char)(record[i] ^ PATTERN);
    return stage_put(stage, record, length) < 0 ? -1 : stage_close(stage);
}

int peer_tls_garbage(struct stage *stage, const char *bytes, size_t count) {
    return each_record(stage, bytes, count, garble);
}
