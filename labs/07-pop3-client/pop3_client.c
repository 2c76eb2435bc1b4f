/*
 * Lab 07: the commands of POP3 (TODO 1 to 9). Your work.
 *
 * The contract of each function is in shared/pop3.h. Lines come from line_read (shared/line.h),
 * bytes from the stream (shared/stream.h).
 */
#include "pop3.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* One line, +OK or -ERR, into pop3->answer. Returns what it says. */
int pop3_read_answer(struct pop3 *pop3) {
    /*
     * TODO 1
     *   1. Forget the last answer: result -1, text "", length 0.
     *   2. stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms)). Once.
     *   3. line_read(&pop3->reader, &line, &pop3->why).
     *   4. "+OK", "-ERR" or "+", in any case, and then the end of the line or a blank. Anything
     *      else: failure_set(&pop3->why, "malformed answer: \"%.80s\"", line.text).
     *   5. Copy the line, and return POP3_OK, POP3_ERR or POP3_MORE.
     */
    return failure_not_written(&pop3->why, 1, "pop3_read_answer");
}

/* Sends the command and CR LF in one piece, and reads the answer. */
int pop3_command(struct pop3 *pop3, const char *command) {
    /*
     * TODO 2
     *   1. A CR or LF in it, or more than POP3_COMMAND_LIMIT bytes: send nothing.
     *   2. A deadline; stream_printf and stream_flush. When they fail, read all the same.
     *   3. pop3_read_answer. POP3_MORE is a failure here.
     */
    (void)command;
    return failure_not_written(&pop3->why, 2, "pop3_command");
}

/* The lines behind a +OK, up to the dot, without the dots that the server has put in front. */
int pop3_read_lines(struct pop3 *pop3, uint64_t limit, pop3_bytes *take, void *context) {
    /*
     * TODO 3
     *   1. What is in pop3->reader (bytes[start] … bytes[end - 1]) has come already: it is first.
     *      Only when start == end: stream_read_some into reader->bytes, and set start and end.
     *   2. Collect the bytes of a line until CR LF has come, or LINE_LIMIT bytes are there. Is the
     *      whole line ".\r\n"? Then it is the end. A dot at its beginning is taken away. Put a NUL
     *      behind it, and hand it to `take`.
     *   3. The second piece of a long line does not begin a line: a dot in front of it stays.
     *   4. Count what is handed out. A new deadline for each POP3_BLOCK bytes that come.
     */
    (void)limit, (void)take, (void)context;
    return failure_not_written(&pop3->why, 3, "pop3_read_lines");
}

/* USER, and after its +OK PASS. */
int pop3_login(struct pop3 *pop3, const char *user, const char *password) {
    /*
     * TODO 4
     *   1. A line end in one of the two, or one that is too long: send nothing.
     *   2. "USER " and the name. Anything but POP3_OK: return it.
     *   3. "PASS " and the password. Wipe the memory in which you put the two together.
     */
    (void)user, (void)password;
    return failure_not_written(&pop3->why, 4, "pop3_login");
}

/* How many messages, how many octets: two numbers out of "+OK 2 320". */
int pop3_stat(struct pop3 *pop3, unsigned *count, uint64_t *octets) {
    /*
     * TODO 5
     *   Write a function that takes a number off the front of a text: digits only, and no more than
     *   fits. (strtoul takes blanks and a minus, too, and "-1" is a large number for it.)
     */
    (void)count, (void)octets;
    return failure_not_written(&pop3->why, 5, "pop3_stat");
}

/* All sizes (`number` 0), or one. */
int pop3_list(struct pop3 *pop3, unsigned number, pop3_report *report, void *context) {
    /*
     * TODO 5
     *   1. "LIST", and after +OK the lines; or "LIST 2", and the answer itself is the line.
     *   2. Number and size of each into a struct pop3_message, and that to `report`.
     *   LIST and UIDL differ in one word and in what follows the number: write one function for
     *   both.
     */
    (void)number, (void)report, (void)context;
    return failure_not_written(&pop3->why, 5, "pop3_list");
}

/* All unique-ids (`number` 0), or one: 1 to POP3_UID_LIMIT characters from 0x21 to 0x7E. */
int pop3_uidl(struct pop3 *pop3, unsigned number, pop3_report *report, void *context) {
    (void)number, (void)report, (void)context;
    return failure_not_written(&pop3->why, 5, "pop3_uidl");
}

/* A message. After -ERR there are no lines. */
int pop3_retr(struct pop3 *pop3, unsigned number, uint64_t limit, pop3_bytes *take, void *context) {
    /* TODO 6: the command, and after POP3_OK pop3_read_lines. */
    (void)number, (void)limit, (void)take, (void)context;
    return failure_not_written(&pop3->why, 6, "pop3_retr");
}

/* Its header, and the first `lines` lines of its body. */
int pop3_top(struct pop3 *pop3, unsigned number, unsigned lines, uint64_t limit, pop3_bytes *take,
             void *context) {
    (void)number, (void)lines, (void)limit, (void)take, (void)context;
    return failure_not_written(&pop3->why, 6, "pop3_top");
}

/* One command each. QUIT waits until the server has closed. */
int pop3_dele(struct pop3 *pop3, unsigned number) {
    /* TODO 7 */
    (void)number;
    return failure_not_written(&pop3->why, 7, "pop3_dele");
}

int pop3_rset(struct pop3 *pop3) {
    return failure_not_written(&pop3->why, 7, "pop3_rset");
}

int pop3_noop(struct pop3 *pop3) {
    return failure_not_written(&pop3->why, 7, "pop3_noop");
}

int pop3_quit(struct pop3 *pop3) {
    /* After the answer: stream_read_some until it says something else than STREAM_OK. */
    return failure_not_written(&pop3->why, 7, "pop3_quit");
}

/* What the server can do, into pop3->capa: lines that end in \n. */
int pop3_capa(struct pop3 *pop3) {
    /*
     * TODO 8
     *   1. Empty pop3->capa. CAPA; after POP3_OK the lines, each added with \n for its CR LF.
     *   2. Not more than POP3_CAPA_LIMIT bytes. If something fails, it is empty again.
     */
    return failure_not_written(&pop3->why, 8, "pop3_capa");
}

/* Whether one of these lines is the capability. */
bool pop3_offers(const struct pop3 *pop3, const char *capability) {
    /* TODO 8: strncasecmp, and then the word must be over: a blank or \n. Look at every line. */
    (void)pop3, (void)capability;
    return false;
}

/* From here on, TLS: no byte in clear is left over, the handshake, and all is forgotten. */
int pop3_begin_tls(struct pop3 *pop3, struct tls_context *context, const char *server) {
    /* TODO 9: as secure_begin in lab 05. */
    (void)context, (void)server;
    return failure_not_written(&pop3->why, 9, "pop3_begin_tls");
}

/* STLS, if the server offers it; after its +OK, TLS. */
int pop3_stls(struct pop3 *pop3, struct tls_context *context, const char *server) {
    /*
     * TODO 9
     *   1. pop3_capa. Is there no STLS? Then send nothing and fail.
     *   2. STLS. After POP3_OK pop3_begin_tls. A refusal is returned as it is.
     */
    (void)context, (void)server;
    return failure_not_written(&pop3->why, 9, "pop3_stls");
}
