/*
 * smtp: the contract of labs 02 and 03. The client's side of SMTP (RFC 5321).
 *
 * A dialogue: the client sends a command, a line that ends in CR LF, and waits for the reply, one
 * or more lines that begin with the same three digits. Every function here that sends a command
 * leaves the server's reply in smtp->reply and returns its code, or -1 with smtp->why when there is
 * none (the connection broke, the deadline passed, the reply is malformed).
 *
 * Who writes what:
 *   labs/02-line-protocol/line_protocol.c   smtp_read_reply (and shared/line.h)
 *   labs/03-smtp-send/smtp_send.c           everything below it
 *   clients/smtp.c                          calls them
 */
#ifndef SHARED_SMTP_H
#define SHARED_SMTP_H

#include "failure.h"
#include "line.h"
#include "stream.h"
#include <stddef.h>
#include <stdio.h>

/* The text of one reply: far more than any server needs, and an end for one that never ends. */
#define SMTP_REPLY_LIMIT 16384

struct smtp_reply {
    int code; /* 220, 250, 354, 421, 550 …; 0: none yet */
    char
        text[SMTP_REPLY_LIMIT + 1]; /* the lines as they came, with their codes, each ended by \n */
    size_t length;
};

/*
 * One connection to a server. The client makes it and opens the stream
 * (clients/parts/smtp_session.h). `ehlo` is what the server said it can do: the client's own code
 * copies the reply of smtp_greet there, and forgets it (code 0) when TLS begins, for what was said
 * in clear anybody may have said (RFC 3207 §4.2).
 */
struct smtp {
    struct stream *stream;
    struct line_reader reader;
    int timeout_ms;          /* how long to wait for one whole reply */
    struct smtp_reply reply; /* the last one */
    struct smtp_reply ehlo;  /* the answer to the last EHLO; code 0: none */
    struct failure why;      /* what went wrong last */
};

/*
 * Lab 02, TODO 3. Reads one whole reply (RFC 5321 §4.2). Sets the stream's deadline first, once:
 * smtp->timeout_ms from now for all of its lines.
 *
 * A reply line is three digits (the first 2 to 5), then "-" when more lines follow, or a blank and
 * text, or nothing. All lines of a reply carry the same code. "250" alone is a whole reply.
 *
 * Returns the code. -1: line_read failed; "malformed reply" with the line; "reply code changes from
 * 250 to 550 within a reply"; "reply longer than 16384 bytes". smtp->reply.code is 0 then, and the
 * text is what came in whole lines before.
 */
int smtp_read_reply(struct smtp *smtp);

/* The longest command that the functions below put together, in bytes without CR LF
   (RFC 5321 §4.5.3.1.4). */
#define SMTP_COMMAND_LIMIT 510

/*
 * Lab 03, TODO 1. Sends `command` and CR LF in one piece and reads the reply, each within
 * smtp->timeout_ms. The command is one line: with a CR or LF in it nothing is sent, -1, "a command
 * is one line" (whoever can slip a line end into an address could give commands of his own).
 *
 * When sending fails the reply is still read: a server that hangs up may have said 421 before.
 */
int smtp_command(struct smtp *smtp, const char *command);

/*
 * Lab 03, TODO 2. After the 220: EHLO with our `name`; if the server answers 500, 502, 504 or 550
 * it knows no extensions, and HELO is tried (RFC 5321 §4.1.1.1, §3.2). Returns the last code.
 */
int smtp_greet(struct smtp *smtp, const char *name);

/*
 * Lab 03, TODO 3. MAIL FROM:<sender>, and RCPT TO:<recipient>, without a blank behind the colon.
 * "" as sender is the null path <>. -1, "command longer than 510 bytes", and nothing is sent, when
 * the address is too long.
 */
int smtp_mail(struct smtp *smtp, const char *sender);
int smtp_rcpt(struct smtp *smtp, const char *recipient);

/*
 * Lab 03, TODO 4. DATA; after 354 the message from `message` (read to its end) and the final dot.
 *
 * On the wire every line ends in CR LF, whatever the file has (LF, CR LF, a lone CR, or nothing
 * behind the last line: §2.3.8); a line that begins with a dot gets one more in front (§4.5.2); all
 * other bytes stay as they are. Then "." on a line of its own (§4.1.1.4). An empty message is
 * legal. Nothing of the message is sent when the answer to DATA is not 354.
 *
 * The message may be longer than memory: it is read and sent in pieces, and each piece has
 * smtp->timeout_ms (§4.5.3.2.5).
 *
 * Returns the code of the reply to DATA if it was not 354, else of the one after the final dot.
 * When sending fails the reply is still read: a server that gives up on a message may have said
 * why (421, 552). -1 as smtp_command; "cannot read the message": the final dot is not sent then,
 * for half a message must not be delivered, and the connection is of no more use; "DATA was
 * answered with 250, not 354".
 */
int smtp_data(struct smtp *smtp, FILE *message);

/*
 * Lab 03, TODO 5. One message: MAIL, RCPT for each of `count` (at least one) recipients, DATA.
 * Only 2xx accepts a recipient. One that is refused is reported (report, may be NULL, is called
 * with it and the reply), and the others still get the message. If all are refused, or MAIL is, no
 * DATA is sent. When the message was not taken, RSET makes the server forget what it has, so that
 * the connection can be used for another message (§4.1.1.5). 421 ends it at once: the server hangs
 * up, and nothing more is sent.
 *
 * Returns the code of the reply that decided, and leaves that one in smtp->reply: the one after the
 * final dot (250: the server took the message), or the refusal of DATA, of the last recipient, or
 * of MAIL. *accepted (may be NULL) says for how many recipients the message was taken.
 */
typedef void smtp_report(const char *recipient, const struct smtp_reply *reply, void *context);
int smtp_send(struct smtp *smtp, const char *sender, const char *const *recipients, size_t count,
              FILE *message, size_t *accepted, smtp_report *report, void *context);

/* Lab 03, TODO 6. VRFY, NOOP, RSET (§4.1.1.6, §4.1.1.9, §4.1.1.5), QUIT: one command each. After
   QUIT's 221 the server closes the connection; smtp_quit waits for that (§4.1.1.10), but no longer
   than for the reply. It returns 221 whether the server closed or not. */
int smtp_vrfy(struct smtp *smtp, const char *who);
int smtp_noop(struct smtp *smtp);
int smtp_rset(struct smtp *smtp);
int smtp_quit(struct smtp *smtp);

#endif
