/*
 * judges: what judge.c's table is made of. One file a group: judge_frames.c (the wire, by display
 * filters), judge_dialogue.c (the wire, by lines), judge_same.c (… beside a reference),
 * judge_bytes.c (streams of bytes), judge_end.c (how the program ended), judge_memory.c (what it
 * took, and did not give back), judge_store.c.
 *
 * A `…_parse` and a `…_holds` are as in struct judge_kind (judge.h).
 */
#ifndef WIRE_JUDGES_H
#define WIRE_JUDGES_H

#include "evidence.h"
#include "finding.h"
#include "judge.h"

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
