/*
 * lab: what a lab is and how it is judged. Its lab.ini, read and checked.
 *
 * A lab.ini has one section [lab], and any number of [run NAME], [check NAME], [question NAME].
 * Names are made of a-z, 0-9 and hyphens. An unknown section or key, a value that makes no sense,
 * a file that is not there, a run that nobody has: each is an error that names file and line.
 *
 * [lab]: the lab, and its main run, called "main".
 *
 *     title    = A letter over SMTP
 *     client   = smtp               which main in clients/ the student's functions go into (CMake)
 *     server   = smtp               … or in servers/lab/: then the program is a server
 *     try      = Type EHLO …        what the shell of `wire start` says to try: up to three lines
 *     …                             and every key of a run
 *
 * [run NAME]: one time that the program is run. Keys that it does not set are those of [lab];
 * `none` as value unsets a key. Each run has a fresh store, servers, and network of its own.
 *
 *     program  = --timeout 3 mail.example.org 25
 *                      the arguments of build/labs/NN-name. Words are separated by blanks; "in
 *                      quotes" with the escapes of text.h when they hold blanks or nothing. {run}
 *                      is the run's directory. The program works in labs/NN-name, which it cannot
 *                      write
 *     servers  = smtpd pop3d         which servers run (servers.c has the table); `script`:
 *                      wire itself is the server, and plays the file that `script` names
 *     listen   = [::1]:25            where the servers listen, each at the ports that are his
 *                      (servers.h); without it 127.0.0.2:25. Several are separated by blanks
 *     options  = smtpd.size=1000     settings for the servers, as behind their -o
 *     script   = late.session        what the scripted server says (session.h)
 *     session  = late.session        what is typed at the program, and what must come back before
 *                      more is typed (session.h). Without it nobody types: standard input is empty
 *     peer     = stall=2             who sits between program and server (peer.h)
 *     message  = big.eml 10000000    makes {run}/big.eml, a message of so many bytes
 *     message  = letter.eml          copies the lab's letter.eml to {run}/letter.eml, with a
 *                      Message-ID of its own (message.h)
 *     mailbox  = bob letter.eml dots.eml, carol 500*note.eml
 *                      what is in the mailboxes before the run begins (mailboxes.h)
 *     broken   = bob                 mailboxes that cannot be opened (mailboxes.h)
 *     environment = KIT_PASSWORD={password alice}
 *                      variables of the program's environment, beside those that it always has
 *     tool     = valgrind            watches the program's memory and descriptors (memcheck.h)
 *     limit    = 20s                 after that time the program is stopped; 6s without it
 *
 * Where the program is a server, wire starts it (own_server.h), waits until it listens, and visits
 * it. Then some keys mean other things, and there are some more; `servers` and `script` there are
 * not.
 *
 *     program  = --extra             more arguments, beside those that each server gets
 *     listen   = 127.0.0.2:110       where it listens
 *     options  = smtp-server.idle=1  settings for it
 *     session  = deliver.session     what wire says to it as its client, and what it must answer
 *                      (session.h: the visitor)
 *     crowd    = 50                  so many connections more, up to 200: made first, and greeted,
 *                      they stay silent until the end
 *     visit    = curl --url …        a real client, run behind the session, in a sandbox as the
 *                      program's, in the lab's directory; it may write in {run}/visit
 *     limit    = 20s                 so long it may take to listen, and the visits; 6s without it
 *
 * Behind the visits it is asked to end (SIGTERM). One that the session has killed, and not started
 * again, counts as ended with status 0.
 *
 * [check NAME]: something that must hold.
 *
 *     points   = 2                   1 without it
 *     says     = greets the server with EHLO, after its 220
 *     run      = main one-byte       it must hold in each of these runs; main without it
 *     needs    = greeting            checks above it without which it cannot hold: while one of
 *                                    them does not, this one is skipped, and earns nothing, rather
 *                                    than failed
 *     rfc      = RFC 5321 §4.1.1.1   why it must
 *     todo     = smtp_send.c: smtp_greet (TODO 2)
 *     hint     = The server speaks first.
 *                                    up to three, from a nudge to almost the answer (wire hint)
 *     …                              and the judges: judge.h. All must hold; each key may stand
 *                                    there several times
 *
 * {nonce} and {password NAME} (placeholders.h), in any value, in session files, and in a message
 * that is copied, are replaced by what they stand for. Where a check demands the nonce on the wire,
 * a recording from elsewhere cannot pass.
 *
 * [question NAME]: asked in the handout; the right answer is read from the student's own capture.
 *
 *     text     = Which address and port does the server listen on?
 *     field    = ip.dst tcp.dstport
 *     where    = tcp.flags.syn == 1 && tcp.flags.ack == 0
 *     points   = 2                   1 without it
 *     run      = tls12               read from the capture that this run leaves when it is judged
 *     hint     = …                   as those of a check
 */
