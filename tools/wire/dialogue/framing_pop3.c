#include "framing_manner.h"
#include <string.h>

/* The client's next line that was not answered yet. false: all were. */
static bool next_line(struct state *state, const char **line, size_t *length) {
    const struct reader *client = &state->reader[DIALOGUE_CLIENT];
    size_t start = state->pop3.asked;

    if (start >= client->position)
        return false;
    *line = client->side->bytes + start;
    const char *end = memchr(*line, '\n', client->position - start);
    *length = end == NULL ? client->position - start : (size_t)(end - *line);
    state->pop3.asked = start + *length + (end == NULL ? 0 : 1);
    if (*length > 0 && (*line)[*length - 1] == '\r')
        (*length)--;
    return true;
}

static bool is_asked(const struct state *state) {
    return state->pop3.asked < state->reader[DIALOGUE_CLIENT].position;
}

/* A status line is there, and it is not known which commands were answered before: a client that
   does not pipeline has only its last one open. */
static void begin_anew(struct state *state) {
    const char *bytes = state->reader[DIALOGUE_CLIENT].side->bytes;
    size_t end = state->reader[DIALOGUE_CLIENT].position;

    state->unsure = false;
    state->pop3.inside = POP3_LINE;
    for (size_t at = state->pop3.asked; at + 1 < end; at++)
        if (bytes[at] == '\n')
            state->pop3.asked = at + 1;
}

/* What the answer with this first line goes on with. */
static enum pop3_answer read_status(struct state *state, enum pop3_status status) {
    struct state_pop3 *pop3 = &state->pop3;
    const char *line = "";
    size_t length = 0;

    if (!state->greeted) {
        state->greeted = true;
        return POP3_LINE;
    }
    if (!next_line(state, &line, &length))
        return POP3_LINE; /* unasked: the server has lost its patience */
    bool command = !pop3->credentials;
    pop3->credentials = status == POP3_GO;
    return command && status == POP3_OK ? pop3_answer_to(line, length) : POP3_LINE;
}

static bool is_last(const struct state_pop3 *pop3, const struct heard *heard) {
    return heard->length == 1 && heard->line[0] == '.' &&
           (heard->piece->ending == DIALOGUE_CRLF ||
            (pop3->bare && heard->piece->ending == DIALOGUE_LF));
}

/* A line of an answer, behind its first. */
static void hear_data(struct state *state, const struct heard *heard, struct dialogue_step *step) {
    if (state->pop3.inside == POP3_MESSAGE)
        step->kind = DIALOGUE_MESSAGE;
    step->data = true;
    step->goes_on = !is_last(&state->pop3, heard);
    if (!step->goes_on)
        state->pop3.inside = POP3_LINE;
}

static bool has_lines(enum pop3_answer answer) {
    return answer == POP3_LINES || answer == POP3_MESSAGE;
}

static void hear_server(struct state *state, const struct heard *heard,
                        struct dialogue_step *step) {
    struct state_pop3 *pop3 = &state->pop3;
    enum pop3_status status = pop3_status_of(heard->line, heard->length);

    if (state->unsure && status != POP3_NONE && is_asked(state))
        begin_anew(state);
    else if (state->unsure && status == POP3_NONE && !has_lines(pop3->inside))
        pop3->inside = POP3_LINES; /* the status line is what is missing */
    if (has_lines(pop3->inside)) {
        hear_data(state, heard, step);
        return;
    }
    if (heard->piece->block)
        return;
    pop3->inside = read_status(state, status);
    pop3->bare = heard->piece->ending == DIALOGUE_LF;
    step->goes_on = has_lines(pop3->inside);
}

static void hear(struct state *state, struct reader *reader, const struct heard *heard,
                 struct dialogue_step *step) {
    if (reader->who == DIALOGUE_SERVER)
        hear_server(state, heard, step);
    else
        step->data = state->pop3.credentials && !is_asked(state);
}

const struct framing_manner framing_pop3 = {hear};
