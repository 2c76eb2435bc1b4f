/*
 * data: from the bytes that follow DATA, or BDAT, to the message, and where it ends.
 *
 * A message is lines, each ended by CR LF. A line that is a dot and nothing else ends the message
 * (RFC 5321 §4.1.1.4); of any other line that begins with a dot, the client put that dot there, and
 * it is taken away (§4.5.2).
 *
 * Nothing but CR LF ends a line. A server that takes a lone LF or CR for a line end can be shown an
 * end of message that the server before it did not see, and then takes the rest of the message for
 * commands (SMTP smuggling, CVE-2023-51764 and its kin). So a message with a bare CR or LF is read
 * on to its real end, and then refused as a whole (§2.3.8).
 *
 * No input or output here: bytes may come in pieces of any size, and the result is the same.
 */
#ifndef SMTPD_DATA_H
#define SMTPD_DATA_H

#include <stdbool.h>
#include <stddef.h>

enum data_state {
    DATA_LINE,   /* behind CR LF, or at the very beginning */
    DATA_DOT,    /* behind the dot that a line began with */
    DATA_DOT_CR, /* behind that dot and a CR */
    DATA_TEXT,   /* within a line */
    DATA_CR,     /* behind a CR within a line */
    DATA_END,    /* behind CR LF . CR LF */
};

struct data {
    enum data_state state;
    bool chunked;            /* from BDAT: no dot is stuffed, and none ends it */
    bool bare;               /* a CR without LF, or LF without CR, was in it: it must be refused */
    unsigned long long size; /* octets with CR LF, without stuffed dots and the end (RFC 1870 §3) */
};

/* Starts a message that follows DATA. */
void data_begin(struct data *data);

/*
 * Starts a message that comes in BDAT's chunks (RFC 3030 §2): its length is told, so a dot is a
 * dot. Lines end in CR LF here too; data_end_chunks says whether the last one has.
 */
void data_begin_chunks(struct data *data);

/* Behind the last chunk. True: the last line has no end, and the caller adds one LF to the text. A
   CR at the very end is a bare one. */
bool data_end_chunks(struct data *data);

/*
 * Takes `count` bytes, or fewer when the message ends before. Writes what of them belongs to the
 * message to `text`, which has room for `count` bytes, with LF for each CR LF as files have it, and
 * says in *length how many that are. (No bare CR or LF gets through, so nothing is lost by that.)
 * Once data->bare is set, nothing is written any more.
 *
 * Returns how many bytes it took. The message has ended when data->state is DATA_END.
 */
size_t data_take(struct data *data, const char *bytes, size_t count, char *text, size_t *length);

#endif
