/*
 * escape: bytes of any kind as text in HTML and XML.
 *
 * A capture is hostile input. What comes out holds no markup (& < > " ' are entities), no control
 * character (\t, \x1B), nothing that XML forbids, nothing that cannot be seen but changes what can
 * (directions, joiners: \u{202E}), and is UTF-8 (other bytes: \xHH). So it may stand between tags
 * and in quoted attributes of both.
 */
#ifndef WIRE_ESCAPE_H
#define WIRE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One character of the text. */
struct glyph {
    char text[40]; /* escaped */
    size_t bytes;  /* how many it stands for; at least 1 */
    int columns;   /* about how wide it is in a monospaced font: entities are 1, \xHH is 4 */
    bool stand_in; /* \t, \xHH, \u{HHHH}: not the character itself */
};

/* The first one of `length` bytes; there is at least one. */
struct glyph escape_next(const char *bytes, size_t length);

/* Writes so many characters at most; `open` and `close` stand around each that is not there itself.
   Returns how many bytes they stand for. */
size_t escape_bytes(const char *bytes, size_t length, size_t characters, const char *open,
                    const char *close, FILE *out);

/* All of a text; NULL writes nothing. */
void escape_text(const char *text, FILE *out);

#endif
