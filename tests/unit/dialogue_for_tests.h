/* Dialogues of frames made by hand, and their steps as a text. For tests. */
#ifndef TESTS_DIALOGUE_FOR_TESTS_H
#define TESTS_DIALOGUE_FOR_TESTS_H

#include "dialogue.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buf.h"
#include "frames_for_tests.h"
#include <stdio.h>

static inline const char *kind_name(const struct dialogue_step *step) {
    static const char *const names[] = {
        [DIALOGUE_CONNECT] = "connect",
        [DIALOGUE_REFUSED] = "refused",
        [DIALOGUE_NO_ANSWER] = "no answer",
        [DIALOGUE_LINE] = "line",
        [DIALOGUE_MESSAGE] = "message",
        [DIALOGUE_BYTES] = "bytes",
        [DIALOGUE_TLS] = "tls",
        [DIALOGUE_GAP] = "gap",
        [DIALOGUE_CLOSE] = "close",
        [DIALOGUE_RESET] = "reset",
    };

    return names[step->kind];
}

/* "4-6 S line 220 hello", with "<LF>" or "<none>" where a line did not end in CR LF. */
static inline void describe(const struct dialogue_step *step, struct buf *out) {
    char spare[DIALOGUE_NAME_SIZE];

    buf_printf(out, "%u-%u %c %s", step->first_frame, step->last_frame,
               step->side == DIALOGUE_CLIENT ? 'C' : 'S', kind_name(step));
    if (step->encrypted)
        buf_printf(out, " (encrypted)");
    if (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE) {
        buf_printf(out, " %.*s%s", (int)step->length, step->bytes,
                   step->ending == DIALOGUE_CRLF ? ""
                   : step->ending == DIALOGUE_LF ? "<LF>"
                                                 : "<none>");
    } else if (step->kind == DIALOGUE_BYTES || step->kind == DIALOGUE_GAP) {
        buf_printf(out, " %zu", step->length);
    } else if (step->kind == DIALOGUE_TLS && step->tls == TLS_HANDSHAKE) {
        buf_printf(out, " %s", step->handshake < 0 ? "?" : dialogue_tls_name(step, spare));
    } else if (step->kind == DIALOGUE_TLS && step->tls == TLS_ALERT) {
        buf_printf(out, " %s", dialogue_tls_name(step, spare));
    } else if (step->kind == DIALOGUE_TLS) {
        buf_printf(out, " record %d", step->tls);
        if (step->length > 0)
            buf_printf(out, " of %zu", step->length);
    }
    buf_printf(out, "\n");
}

static inline struct dialogues make(const struct frames *frames) {
    struct dialogues dialogues;
    struct failure why;

    assert_int_equal(dialogues_make(frames->list, frames->count, &dialogues, &why), 0);
    return dialogues;
}

/* The steps of the only conversation must be these. Frees the frames. */
static inline void expect(struct frames *frames, const char *steps) {
    struct dialogues dialogues = make(frames);
    struct buf text;

    buf_init(&text, 1 << 20);
    assert_int_equal(dialogues.count, 1);
    for (size_t i = 0; i < dialogues.list[0].step_count; i++)
        describe(&dialogues.list[0].steps[i], &text);
    assert_string_equal(text.bytes, steps);
    buf_free(&text);
    dialogues_free(&dialogues);
    free(frames->list);
    *frames = (struct frames){.list = NULL};
}

#endif
