/*
 * pop3: the contract of lab 07. The client's side of POP3 (RFC 1939): the mail that waits in a
 * maildrop is fetched.
 *
 * The server speaks first. From then on: the client sends a command, one line that ends in CR LF,
 * and the server answers with one line that begins with +OK or -ERR. Some commands have a
 * multi-line answer: behind the +OK come lines, and after the last one a line that holds only a dot
 * (§3). A session has three states: AUTHORIZATION until the login, TRANSACTION, and, once QUIT is
 * said, UPDATE: only then the server removes what was marked as deleted (§6). A connection that
 * breaks deletes nothing.
 *
 * Every function here that sends a command leaves the server's answer in pop3->answer, and returns
 * POP3_OK or POP3_ERR; or -1 with pop3->why when there is no answer (the connection broke, the
 * deadline passed, it is malformed), or when there was no sense in asking.
 *
 * Written in labs/07-pop3-client/pop3_client.c (and, finished, in solutions/); clients/pop3.c calls
 * it. Lines come from lab 02's line_read, trust in a certificate from lab 05.
 */
#ifndef SHARED_POP3_H
#define SHARED_POP3_H

#include "failure.h"
#include "line.h"
#include "stream.h"
#include "tls.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    POP3_ERR = 0,  /* -ERR: no */
    POP3_OK = 1,   /* +OK */
    POP3_MORE = 2, /* "+ …": only behind AUTH, the server waits for more (RFC 5034 §4) */
};

struct pop3_answer {
    int result;                /* POP3_OK, POP3_ERR or POP3_MORE; -1: none yet */
    char text[LINE_LIMIT + 1]; /* the line as it came, without CR LF; "": none yet */
    size_t length;
};

#define POP3_CAPA_LIMIT 16384 /* bytes of CAPA's answer that are kept */

/* One connection to a server. The client makes it and opens the stream
 * (clients/parts/pop3_session.h).
 */
struct pop3 {
    struct stream *stream;
    struct line_reader reader;
    int timeout_ms; /* how long to wait for an answer, and for each POP3_BLOCK of a long one */
    struct pop3_answer answer;      /* the last one */
    char capa[POP3_CAPA_LIMIT + 1]; /* what the server can do: lines that end in \n; "": unknown */
    struct failure why;             /* what went wrong last */
};

/*
 * TODO 1. Reads one answer (§3) into pop3->answer, within pop3->timeout_ms; the deadline is set
 * first, once.
 *
 * It is one line: "+OK" or "-ERR" (in whatever case), and then nothing, or a blank and text for a
 * person. "+" alone or with a blank and text behind it is POP3_MORE.
 *
 * Returns what the line says. -1: line_read failed (a line of more than 4096 bytes, too, is none);
 * or "malformed answer" with the line. pop3->answer is empty then, its result -1.
 */
int pop3_read_answer(struct pop3 *pop3);

/* The longest command, in bytes without CR LF (RFC 2449 §4). */
#define POP3_COMMAND_LIMIT 253

/*
 * TODO 2. Sends `command` and CR LF in one piece and reads the answer, each within
 * pop3->timeout_ms. -1, and nothing is sent: "a command is one line" (there is a CR or LF in it:
 * whoever can slip a line end into a user name could give commands of his own), or "command longer
 * than 253 bytes".
 *
 * When sending fails the answer is still read: a server that hangs up may have said why before.
 * POP3_MORE is no answer to any of the commands below: -1, "the server asks for more".
 */
int pop3_command(struct pop3 *pop3, const char *command);

/* Takes bytes of a multi-line answer; bytes[count] is a NUL that does not count. 0; or -1 with
   `why`: then no more is read, pop3->why has its words, and the connection is of no more use. */
typedef int pop3_bytes(void *context, const char *bytes, size_t count, struct failure *why);

#define POP3_BLOCK 8192 /* bytes, each of which have pop3->timeout_ms */

/*
 * TODO 3. Reads the lines behind a +OK, up to and including the one with only a dot, and hands them
 * to `take`, one call a line, its CR LF with it. A line that is longer than LINE_LIMIT comes in
 * several calls: only the last one ends in CR LF. The final dot is not handed out.
 *
 * A line that begins with a dot has lost nothing but that dot: the server has put it there (§3,
 * byte-stuffing). Only CR LF ends a line here. A message may hold a CR or an LF alone: they are
 * bytes like any other, and "LF . LF" or "LF . CR LF" ends nothing. Whoever takes it for the end
 * reads the rest of the message as answers of the server; and that rest a stranger has written.
 *
 * The answer may be longer than memory, but no more than `limit` bytes are handed out. The first
 * POP3_BLOCK bytes have pop3->timeout_ms, and so has every further one, however they trickle in.
 *
 * 0; or -1: "answer longer than N bytes"; "the server closed the connection in the middle of an
 * answer"; stream_failure's words; what `take` says.
 */
