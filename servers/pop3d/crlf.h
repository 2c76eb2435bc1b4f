/*
 * crlf: from the bytes of a message's file to those that POP3 sends (RFC 1939 §3, §11).
 *
 * Files have LF at the end of lines, as Unix has it, or CR LF, if another program wrote them; sent
 * is CR LF. A line that begins with a dot gets another one in front. A last line without an end
 * gets one: else the dot that ends the reply would stand in it.
 *
 * No input or output here: the bytes may come in pieces of any size, and the result is the same.
 */
#ifndef POP3D_CRLF_H
#define POP3D_CRLF_H

#include <stdbool.h>
#include <stddef.h>

#define CRLF_ALL ((unsigned long long)-1) /* lines of the body */

struct crlf {
    bool begun;              /* within a line */
    bool cr;                 /* the last byte was CR */
    bool only_cr;            /* the line has nothing but that CR so far */
    bool body;               /* behind the empty line */
    bool done;               /* all that was wanted is there */
    unsigned long long left; /* lines of the body that are wanted still */
    unsigned long long size; /* octets so far, without the dots put in front */
};

/* Starts a message: its header, the empty line, and `lines` lines of the body (TOP). */
void crlf_begin(struct crlf *crlf, unsigned long long lines);

/* Takes `count` bytes; writes what is sent for them to `out`, which has room for twice as many, and
   returns how many that are. Once crlf->done is set, that is nothing any more. */
size_t crlf_take(struct crlf *crlf, const char *bytes, size_t count, char *out);

/* At the end of the file: ends the last line. `out` has room for 2 bytes. */
size_t crlf_end(struct crlf *crlf, char *out);

/* Counts instead of writing: after both, crlf->size is what RETR sends. */
void crlf_count(struct crlf *crlf, const char *bytes, size_t count);
void crlf_count_end(struct crlf *crlf);

#endif