#ifndef WIRE_LAB_H
#define WIRE_LAB_H

#include "arguments.h"
#include "failure.h"
#include "judge.h"
#include "mailboxes.h"
#include "peer.h"
#include "session.h"
#include <stdbool.h>
#include <stddef.h>

/* The most addresses that a run's servers listen at. */
#define RUN_LISTEN_LIMIT 4

enum lab_run_key {
    RUN_PROGRAM,
    RUN_SERVERS,
    RUN_LISTEN,
    RUN_OPTIONS,
    RUN_SCRIPT,
    RUN_SESSION,
    RUN_PEER,
    RUN_MESSAGE,
    RUN_MAILBOX,
    RUN_BROKEN,
    RUN_CROWD,
    RUN_VISIT,
    RUN_ENVIRONMENT,
    RUN_LIMIT,
    RUN_TOOL,
    RUN_KEYS, /* how many there are */
};

struct lab_run {
    char *name;
    char *text[RUN_KEYS]; /* as written; NULL: not set */
    unsigned at[RUN_KEYS];
    unsigned line;

    /* What the text means. */
    bool scripted;
    bool typed;          /* there is a session */
    bool serves;         /* the program is a server */
    bool tool;           /* under valgrind (memcheck.h) */
    bool counts_threads; /* some check judges them */
    struct arguments program;
    struct arguments servers; /* without "script" */
    struct arguments options;
    struct arguments environment;
    struct arguments visit; /* a command line; none: empty */
    unsigned long crowd;
    struct session script;
    struct session session;
    struct arguments listen; /* addresses: "127.0.0.2:25"; at least one */
    struct peers peers;      /* count 0: nobody */
    char *message;           /* NULL: none */
    struct mailboxes mailboxes;
    unsigned long message_size; /* 0: it is a copy of the lab's file of that name */
    const char *nonce;          /* the lab's */
    int limit_ms;
};

/* What a key says that may stand up to three times, in order. */
#define LAB_LINES_LIMIT 3

struct lab_lines {
    char *text[LAB_LINES_LIMIT];
    size_t count;
};

struct lab_check {
    char *name;
    unsigned line;
    unsigned long points;
    char *says;
    char *rfc; /* these two: NULL when there is none */
    char *todo;
    struct lab_lines hints;
    size_t *runs; /* numbers in lab.runs */
    size_t run_count;
    size_t *needs; /* numbers in lab.checks, all smaller than its own */
    size_t need_count;
    struct judge *judges;
    size_t judge_count;
};

struct lab_question {
    char *name;
    unsigned line;
    unsigned long points;
    char *text;
    char *field;
    char *where;
    size_t run; /* number in lab.runs: its capture holds the answer; 0: the student's own */
    struct lab_lines hints;
};

struct lab {
    char *name;      /* "03-smtp-send" */
    char *directory; /* "…/labs/03-smtp-send" */
    char *file;      /* its lab.ini */
    char *title;
    char *client; /* one of these two is NULL */
    char *server;
    struct lab_lines tries;
    char *nonce; /* the word that the seed in force gives (seed.h): what {nonce} stands for */
    struct lab_run *runs; /* runs[0] is main */
    size_t run_count;
    struct lab_check *checks;
    size_t check_count;
    struct lab_question *questions;
    size_t question_count;
};

/* The name of the lab that `word` means in the directory `labs`, to be freed: "03-smtp-send" for
   "3", "03" and "03-smtp-send". NULL: there is none, or no memory. */
char *lab_find(const char *labs, const char *word, struct failure *why);

/*
 * Finds the lab that `word` means in the directory `labs`: "3", "03" or "03-smtp-send", and reads
 * its lab.ini and session files. 0 or -1.
 */
int lab_open(const char *labs, const char *word, struct lab *lab, struct failure *why);

/* The number of the lab as a person writes it: "3" for 03-smtp-send. */
int lab_number(const struct lab *lab);

/* A check by its name, or NULL. */
const struct lab_check *lab_find_check(const struct lab *lab, const char *name);

/* Whether the program says the nonce word in the main run: it is typed, on the command line, or
   demanded by a check (of a letter, for example). */
bool lab_says_nonce(const struct lab *lab);

/* How a question is called where checks are: "question.server". */
#define LAB_QUESTION_PREFIX "question."

/* A question by that name, or NULL. */
const struct lab_question *lab_find_question(const struct lab *lab, const char *name);

void lab_free(struct lab *lab);

#endif
