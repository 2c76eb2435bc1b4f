/*
 * judge: the lines of a [check NAME] that decide. Each is a key of this table; all of a check's
 * must hold, in each of its runs.
 *
 *     frames = FILTER       at least one frame matches this display filter
 *     after  = FILTER       the first match of `frames` comes behind the first match of this
 *     before = FILTER       … in front of it
 *     never  = FILTER       no frame matches
 *     count  = 2 FILTER     exactly two frames match; also <= 2 and >= 2
 *     dialogue = C: MAIL FROM:* S: 250* C: RCPT TO:*
 *                           some conversation has these steps (pattern.h), directly one behind the
 *                           other but for where ... stands between them
 *     lines  = 2 C: MAIL FROM:*
 *                           exactly two lines are this; also <= 2 and >= 2
 *     same   = captures/03-smtp-send.pcapng
 *                           the whole dialogue is that of this capture (compare.h), but for what
 *                           the protocol leaves open and what differs by nature; the path is from
 *                           the kit's directory
 *     sent   = contains "EHLO client.example.org\r\n"
 *                           the program's bytes on the wire, all connections in a row: what it
 *                           said as the client, or, in a server lab, as the server; also
 *                           exactly "…" and lacks "…". Escapes as in text.h; several strings in
 *                           quotes are one
 *     screen = contains "220 " | lacks "…" | exactly "…" | same as server | same lines as server
 *                           the program's standard output; `same as server`: byte for byte what the
 *                           server sent, and that is not nothing; `same lines`: whether a line ends
 *                           in LF or CR LF does not matter
 *     visit  = 0 | nonzero | contains "…" | lacks "…" | exactly "…"
 *                           of a server: the exit status of its run's visit, a real client; what
 *                           that shows on its standard output
 *     stderr = contains "…" | lacks "…" | empty
 *     exit   = 0 | 3 | nonzero
 *                           the exit status; a crash or having to be stopped is neither
 *     session = to its end  what the run's session and script wait for has all come, in time:
 *                           neither the person at the keyboard nor the scripted server gave up
 *     within = 4s           so long the program ran at most
 *     leaks  = none         what memory the program asked for it has given back (memcheck.h)
 *     memory = clean        it has used no memory that is not its own, and no value never set
 *     open-files = 0        so many of the files and connections that it opened are still open at
 *                           its end; also <= 2 and >= 2
 *     threads = 2           so many threads it had, main among them, when it had most of them at
 *                           once; also <= 2 and >= 2
 *     store  = bob contains "text" | bob lacks "text" | bob empty | bob holds 2 |
 *              bob holds letter.eml
 *                           the mailbox of bob (…@example.org; or a whole address). `contains` and
 *                           `lacks` look into each message, with LF as line end; `holds FILE`: one
 *                           of its messages is that file, below the headers that the server adds,
 *                           whatever its line ends are. FILE is in the lab's directory, or is the
 *                           run's `message`. In place of bob: {run}/files/mail, a Maildir that the
 *                           program has written, or a file, which counts as one message
 *     message = bob part 2 is logo.png | bob parts are "multipart/mixed text/plain image/png" |
 *              bob header Subject is "Görüşme" | bob lines <= 78 | bob header lines <= 76 |
 *              bob words <= 75
 *                           what a message in the mailbox is when a mail program reads it
 *                           (message.h), and its form: the lengths of its lines and of its encoded
 *                           words. `part 2 is FILE`: decoded, byte for byte; of texts and messages
 *                           line ends do not count
 *
 * Nothing is proved by something not happening in a run in which nothing happened. Judges that also
 * hold then (never, lacks, empty, exit …) hold only if, in that run: the program did not stop at an
 * unwritten function ("TODO 2: … is not written yet"), it ended by itself, and, if the judge
 * is about the wire or the store, there was a connection, in which the program said something
 * (where the run has something to say). A server must have listened, for any judge to hold. This
 * counts unless another judge of the same check could not hold without the program's doing.
 */
#ifndef WIRE_JUDGE_H
#define WIRE_JUDGE_H

#include "buf.h"
#include "failure.h"
#include "pattern.h"
#include <stdbool.h>
#include <stddef.h>

struct evidence;
struct finding;
struct judge;

enum judge_verb {
    VERB_NONE,
    VERB_EXACTLY,
    VERB_CONTAINS,
    VERB_LACKS,
    VERB_EMPTY,
    VERB_SAME,       /* as server */
    VERB_SAME_LINES, /* as server */
    VERB_COUNT,
    VERB_FILE,
    VERB_NONZERO,
    VERB_PART,         /* of a message: a part is FILE */
    VERB_PARTS,        /* … these are its parts */
    VERB_FIELD,        /* … a field of its header is this text */
    VERB_LINES,        /* … lengths of lines */
    VERB_HEADER_LINES, /* … of its header only */
    VERB_WORDS,        /* … of encoded words */
};

enum judge_relation {
    RELATION_EQUAL,
    RELATION_AT_MOST,
    RELATION_AT_LEAST,
};

/* What must be watched while the program runs, beside what always is. */
enum judge_watch {
    WATCH_NOTHING,
    WATCH_MEMORY,  /* the run must have tool = valgrind */
    WATCH_THREADS, /* they are counted in each run of a check that judges them */
    WATCH_CLIENT,  /* the program must be a client: it is about what one shows, or how long it takes
                    */
    WATCH_VISIT,   /* the run must have visit = COMMAND */
};

struct judge_kind {
    const char *key;
    const char *form; /* what a value looks like, for the message about a wrong one */
    int (*parse)(struct judge *judge, const char *value, struct failure *why);
    bool (*holds)(const struct judge *judge, const struct evidence *evidence,
                  struct finding *finding);
    /* Whether it can hold though the program did nothing. */
    bool (*is_negative)(const struct judge *judge);
    bool needs_dialogue; /* it is about the wire, or what came of it */
    enum judge_watch watch;
};

/* So many of a filter's beginnings are asked, too: "A && B" and "A" of "A && B && C". */
#define JUDGE_NEAR 3

/* One line of a check. What is set depends on its kind. */
struct judge {
    const struct judge_kind *kind;
    unsigned line;          /* in lab.ini */
    char *filter;           /* a display filter */
    size_t match;           /* its number among the filters that dissect_run was asked */
    char *near[JUDGE_NEAR]; /* the filter's beginnings, the longest first */
    size_t near_count;
    size_t near_match;           /* the number of the first of them; the others follow */
    const struct judge *subject; /* after, before: the check's `frames` */
    enum judge_verb verb;
    enum judge_relation relation;
    unsigned long number;
    struct buf bytes;
    struct pattern pattern; /* steps of a dialogue */
    char *mailbox;          /* "bob@example.org" */
    char *file;
    char *name;      /* of a part, "2.1", or of a field */
    char *reference; /* "captures/03-smtp-send.pcapng" */
};

/* Makes a judge of a key and its value. 0; -1: a wrong value; 1: there is no such judge. */
int judge_parse(const char *key, const char *value, struct judge *judge, struct failure *why);

/* Ties those of a check together that speak of one another. 0, or -1: `after` without `frames`. */
int judge_bind(struct judge *judges, size_t count, struct failure *why);

/*
 * Whether all judges of a check hold in one run. When not, `finding` says what was expected and
 * what was found instead.
 */
bool judge_all(const struct judge *judges, size_t count, const struct evidence *evidence,
               struct finding *finding);

void judge_free(struct judge *judge);

#endif
