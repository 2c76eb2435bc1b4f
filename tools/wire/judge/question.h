/*
 * question: a question of a lab, judged by the student's own capture.
 *
 * The right answer is what tshark reads from the very capture that the student has, so there is no
 * key to copy: another student's answers are wrong here. To see that the capture is the student's,
 * and not another's with all its answers, it must hold the nonce of his seed (seed.h), where the
 * lab's main run has one.
 */
#ifndef WIRE_QUESTION_H
#define WIRE_QUESTION_H

#include "answers.h"
#include "dissect.h"
#include "failure.h"
#include "fields.h"
#include "lab.h"
#include <stdbool.h>

/* What all questions of a lab are judged by. */
struct question_case {
    const char *answer_file;  /* labs/NN-name/answers.ini, for the words of a verdict */
    const char *capture_file; /* labs/NN-name/capture.pcapng */
    const char *recorder;     /* what of kit records it: "capture", or "check" */
    const struct answers *answers;
    const struct dissect_capture *capture; /* its answers are those of lab.questions; NULL: none,
                                              and `why` says why */
    bool foreign;                          /* it does not hold the nonce */
    struct failure why;
};

/* Whether the bytes of some connection of a capture hold this word. */
bool question_finds_word(const struct dissect_capture *capture, const char *word);

/*
 * Judges question lab->questions[number] and adds the fields of a verdict (verdict.h) to it; the
 * check's name is question.NAME. Further fields:
 *
 *     right      the right answer: for those who may see it
 *
 * 0, or -1 without memory.
 */
int question_judge(const struct lab *lab, size_t number, const struct question_case *given,
                   struct fields *verdict);

#endif
