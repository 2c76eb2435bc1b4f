#include "framing_manner.h"
#include <string.h>
#include <strings.h>

/* A reply's last line, or anything that is no reply line at all, answers a command. "250-" does
   not. Returns the code, 0 when there is none, -1 for a line that more lines follow. */
static int read_reply(const char *line, size_t length) {
    int code = 0;

    if (length < 3)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (line[i] < '0' || line[i] > '9')
            return 0;
        code = 10 * code + (line[i] - '0');
    }
    return length > 3 && line[3] == '-' ? -1 : code;
}

static void hear_server(struct state *state, int code) {
    struct state_smtp *smtp = &state->smtp;

    if (code < 0)
        return;
    if (!state->greeted) {
        state->greeted = true;
        return;
    }
    if (smtp->unanswered == 0)
        return;
    smtp->unanswered--;
    if (smtp->unanswered == 0 && state->waiting) {
        state->waiting = false;
        smtp->message = smtp->line_start = code == 354;
    }
}

static bool is_command(const struct heard *heard, const char *verb) {
    size_t count = strlen(verb);

    return heard->length >= count && strncasecmp(heard->line, verb, count) == 0 &&
           (heard->length == count || heard->line[count] == ' ');
}

/* The number behind "BDAT ". */
static size_t chunk_size(const struct heard *heard) {
    size_t size = 0;

    for (size_t i = strlen("BDAT ");
         i < heard->length && heard->line[i] >= '0' && heard->line[i] <= '9'; i++) {
        if (size > SIZE_MAX / 10 - 10)
            return 0;
        size = 10 * size + (size_t)(heard->line[i] - '0');
    }
    return size;
}

static void hear_command(struct state *state, const struct heard *heard) {
    state->smtp.unanswered++;
    if (is_command(heard, "DATA"))
        state->waiting = true;
    else if (is_command(heard, "BDAT"))
        state->reader[DIALOGUE_CLIENT].block_left = chunk_size(heard);
}

/* A line of message text. The final dot stands alone between two CR LF (RFC 5321 §4.1.1.4). */
static void hear_message(struct state_smtp *smtp, const char *line, const struct piece *piece) {
    if (smtp->line_start && piece->ending == DIALOGUE_CRLF && piece->text == 1 && *line == '.') {
        smtp->message = false;
        smtp->unanswered++;
    }
    smtp->line_start = piece->ending == DIALOGUE_CRLF;
}

static void hear(struct state *state, struct reader *reader, const struct heard *heard,
                 struct dialogue_step *step) {
    if (reader->who == DIALOGUE_CLIENT && state->smtp.message) {
        step->kind = DIALOGUE_MESSAGE;
        hear_message(&state->smtp, step->bytes, heard->piece);
    } else if (heard->piece->block) {
        return;
    } else if (reader->who == DIALOGUE_CLIENT) {
        hear_command(state, heard);
    } else {
        int code = read_reply(heard->line, heard->length);
        step->goes_on = code < 0;
        hear_server(state, code);
    }
}

const struct framing_manner framing_smtp = {hear};
