#include "canon.h"
#include <stdlib.h>
#include <string.h>

/* A server sends as many as it likes, when it likes (RFC 8446 §4.6.1): no part of the dialogue. */
#define NEW_SESSION_TICKET 4

/*
 * Pipelined, a client's commands and the server's replies overlap as chance will have it. To put
 * each reply behind its command, the client's steps wait in a queue until the reply comes.
 */
struct text {
    const struct dialogue *dialogue;
    struct buf *out;
    const struct dialogue_step **waiting; /* the client's steps without a reply yet */
    size_t first;                         /* of them */
    size_t end;
    bool greeted; /* the server's first reply was given */
};

static const char *arrow_of(const struct dialogue_step *step) {
    return step->side == DIALOGUE_CLIENT ? "->" : "<-";
}

static const char *ending_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_BYTES || step->ending == DIALOGUE_CRLF)
        return "";
    return step->ending == DIALOGUE_LF ? "\\n" : "\\";
}

static int add_bytes(struct text *text, const struct dialogue_step *step) {
    const char *sign = step->kind == DIALOGUE_LINE ? "" : " :";

    if (buf_printf(text->out, "%s%s%s", arrow_of(step), sign, step->length > 0 ? " " : "") < 0 ||
        canon_line(step->bytes, step->length, text->out) < 0)
        return -1;
    return buf_printf(text->out, "%s\n", ending_of(step));
}

static int add_tls(struct text *text, const struct dialogue_step *step) {
    char spare[20];

    if (step->handshake == NEW_SESSION_TICKET)
        return 0;
    switch (step->tls) {
    case TLS_CHANGE_CIPHER_SPEC:
        return buf_printf(text->out, "%s TLS ChangeCipherSpec\n", arrow_of(step));
    case TLS_ALERT:
        return buf_printf(text->out, "%s TLS alert\n", arrow_of(step));
    case TLS_APPLICATION_DATA:
        return buf_printf(text->out, "%s TLS data\n", arrow_of(step));
    default:
        return buf_printf(text->out, "%s TLS %s\n", arrow_of(step),
                          step->handshake < 0 ? "handshake, encrypted"
                                              : dialogue_handshake_name(step->handshake, spare));
    }
}

static int add_step(struct text *text, const struct dialogue_step *step) {
    static const char *const words[] = {
        [DIALOGUE_CONNECT] = "connects",    [DIALOGUE_REFUSED] = "refuses",
        [DIALOGUE_NO_ANSWER] = "no answer", [DIALOGUE_CLOSE] = "closes",
        [DIALOGUE_RESET] = "breaks off",
    };

    switch (step->kind) {
    case DIALOGUE_LINE:
    case DIALOGUE_MESSAGE:
    case DIALOGUE_BYTES:
        return add_bytes(text, step);
    case DIALOGUE_TLS:
        return add_tls(text, step);
    case DIALOGUE_GAP:
        return buf_printf(text->out, "%s %zu octets not recorded\n", arrow_of(step), step->length);
    default:
        return buf_printf(text->out, "%s %s\n", arrow_of(step), words[step->kind]);
    }
}

/* Whether the server answers this step of the client. */
static bool asks_for_reply(const struct text *text, size_t index) {
    const struct dialogue_step *step = text->waiting[index];
    const struct dialogue_step *next = index + 1 < text->end ? text->waiting[index + 1] : NULL;

    switch (step->kind) {
    case DIALOGUE_LINE: /* a BDAT is answered behind its block */
        return next == NULL || next->kind != DIALOGUE_BYTES;
    case DIALOGUE_MESSAGE: /* behind the final dot */
        return (next == NULL || next->kind != DIALOGUE_MESSAGE) && step->length == 1 &&
               step->bytes[0] == '.';
    case DIALOGUE_BYTES:
        return next == NULL || next->kind != DIALOGUE_BYTES;
    default:
        return false;
    }
}

/* Gives out the client's steps that wait, up to the first that asks for a reply; or all. */
static int give_command(struct text *text) {
    while (text->first < text->end) {
        size_t index = text->first++;
        if (add_step(text, text->waiting[index]) < 0)
            return -1;
        if (asks_for_reply(text, index))
            break;
    }
    return 0;
}

static int give_all(struct text *text) {
    while (text->first < text->end) {
        if (add_step(text, text->waiting[text->first++]) < 0)
            return -1;
    }
    return 0;
}

/* "250-…": more lines of this reply follow. */
static bool goes_on(const struct dialogue_step *step) {
    return step->length > 3 && step->bytes[3] == '-';
}

static bool is_waited_with(const struct dialogue_step *step) {
    return step->side == DIALOGUE_CLIENT &&
           (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE ||
            step->kind == DIALOGUE_BYTES || step->kind == DIALOGUE_CLOSE);
}

/* The server's steps of one reply begin at `index`; the command it answers goes first. */
static int give_reply(struct text *text, size_t *index) {
    const struct dialogue *dialogue = text->dialogue;
    bool more = true;

    if (text->greeted && give_command(text) < 0)
        return -1;
    text->greeted = true;
    while (more && *index < dialogue->step_count) {
        const struct dialogue_step *step = &dialogue->steps[*index];
        if (is_waited_with(step)) {
            text->waiting[text->end++] = step; /* it came while the reply was under way */
        } else if (step->side == DIALOGUE_SERVER && step->kind == DIALOGUE_LINE) {
            more = goes_on(step);
            if (add_step(text, step) < 0)
                return -1;
        } else {
            return 0;
        }
        (*index)++;
    }
    return 0;
}

static int add_smtp(struct text *text) {
    const struct dialogue *dialogue = text->dialogue;

    for (size_t i = 0; i < dialogue->step_count;) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (step->side == DIALOGUE_SERVER && step->kind == DIALOGUE_LINE) {
            if (give_reply(text, &i) < 0)
                return -1;
            continue;
        }
        i++;
        if (is_waited_with(step))
            text->waiting[text->end++] = step;
        else if (give_all(text) < 0 || add_step(text, step) < 0)
            return -1;
    }
    return give_all(text);
}

static int add_as_it_came(struct text *text) {
    for (size_t i = 0; i < text->dialogue->step_count; i++) {
        if (add_step(text, &text->dialogue->steps[i]) < 0)
            return -1;
    }
    return 0;
}

static int add_dialogue(const struct dialogue *dialogue, struct buf *out) {
    struct text text = {.dialogue = dialogue, .out = out, .greeted = dialogue->late};
    int status = buf_printf(out, "stream %d: %s to %s port %u\n", dialogue->stream,
                            dialogue->host[0], dialogue->host[1], dialogue->port[1]);

    if (status < 0)
        return -1;
    if (dialogue->late && buf_printf(out, "the capture began late\n") < 0)
        return -1;
    text.waiting = calloc(dialogue->step_count + 1, sizeof(*text.waiting));
    if (text.waiting == NULL)
        return -1;
    status = dialogue->smtp ? add_smtp(&text) : add_as_it_came(&text);
    free(text.waiting);
    return status;
}

int canon_dialogues(const struct dialogues *dialogues, struct buf *out) {
    for (size_t i = 0; i < dialogues->count; i++) {
        if ((i > 0 && buf_append(out, "\n", 1) < 0) || add_dialogue(&dialogues->list[i], out) < 0)
            return -1;
    }
    return 0;
}
