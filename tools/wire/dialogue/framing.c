#include "framing.h"
#include <string.h>
#include <strings.h>

/* Where the reading of one side is. */
struct reader {
    const struct framing_side *side;
    enum dialogue_side who;
    size_t position;
    size_t next_gap;   /* of side->gaps */
    bool in_line;      /* a block of this line was given already: its rest is no line of its own */
    size_t block_left; /* bytes of a BDAT's block still to come */
};

/* The conversation of both. */
struct state {
    const struct framing *framing;
    struct reader reader[2];
    bool greeted;
    size_t unanswered; /* commands whose reply has not come */
    bool waiting;      /* the client's last command was DATA: what its next bytes are, the reply to
                          it tells */
    bool message;      /* the client's next bytes are message text */
    bool line_start;   /* and the text before them ended in CR LF, as the final dot demands */
};

/* What comes next on one side: bytes position … position + length. */
struct piece {
    size_t length;
    size_t text; /* without the ending */
    enum dialogue_ending ending;
    bool block;         /* not a line: cut off, or a BDAT's */
    unsigned delivered; /* the frame with which it was complete; 0: there is nothing more */
    bool gap;           /* not bytes: the gap before them */
};

static const struct dialogue_span *span_of(const struct framing_side *side, size_t offset) {
    return span_at(side->spans, side->span_count, side->length, offset);
}

/* How far a line that begins at `position` can go. */
static size_t end_of_stretch(const struct reader *reader) {
    const struct framing_side *side = reader->side;
    size_t end = side->length;

    if (reader->position < side->clear && side->clear < end)
        end = side->clear;
    if (reader->next_gap < side->gap_count && side->gaps[reader->next_gap].offset < end)
        end = side->gaps[reader->next_gap].offset;
    return end;
}

static void find_line(const char *bytes, size_t available, struct piece *piece) {
    const char *newline = memchr(bytes, '\n', available);

    if (newline == NULL) {
        piece->length = piece->text = available;
        piece->ending = DIALOGUE_NONE;
        return;
    }
    piece->text = (size_t)(newline - bytes);
    piece->length = piece->text + 1;
    piece->ending = DIALOGUE_LF;
    if (piece->text > 0 && newline[-1] == '\r') {
        piece->text--;
        piece->ending = DIALOGUE_CRLF;
    }
}

static struct piece look(const struct reader *reader, size_t budget) {
    const struct framing_side *side = reader->side;
    struct piece piece = {.ending = DIALOGUE_NONE};

    if (reader->next_gap < side->gap_count &&
        side->gaps[reader->next_gap].offset == reader->position) {
        piece.gap = true;
        piece.delivered = side->gaps[reader->next_gap].frame;
        return piece;
    }
    size_t available = end_of_stretch(reader) - reader->position;
    if (available == 0)
        return piece;
    size_t limit = available < DIALOGUE_LINE_LIMIT ? available : DIALOGUE_LINE_LIMIT;
    if (reader->block_left > 0 || budget == 0) {
        piece.block = true;
        piece.length = limit;
        if (reader->block_left > 0 && reader->block_left < limit)
            piece.length = reader->block_left;
        piece.text = piece.length;
    } else {
        find_line(side->bytes + reader->position, limit, &piece);
        piece.block = piece.ending == DIALOGUE_NONE && limit < available;
    }
    piece.delivered = span_of(side, reader->position + piece.length - 1)->delivered;
    return piece;
}

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

static void hear_server(struct state *state, const char *line, size_t length) {
    int code = read_reply(line, length);

    if (code < 0)
        return;
    if (!state->greeted) {
        state->greeted = true;
        return;
    }
    if (state->unanswered == 0)
        return;
    state->unanswered--;
    if (state->unanswered == 0 && state->waiting) {
        state->waiting = false;
        state->message = state->line_start = code == 354;
    }
}

static bool is_command(const char *line, size_t length, const char *verb) {
    size_t count = strlen(verb);

    return length >= count && strncasecmp(line, verb, count) == 0 &&
           (length == count || line[count] == ' ');
}

/* The number behind "BDAT ". */
static size_t chunk_size(const char *line, size_t length) {
    size_t size = 0;

    for (size_t i = strlen("BDAT "); i < length && line[i] >= '0' && line[i] <= '9'; i++) {
        if (size > SIZE_MAX / 10 - 10)
            return 0;
        size = 10 * size + (size_t)(line[i] - '0');
    }
    return size;
}

