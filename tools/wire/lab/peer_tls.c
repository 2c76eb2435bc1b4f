/* Peers that change how encryption begins, and how it ends. */
#include "peer_stage.h"
#include <string.h>
#include <strings.h>

/* --- STARTTLS, and POP3's STLS ---
 *
 * Which reply answers it? The greeting is reply 1, so it is the one after that of the command's own
 * number. In SMTP that is only counted until a message is on its way: TLS comes before that.
 */

static bool is_word(const char *text, size_t length, const char *word) {
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

static bool is_starttls(const struct stage_line *line) {
    size_t length = line->length - stage_line_end(line);
    return is_word(line->bytes, length, "STARTTLS") || is_word(line->bytes, length, "STLS");
}

static bool begins_message(const struct stage_line *line) {
    return line->length > 4 && strncasecmp(line->bytes, "MAIL", 4) == 0;
}

static void note(struct stage *stage, const struct stage_line *line) {
    stage->transparent = begins_message(line);
    stage_note(stage, line->bytes, line->length - stage_line_end(line));
}

static int look_for_starttls(struct stage *stage, const struct stage_line *line) {
    note(stage, line);
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
    note(stage, line);
    return stage_put(stage, instead, sizeof instead - 1);
}

int peer_hides_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, hide_starttls);
}

static bool answers_starttls(const struct stage *stage) {
    return stage->replies > 1 && stage_asked(stage) == STAGE_ASKED_TLS;
}

/* Instead of the reply to STARTTLS: `smtp`, or `pop3`. */
static int put_instead(struct stage *stage, const struct stage_line *line, const char *smtp,
                       const char *pop3) {
    const char *words = stage_is_pop3(stage) ? pop3 : smtp;
    return line->first ? stage_put(stage, words, strlen(words)) : 0;
}

static int refuse(struct stage *stage, const struct stage_line *line) {
    if (!answers_starttls(stage))
        return stage_put(stage, line->bytes, line->length);
    return put_instead(stage, line, "454 4.7.0 TLS not available due to temporary reason\r\n",
                       "-ERR [SYS/TEMP] TLS not available due to temporary reason\r\n");
}

int peer_refuse_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, refuse);
}

/* What a client asks for first under TLS: so it would take this for the answer. */
static int inject(struct stage *stage, const struct stage_line *line) {
    static const char in_smtp[] =
        "250-mail.example.org at your service\r\n250 AUTH PLAIN LOGIN\r\n";
    static const char in_pop3[] = "+OK Capability list follows\r\nUSER\r\n.\r\n";
    const char *injected = stage_is_pop3(stage) ? in_pop3 : in_smtp;
    if (stage_put(stage, line->bytes, line->length) < 0)
        return -1;
    if (!line->last || !answers_starttls(stage) || (line->bytes[0] != '2' && line->bytes[0] != '+'))
        return 0;
    return stage_put(stage, injected, strlen(injected));
}

int peer_inject_starttls(struct stage *stage, const char *bytes, size_t count) {
    return stage_lines(stage, bytes, count, inject);
}

/* A line of EHLO's reply that offers it. */
static bool offers(const struct stage_line *line) {
    size_t code = 4, length = line->length - stage_line_end(line);
    return length > code && strncmp(line->bytes, "250", 3) == 0 &&
           is_word(line->bytes + code, length - code, "STARTTLS");
}

static int put_kept(struct stage *stage, bool last) {
    if (stage->kept.length > 3 && last)
        stage->kept.bytes[3] = ' ';
    int result = stage_put(stage, stage->kept.bytes, stage->kept.length);
    buf_clear(&stage->kept);
    return result;
}

/* A line "STLS" behind a +OK stands in the answer to CAPA; and what message has one? */
static int strip_in_pop3(struct stage *stage, const struct stage_line *line) {
    if (line->number > 1 && is_starttls(line))
        return 0;
    return stage_put(stage, line->bytes, line->length);
}

/* Each line that goes on is kept back until the next: it may turn out to be the last. */
static int strip(struct stage *stage, const struct stage_line *line) {
    if (answers_starttls(stage))
        return put_instead(stage, line, "502 5.5.1 Command not implemented\r\n",
                           "-ERR Unknown command\r\n");
    if (stage_is_pop3(stage))
        return strip_in_pop3(stage, line);
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
    if (stage->inside == 0 && (count == 0 || bytes[0] != HANDSHAKE))
        return stage_pass(stage, bytes, count);
    stage->inside = 1;
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
