#include "exchange.h"
#include "protocol.h"
#include <stdlib.h>

#define NEW_SESSION_TICKET 4

/* The client's steps wait in a queue until the reply comes that answers them. */
struct ordering {
    const struct dialogue *dialogue;
    struct exchanges *exchanges;
    const struct dialogue_step **waiting; /* the client's steps without a reply yet */
    size_t first;                         /* of them */
    size_t end;
    bool greeted;  /* the server's first reply was given */
    bool answered; /* what the client says next begins an exchange */
};

enum part {
    PART_TALK,
    PART_TLS,
    PART_END,
};

/* An alert ends TLS: close_notify, or what went wrong. */
static enum part part_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_TLS)
        return step->tls == TLS_ALERT ? PART_END : PART_TLS;
    return step->kind == DIALOGUE_CLOSE || step->kind == DIALOGUE_RESET ? PART_END : PART_TALK;
}

static bool is_ticket(const struct dialogue_step *step) {
    return step->kind == DIALOGUE_TLS && step->handshake == NEW_SESSION_TICKET;
}

/* Whether `step` is the first of an exchange, when it comes behind `before`. */
static bool begins(const struct ordering *ordering, const struct dialogue_step *before,
                   const struct dialogue_step *step) {
    if (part_of(before) != part_of(step) || before->kind == DIALOGUE_CONNECT)
        return true;
    return part_of(step) == PART_TALK && step->side == DIALOGUE_CLIENT &&
           (ordering->answered || before->side == DIALOGUE_SERVER);
}

/* Gives the next step. `asks` when the server answers it. */
static void give(struct ordering *ordering, const struct dialogue_step *step, bool asks) {
    struct exchanges *exchanges = ordering->exchanges;
    size_t exchange = 0;

    if (exchanges->count > 0) {
        const struct exchange_step *before = &exchanges->steps[exchanges->count - 1];
        exchange = before->exchange + (begins(ordering, before->step, step) ? 1 : 0);
    }
    ordering->answered = asks;
    exchanges->steps[exchanges->count++] = (struct exchange_step){step, exchange};
}

/* Whether the server answers this step of the client. */
static bool asks_for_reply(const struct ordering *ordering, size_t index) {
    const struct dialogue_step *step = ordering->waiting[index];
    const struct dialogue_step *next =
        index + 1 < ordering->end ? ordering->waiting[index + 1] : NULL;

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

/* Gives the client's steps that wait, up to the first that asks for a reply. */
static void give_command(struct ordering *ordering) {
    while (ordering->first < ordering->end) {
        size_t index = ordering->first++;
        bool asks = asks_for_reply(ordering, index);
        give(ordering, ordering->waiting[index], asks);
        if (asks)
            break;
    }
}

static void give_all(struct ordering *ordering) {
    while (ordering->first < ordering->end)
        give_command(ordering);
}

/* The server's part of an exchange. */
static bool is_reply(const struct dialogue_step *step) {
    return step->side == DIALOGUE_SERVER &&
           (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE || step->data);
}

static bool is_waited_with(const struct dialogue_step *step) {
    return step->side == DIALOGUE_CLIENT &&
           (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE ||
            step->kind == DIALOGUE_BYTES || step->kind == DIALOGUE_CLOSE);
}

/* The server's steps of one reply begin at *index; the command it answers goes first. */
static void give_reply(struct ordering *ordering, size_t *index) {
    const struct dialogue *dialogue = ordering->dialogue;
    bool more = true;

    if (ordering->greeted)
        give_command(ordering);
    ordering->greeted = true;
    while (more && *index < dialogue->step_count) {
        const struct dialogue_step *step = &dialogue->steps[*index];
        if (is_waited_with(step)) {
            ordering->waiting[ordering->end++] = step; /* it came while the reply was under way */
        } else if (is_reply(step)) {
            more = step->goes_on;
            give(ordering, step, false);
        } else {
            return;
        }
        (*index)++;
    }
}

static void order_by_counting(struct ordering *ordering) {
    const struct dialogue *dialogue = ordering->dialogue;

    for (size_t i = 0; i < dialogue->step_count;) {
        const struct dialogue_step *step = &dialogue->steps[i];
        if (is_reply(step)) {
            give_reply(ordering, &i);
            continue;
        }
        i++;
        if (is_waited_with(step)) {
            ordering->waiting[ordering->end++] = step;
        } else if (!is_ticket(step)) {
            give_all(ordering);
            give(ordering, step, false);
        }
    }
    give_all(ordering);
}

static void order_as_it_came(struct ordering *ordering) {
    for (size_t i = 0; i < ordering->dialogue->step_count; i++) {
        const struct dialogue_step *step = &ordering->dialogue->steps[i];
        if (!is_ticket(step))
            give(ordering, step, step->kind == DIALOGUE_LINE);
    }
}

int exchanges_make(const struct dialogue *dialogue, struct exchanges *exchanges) {
    struct ordering ordering = {
        .dialogue = dialogue, .exchanges = exchanges, .greeted = dialogue->late};

    *exchanges =
        (struct exchanges){.steps = calloc(dialogue->step_count + 1, sizeof *exchanges->steps)};
    ordering.waiting = calloc(dialogue->step_count + 1, sizeof(*ordering.waiting));
    if (exchanges->steps == NULL || ordering.waiting == NULL) {
        free(ordering.waiting);
        exchanges_free(exchanges);
        return -1;
    }
    if (protocol_manner_of(dialogue) != PROTOCOL_LINES)
        order_by_counting(&ordering);
    else
        order_as_it_came(&ordering);
    free(ordering.waiting);
    return 0;
}

void exchanges_free(struct exchanges *exchanges) {
    free(exchanges->steps);
    *exchanges = (struct exchanges){.steps = NULL};
}
