#include "canon.h"
#include "exchange.h"

static const char *arrow_of(const struct dialogue_step *step) {
    return step->side == DIALOGUE_CLIENT ? "->" : "<-";
}

static const char *ending_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_BYTES || step->ending == DIALOGUE_CRLF)
        return "";
    return step->ending == DIALOGUE_LF ? "\\n" : "\\";
}

static int add_bytes(const struct dialogue_step *step, const struct canon_word *word,
                     struct buf *out) {
    const char *sign = step->kind == DIALOGUE_LINE ? "" : " :";

    if (buf_printf(out, "%s%s%s", arrow_of(step), sign, step->length > 0 ? " " : "") < 0 ||
        canon_step_line(step, word, out) < 0)
        return -1;
    return buf_printf(out, "%s", ending_of(step));
}

static int add_tls(const struct dialogue_step *step, struct buf *out) {
    char spare[DIALOGUE_NAME_SIZE];

    return buf_printf(out, "%s TLS %s", arrow_of(step), dialogue_tls_name(step, spare));
}

int canon_step(const struct dialogue_step *step, const struct canon_word *word, struct buf *out) {
    static const char *const words[] = {
        [DIALOGUE_CONNECT] = "connects",    [DIALOGUE_REFUSED] = "refuses",
        [DIALOGUE_NO_ANSWER] = "no answer", [DIALOGUE_CLOSE] = "closes",
        [DIALOGUE_RESET] = "breaks off",
    };

    switch (step->kind) {
    case DIALOGUE_LINE:
    case DIALOGUE_MESSAGE:
    case DIALOGUE_BYTES:
        return add_bytes(step, word, out);
    case DIALOGUE_TLS:
        return add_tls(step, out);
    case DIALOGUE_GAP:
        return buf_printf(out, "%s %zu octets not recorded", arrow_of(step), step->length);
    default:
        return buf_printf(out, "%s %s", arrow_of(step), words[step->kind]);
    }
}

static int add_dialogue(const struct dialogue *dialogue, struct buf *out) {
    struct exchanges exchanges;
    int status = buf_printf(out, "stream %d: %s to %s port %u\n", dialogue->stream,
                            dialogue->host[0], dialogue->host[1], dialogue->port[1]);

    if (status == 0 && dialogue->late)
        status = buf_printf(out, "the capture began late\n");
    if (status < 0 || exchanges_make(dialogue, &exchanges) < 0)
        return -1;
    for (size_t i = 0; status == 0 && i < exchanges.count; i++) {
        status = canon_step(exchanges.steps[i].step, NULL, out);
        if (status == 0)
            status = buf_append(out, "\n", 1);
    }
    exchanges_free(&exchanges);
    return status;
}

int canon_dialogues(const struct dialogues *dialogues, struct buf *out) {
    for (size_t i = 0; i < dialogues->count; i++) {
        if ((i > 0 && buf_append(out, "\n", 1) < 0) || add_dialogue(&dialogues->list[i], out) < 0)
            return -1;
    }
    return 0;
}
