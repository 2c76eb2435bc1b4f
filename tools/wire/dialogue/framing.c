#include "framing_manner.h"
#include <string.h>

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

static const struct framing_manner *const manners[] = {
    [PROTOCOL_LINES] = NULL,
    [PROTOCOL_SMTP] = &framing_smtp,
    [PROTOCOL_POP3] = &framing_pop3,
};

static void hear(struct state *state, struct reader *reader, const struct piece *piece,
                 struct dialogue_step *step) {
    const struct framing_manner *manner = manners[state->framing->manner];

    if (reader->block_left > 0) {
        reader->block_left -= piece->length;
        return;
    }
    bool rest = reader->in_line; /* of a line too long for one step */
    reader->in_line = piece->block;
    if (manner != NULL)
        manner->hear(state, reader,
                     &(struct heard){piece, rest ? "" : step->bytes, rest ? 0 : piece->text}, step);
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

    state->unsure = true;
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
        .kind = piece->block ? DIALOGUE_BYTES : DIALOGUE_LINE,
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

    hear(state, reader, piece, &step);
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
    struct state state = {
        .framing = framing, .greeted = framing->greeted, .unsure = framing->greeted};
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
