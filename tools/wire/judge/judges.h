/*
 * judges: what judge.c's table is made of. One file a group: judge_frames.c (the wire, by display
 * filters), judge_dialogue.c (the wire, by lines), judge_same.c (… beside a reference),
 * judge_bytes.c (streams of bytes), judge_end.c (how the program ended), judge_memory.c (what it
 * took, and did not give back), judge_store.c (mailboxes), judge_message.c (what a message in one
 * is, decoded).
 *
 * A `…_parse` and a `…_holds` are as in struct judge_kind (judge.h).
 */
#ifndef WIRE_JUDGES_H
#define WIRE_JUDGES_H

#include "evidence.h"
#include "finding.h"
#include "judge.h"
#include <limits.h>

int judge_filter_parse(struct judge *judge, const char *value, struct failure *why);
int judge_count_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_frames_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_after_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_before_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_never_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_count_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_sent_parse(struct judge *judge, const char *value, struct failure *why);
int judge_screen_parse(struct judge *judge, const char *value, struct failure *why);
int judge_stderr_parse(struct judge *judge, const char *value, struct failure *why);
int judge_visit_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_visit_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_sent_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_screen_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_stderr_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_exit_parse(struct judge *judge, const char *value, struct failure *why);
int judge_within_parse(struct judge *judge, const char *value, struct failure *why);
int judge_session_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_exit_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_within_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_session_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_store_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_store_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_message_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_message_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_dialogue_parse(struct judge *judge, const char *value, struct failure *why);
int judge_lines_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_dialogue_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_lines_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_same_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_same_holds(const struct judge *, const struct evidence *, struct finding *);

int judge_leaks_parse(struct judge *judge, const char *value, struct failure *why);
int judge_memory_parse(struct judge *judge, const char *value, struct failure *why);
int judge_amount_parse(struct judge *judge, const char *value, struct failure *why);
bool judge_leaks_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_memory_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_open_files_holds(const struct judge *, const struct evidence *, struct finding *);
bool judge_threads_holds(const struct judge *, const struct evidence *, struct finding *);

/* For those that count: reads "2", "<= 2" or ">= 2" and sets *value behind it and the blanks. */
int judge_number_parse(struct judge *judge, const char **value, struct failure *why);

/* Whether `count` is as many as the judge wants. */
bool judge_number_holds(const struct judge *judge, unsigned long count);

/* "exactly", "at most" or "at least". */
const char *judge_number_words(const struct judge *judge);

/* For those of mailboxes (judge_mailbox.c). */
#define JUDGE_MESSAGE_LIMIT ((size_t)128 << 20)

/* Sets judge->mailbox to the first `length` bytes of `name`, with the home domain if they have
 * none. */
int judge_mailbox_parse(struct judge *judge, const char *name, size_t length, struct failure *why);

/* Calls `visit` with the path of each message of judge->mailbox, until it returns other than 0. */
int judge_mailbox_each(const struct judge *judge, const struct evidence *evidence,
                       int (*visit)(const char *path, void *context), void *context,
                       struct failure *why);

/* Reads a file. Line ends become LF, whatever they were, and the last line gets one: only they may
   differ. 0 or -1. */
int judge_mailbox_lines(const char *path, struct buf *text, struct failure *why);

/* How long the header fields are that the server put in front of this message. */
size_t judge_mailbox_trace(const struct buf *text);

/* Where judge->file is: the message that was made for this run, or a file of the lab. */
int judge_mailbox_file(const struct judge *judge, const struct evidence *evidence,
                       char path[PATH_MAX], struct failure *why);

/* That file's lines (judge_mailbox_lines), with what placeholders stand for: the letter as it was
   sent, or lay in the mailbox. 0 or -1. */
int judge_mailbox_letter(const struct judge *judge, const struct evidence *evidence,
                         struct buf *text, struct failure *why);

/* "C→S" or "S→C": who sent something. */
const char *judge_arrow(enum dialogue_side side);

/* Takes the filter apart, for judge_near_describe. 0, or -1 without memory. */
int judge_near_split(struct judge *judge, struct failure *why);

/* Adds to `got` a frame that matches a beginning of the filter but not all of it, and which part
   that is. Whether there is one. */
bool judge_near_describe(const struct judge *judge, const struct evidence *evidence,
                         struct finding *finding);

/* Adds: frame 31, C→S:  "See you there.\n" */
void judge_describe_frame(const struct evidence *evidence, unsigned number, struct buf *out);

/* Where `bytes` has the longest beginning of `wanted`, and how long that is: the place at which it
   nearly was. */
size_t judge_nearest(const struct buf *bytes, const struct buf *wanted, size_t *matched);

/* What the text ends with: the last step on the wire, for a `got` that has no culprit of its own.
 */
void judge_describe_last_step(const struct evidence *evidence, struct buf *out);

#endif