int pop3_read_lines(struct pop3 *pop3, uint64_t limit, pop3_bytes *take, void *context);

/*
 * TODO 4. USER and PASS (§7). PASS is sent only if USER was answered with +OK. A password may hold
 * blanks: everything behind "PASS " is the password.
 *
 * -1 and nothing, not even USER, is sent: "a user name is one line", "a password is one line" (a CR
 * or LF in it), "command longer than 253 bytes". No words of a failure hold the password, and
 * memory that held it is wiped (explicit_bzero) before the function returns.
 */
int pop3_login(struct pop3 *pop3, const char *user, const char *password);

/* A message of the maildrop. */
#define POP3_UID_LIMIT 70
struct pop3_message {
    unsigned number;              /* 1, 2, 3 …: in this session only (§5) */
    uint64_t size;                /* in octets, as the server says (§5, LIST) */
    char uid[POP3_UID_LIMIT + 1]; /* 1 to 70 characters 0x21 … 0x7E, the same in every session */
};

/*
 * TODO 5. STAT, LIST and UIDL (§5, §7): numbers out of answers. A number is decimal digits and
 * nothing else; a message number fits into an unsigned and is not 0, a size fits into 64 bits.
 * Behind the two words of an answer or line there may be a blank and more: it does not count.
 *
 * pop3_stat: "+OK 2 320", two messages of 320 octets together (there may be none: "+OK 0 0").
 *
 * pop3_list and pop3_uidl with `number` 0 ask for all messages: no argument, and a multi-line
 * answer, "2 200" or "2 whqtswO00WBw418f9t5JxYwZ" a line. With a number: "LIST 2", which is
 * answered in one line, "+OK 2 200", for that very message. `report` is called for each message;
 * pop3_list fills in number and size, pop3_uidl number and uid, and the rest is 0 or "". What it
 * returns is as with pop3_bytes.
 *
 * -1 also: "STAT was answered with …", "LIST was answered with …" or "UIDL …" and the line, when it
 * is not as said above; and a listing of more than POP3_LISTING_LIMIT bytes.
 */
#define POP3_LISTING_LIMIT ((uint64_t)64 << 20)
typedef int pop3_report(void *context, const struct pop3_message *message, struct failure *why);
int pop3_stat(struct pop3 *pop3, unsigned *count, uint64_t *octets);
int pop3_list(struct pop3 *pop3, unsigned number, pop3_report *report, void *context);
int pop3_uidl(struct pop3 *pop3, unsigned number, pop3_report *report, void *context);

/*
 * TODO 6. RETR and TOP (§5, §7): the message, or its header and the first `lines` lines of its
 * body, as pop3_read_lines hands it out. After -ERR there are no lines.
 */
int pop3_retr(struct pop3 *pop3, unsigned number, uint64_t limit, pop3_bytes *take, void *context);
int pop3_top(struct pop3 *pop3, unsigned number, unsigned lines, uint64_t limit, pop3_bytes *take,
             void *context);

/*
 * TODO 7. DELE marks a message as deleted, RSET takes all marks away, NOOP does nothing, QUIT ends
 * the session (§5, §6): one command each. After the answer to QUIT the server closes the
 * connection; pop3_quit waits for that, but no longer than for the answer. What it returns is the
 * answer, whether the server closed or not: after POP3_OK what was marked is removed.
 */
int pop3_dele(struct pop3 *pop3, unsigned number);
int pop3_rset(struct pop3 *pop3);
int pop3_noop(struct pop3 *pop3);
int pop3_quit(struct pop3 *pop3);

/*
 * TODO 8. What can the server do? CAPA (RFC 2449 §5) has a multi-line answer: a capability a line,
 * its name and perhaps arguments. They go into pop3->capa, each line ended by \n. Servers older
 * than 1998 say -ERR: then there are none. -1 when they are more than POP3_CAPA_LIMIT bytes. After
 * anything but POP3_OK pop3->capa is "".
 *
 * pop3_offers: whether one of the lines is this capability, alone or with a blank and arguments
 * behind it. Case does not matter.
 */
int pop3_capa(struct pop3 *pop3);
bool pop3_offers(const struct pop3 *pop3, const char *capability);

