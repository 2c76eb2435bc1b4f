/*
 * keyboard: wire as the person who types, playing a session file (session.h, left column).
 */
#ifndef WIRE_KEYBOARD_H
#define WIRE_KEYBOARD_H

#include "buf.h"
#include "deadline.h"
#include "session.h"
#include <stdbool.h>
#include <stddef.h>

/* How long the person waits for the program to show something. Then the keyboard is closed, so that
   a program that only waits for it can end. */
#define KEYBOARD_PATIENCE_MS 5000

struct keyboard {
    const struct session *session;
    int *input;     /* the program's standard input, non-blocking; -1 once closed */
    size_t step;    /* the next one */
    size_t typed;   /* how much of it is typed */
    size_t shown;   /* how much of the program's output was taken by earlier steps */
    deadline until; /* the end of patience */
    char note[300]; /* why it stopped early, or "" */
};

void keyboard_start(struct keyboard *keyboard, const struct session *session, int *input);

/*
 * Goes as far as it can now. `output` is all that the program has shown since its start; `news`
 * says that something has come since the last call. Returns whether it waits until more can be
 * typed.
 */
bool keyboard_play(struct keyboard *keyboard, const struct buf *output, bool news);

/* Until when to wait for the next call; DEADLINE_NEVER when nothing is waited for. */
deadline keyboard_patience(const struct keyboard *keyboard);

/* To be called when the program has ended: notes what it still waited for. */
void keyboard_end(struct keyboard *keyboard);

#endif