static void hear_client(struct state *state, const char *line, size_t length) {
    state->unanswered++;
    if (is_command(line, length, "DATA"))
        state->waiting = true;
    else if (is_command(line, length, "BDAT"))
        state->reader[DIALOGUE_CLIENT].block_left = chunk_size(line, length);
}

/* A line of message text. The final dot stands alone between two CR LF (RFC 5321 §4.1.1.4). */
static void hear_message(struct state *state, const char *line, const struct piece *piece) {
    if (state->line_start && piece->ending == DIALOGUE_CRLF && piece->text == 1 && *line == '.') {
        state->message = false;
        state->unanswered++;
    }
    state->line_start = piece->ending == DIALOGUE_CRLF;
}

static enum dialogue_kind kind_of(const struct state *state, const struct reader *reader,
                                  const struct piece *piece) {
    if (reader->who == DIALOGUE_CLIENT && state->message)
        return DIALOGUE_MESSAGE;
    return piece->block ? DIALOGUE_BYTES : DIALOGUE_LINE;
}

static void hear(struct state *state, struct reader *reader, const struct piece *piece) {
    const char *line = reader->side->bytes + reader->position;
    bool rest = reader->in_line; /* of a line too long for one step */

    if (reader->block_left > 0) {
        reader->block_left -= piece->length;
        return;
    }
    reader->in_line = piece->block;
    if (!state->framing->smtp)
        return;
    if (reader->who == DIALOGUE_CLIENT && state->message)
        hear_message(state, line, piece);
    else if (reader->who == DIALOGUE_CLIENT && !piece->block)
        hear_client(state, rest ? "" : line, rest ? 0 : piece->text);
    else if (!piece->block)
        hear_server(state, rest ? "" : line, rest ? 0 : piece->text);
}

static int give_gap(struct state *state, struct reader *reader) {
    const struct gap *gap = &reader->side->gaps[reader->next_gap++];
    struct dialogue_step step = {
        .kind = DIALOGUE_GAP,
        .side = reader->who,
        .ending = DIALOGUE_NONE,
        .first_frame = gap->frame,
        .last_frame = gap->frame,
        .length = (size_t)gap->missing,
        .offset = gap->offset,
    };

    reader->in_line = false;
    reader->block_left -=
        gap->missing < reader->block_left ? (size_t)gap->missing : reader->block_left;
    return state->framing->take(state->framing->context, &step);
}

static int give(struct state *state, struct reader *reader, const struct piece *piece) {
    const struct framing_side *side = reader->side;

    if (piece->gap)
        return give_gap(state, reader);
    struct dialogue_step step = {
        .kind = kind_of(state, reader, piece),
        .side = reader->who,
        .ending = piece->ending,
        .first_frame = span_of(side, reader->position)->frame,
        .last_frame = piece->delivered,
        .encrypted = reader->position >= side->clear,
        .bytes = side->bytes + reader->position,
        .length = piece->text,
        .offset = reader->position,
        .handshake = -1,
    };

    hear(state, reader, piece);
    reader->position += piece->length;
    if (*state->framing->budget > 0)
        (*state->framing->budget)--;
    return state->framing->take(state->framing->context, &step);
}

static bool is_server_next(const struct state *state, const struct piece *client,
                           const struct piece *server) {
    if (server->delivered == 0)
        return false;
    return client->delivered == 0 || state->waiting || server->delivered < client->delivered;
}

int framing_run(const struct framing *framing) {
    struct state state = {.framing = framing, .greeted = framing->greeted};
    int status = 0;

    for (int who = 0; who < 2; who++)
        state.reader[who] =
            (struct reader){.side = &framing->side[who], .who = (enum dialogue_side)who};
    while (status == 0) {
        struct reader *client = &state.reader[DIALOGUE_CLIENT];
        struct reader *server = &state.reader[DIALOGUE_SERVER];
        struct piece from_client = look(client, *framing->budget);
        struct piece from_server = look(server, *framing->budget);
        if (from_client.delivered == 0 && from_server.delivered == 0)
            break;
        if (is_server_next(&state, &from_client, &from_server)) {
            status = give(&state, server, &from_server);
        } else {
            state.waiting = false; /* there is no reply that could tell */
            status = give(&state, client, &from_client);
        }
    }
    return status;
}