/*
 * TODO 9. TLS. `server` is the name that the certificate must be for; whom to believe `context`
 * knows (lab 05).
 *
 * pop3_begin_tls: from here on, TLS; on port 995 before anything is said (RFC 8314 §3.2), on port
 * 110 after STLS. First the plain text must be over: when bytes are here that nobody has read, in
 * pop3->reader or in the stream, somebody has sent them along in clear, to be taken for the
 * server's once TLS stands: -1, "the server went on in clear where TLS must begin". Then the
 * handshake, within pop3->timeout_ms. Then all that was heard in clear is forgotten (RFC 2595 §4):
 * pop3->capa and pop3->answer are empty. 0, or -1 with the words of stream_start_tls.
 *
 * pop3_stls: asks CAPA whether there is STLS. If not, no STLS is sent: -1, "the server does not
 * offer STLS: perhaps somebody on the way has taken it out". After a +OK to STLS: pop3_begin_tls.
 * POP3_OK: TLS stands. POP3_ERR: STLS was refused, and the session is in clear: then the caller
 * must send nothing that is a secret.
 */
int pop3_begin_tls(struct pop3 *pop3, struct tls_context *context, const char *server);
int pop3_stls(struct pop3 *pop3, struct tls_context *context, const char *server);

/*
 * Where messages are put, and what is remembered of them: the client's (clients/parts/store.h), on
 * the disk. `uid` is the answer to: have I had this one already?
 */
struct pop3_store {
    /* Whether a message with this unique-id is on the disk, from this session or an earlier one,
       even one that was killed. */
    bool (*has)(void *context, const char *uid);
    /* A message begins; its bytes follow by `add`. 0 or -1. */
    int (*begin)(void *context, const struct pop3_message *message, struct failure *why);
    pop3_bytes *add;
    /* It is whole: puts it and its unique-id on the disk. After a 0 neither a crash nor a power cut
       can lose it; after a -1 nobody knows. */
    int (*commit)(void *context, struct failure *why);
    /* It is not to be had after all: what came of it is thrown away. For every begin that no commit
       follows. */
    void (*drop)(void *context);
    /* Tells a person that a command about this message was answered with -ERR. */
    void (*refused)(void *context, const struct pop3_message *message,
                    const struct pop3_answer *answer);
    void *context;
};

struct pop3_tally {
    unsigned found;   /* so many messages were in the maildrop, */
    unsigned known;   /* of them so many were here already, */
    unsigned fetched; /* so many are here now, */
    unsigned deleted; /* so many the server has removed, */
    unsigned refused; /* so many RETR and DELE were answered with -ERR */
};

/* The longest maildrop that is fetched; and what a message may be longer than it said: many a
   server counts line ends as one octet, and some guess. */
#define POP3_MESSAGES_LIMIT   1000000u
#define POP3_SIZE_LIMIT(size) (2 * (size) + 65536)

/*
 * TODO 10. After the login: fetches all messages that are not in the store yet, and quits.
 *
 *   1. STAT: how many. For none, QUIT and no more. More than POP3_MESSAGES_LIMIT: -1.
 *   2. LIST and UIDL for all of them. A number above STAT's, or one named twice in one
 *      listing: -1, "LIST names message 7 of 3", "UIDL names message 2 twice". A server may refuse
 *      UIDL: then nothing can be known to be here already, and with `keep` it is -1, "the server
 *      has no UIDL: nobody could tell which messages are new". So it is when UIDL leaves out a
 *      message that LIST names: "UIDL does not name message 2".
 *   3. Each message that LIST names, in the order of the numbers: unless the store has it: begin,
 *      RETR into `add` (no more than POP3_SIZE_LIMIT(size)), commit. A RETR that is answered with
 *      -ERR: drop, refused, and on with the next one.
 *   4. Download and delete (`keep` false): DELE, for each message that is in the store now, those
 *      that were there already, too; never before its commit has returned 0. Download and keep: no
 *      DELE.
 *   5. QUIT. Only its +OK removes what DELE has marked: until then tally->deleted is 0.
 *
 * Returns POP3_OK when the session ended with +OK to QUIT; POP3_ERR when STAT, LIST or QUIT was
 * refused (pop3->answer); -1 with pop3->why: then nothing was deleted, as far as anybody knows.
 * *tally counts in any case.
 */
int pop3_fetch(struct pop3 *pop3, bool keep, const struct pop3_store *store,
               struct pop3_tally *tally);

#endif
