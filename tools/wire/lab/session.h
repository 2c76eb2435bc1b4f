/*
 * session: a dialogue written down, the way the RFCs write one. A file NAME.session of a lab.
 *
 *     # The server greets, the client says good-bye.
 *     S: 220 *
 *     C: QUIT
 *     S: 221 *
 *
 * One step a line. Two actors can play such a file, even both at once, one at each end:
 *
 * The person at the keyboard (`session = FILE` in lab.ini): types the C steps at the program's
 * standard input, and waits for the S steps on its standard output.
 * The server (`script = FILE`): sends the S steps, and waits for the C steps from the client.
 *
 * Where the program is a server (lab.h), a third one plays its session, the visitor: a client, who
 * sends the C steps over TCP, and waits for the S steps. What he does is below.
 *
 *     step            the person at the keyboard         the server
 *     S: text         waits for this line                sends it and CR LF
 *     S| bytes        waits for exactly these bytes      sends them and nothing else
 *     S fill N        waits for these N bytes            sends N bytes: abc…w over and over
 *     S repeat N b    waits for the bytes b, N times     sends them
 *     S drip bytes    -                                  sends them every half second until the
 *                                                        client closes
 *     S tls           -                                  waits for the client's ClientHello, and
 *                                                        shakes hands: what follows is encrypted
 *     S close         -                                  closes its side in order (FIN; under TLS
 *                                                        a close_notify first)
 *     S cut           -                                  closes with FIN alone, under TLS too
 *     S reset         -                                  breaks the connection (RST)
 *     C: text         types it and Enter (LF)            waits for this line
 *     C| bytes        types them and nothing else        waits for exactly these bytes
 *     C fill N        types N bytes and Enter            waits for that line
 *     C repeat N b    types the bytes b, N times         waits for them
 *     C end           closes the keyboard (Ctrl-D)       -
 *     C close         -                                  waits until the client has closed
 *     ...             of the other side: lines in between are passed over until one matches the
 *                     next step (an S: or C: line)
 *     # comment
 *
 * `bytes` are written with the escapes \r \n \t \0 \\ \" \xHH (a blank at the end: \x20). `text` is
 * taken as it stands, without escapes. Where a line is waited for, a * at the end of `text` stands
 * for any rest; the line must be the very next one, unless ... stands before it. A line that is
 * received ends in LF; a CR before it does not count. On the screen no CR counts: a program may
 * show CR LF as LF.
 *
 * Behind `S tls` can stand a certificate of build/lab/tls (mail, if there is none: mx, relay,
 * wrong-host, expired, self-signed) and a version of TLS, the only one that the server then speaks:
 * 1.0-only, 1.1-only, 1.2-only, 1.3-only. When the client refuses, or closes instead, the script is
 * over: that is what such a script is about, and no fault.
 *
 * A server can have several connections, each with a client: C2: and S2: are of the second one that
 * is made, and so on; C: and S: are of the first. Every step has that form: `C2: text`, `S2|
 * bytes`, `S2 close`. They are played in the order of the file, whichever connection they are of,
 * and a connection begins with its first step. The person at the keyboard has one program before
 * him, and no second connection.
 *
 * The visitor connects when the first step of a connection is due, to the first address of
 * `listen`. He waits for each step at most 5 seconds. What the server does in the table he does on
 * the side of the client:
 *
 *     C: C| C fill C repeat      sends them; a line with CR LF
 *     C drip bytes               sends them every half second until the server closes
 *     C tls                      shakes hands, and trusts whatever certificate there is
 *     C close, C cut, C reset    FIN (under TLS behind a close_notify), FIN alone, RST
 *     S: S| S fill S repeat      waits for them
 *     S close                    waits until the server has closed
 *     stop                       asks the server to end (SIGTERM), and waits for nothing: what it
 *                                still says can be waited for
 *     kill                       ends the server at once (SIGKILL), with all its connections
 *     restart                    starts it again, and waits until it listens
 *     deliver bob note.eml       puts a letter into a mailbox while the server runs (mailboxes.h)
 *     remove bob 2.lab           takes one away
 *
 * These five are of no connection. Behind `stop`, `kill` and `restart` new connections are needed:
 * C2, C3.
 *
 * The server sends each step in a segment of its own, and waits before the next one until the
 * client has read it all. So does the visitor. When the last step is done it closes, and waits for
 * the client's end. The keyboard stays open after the last step, until the program ends.
 */
#ifndef WIRE_SESSION_H
#define WIRE_SESSION_H

#include "buf.h"
#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

/* The most that one step can send. */
#define SESSION_BYTES_LIMIT (16u << 20)

/* The most that all steps of a session can send: they lie in memory. */
#define SESSION_TOTAL_LIMIT (64u << 20)

/* The most connections that a session can speak of. */
#define SESSION_CONNECTION_LIMIT 8

enum session_kind {
    SESSION_LINE,  /* a whole line */
    SESSION_BYTES, /* bytes without a line end of their own */
    SESSION_DRIP,  /* these: who plays that side over TCP */
    SESSION_TLS,
    SESSION_CUT,
    SESSION_RESET,
    SESSION_END, /* C only: the keyboard's */
    SESSION_CLOSE,
    SESSION_STOP, /* these: the visitor; of no connection */
    SESSION_KILL,
    SESSION_RESTART,
    SESSION_CHANGE, /* of a mailbox; `bytes` holds the whole line */
};

/* How a server does TLS. The strings are constants. */
struct session_tls {
    const char *certificate; /* "mail" */
    const char *version;     /* "1.2": this one alone; NULL: as usual */
};

struct session_step {
    enum session_kind kind;
    bool server;       /* S, not C */
    size_t connection; /* from 1; 0: of none */
    bool skip;         /* ... before it */
    bool any_rest;     /* the line was written with * at its end; bytes holds what is before it */
    struct buf bytes;  /* without line end */
    struct session_tls tls;
    unsigned line; /* in the file, from 1 */
};

struct session {
    struct session_step *steps;
    size_t count;
};

/* Reads a file. 0, or -1: cannot be read, or a line that is no step: `why` begins with FILE:LINE.
 */
int session_read(const char *path, struct session *session, struct failure *why);

void session_free(struct session *session);

/* Whether it can be played: by a visitor, or by keyboard and script. 0, or -1: a step is not for
   them; `why` begins with its line. */
int session_fits(const struct session *session, bool visitor, struct failure *why);

/* Whether a received line (without line end) is the one that the step waits for. */
bool session_line_matches(const struct session_step *step, const char *line, size_t length);

/* Whether the client has anything to say in it: a C step with bytes. */
bool session_client_speaks(const struct session *session);

/* How many connections it speaks of: 1 when it has a step at all. */
size_t session_connections(const struct session *session);

/* The step as a person would write it, for messages: `S: 220 *`, cut when long. */
void session_describe(const struct session_step *step, char *text, size_t size);

#endif
