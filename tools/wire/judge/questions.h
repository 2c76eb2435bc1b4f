/*
 * questions: all of a lab's questions at once, and the capture that they are about, on its way
 * through check_run. Part of check.
 *
 * The student's capture is given to tshark along with those of the runs: one start for all. It may
 * be anything that tshark reads, or no capture at all, and must never keep the checks from being
 * judged: what cannot be joined to others, or spoils them, is taken apart by itself.
 */
#ifndef WIRE_QUESTIONS_H
#define WIRE_QUESTIONS_H

#include "answers.h"
#include "dissect.h"
#include "failure.h"
#include "lab.h"
#include "question.h"
#include <stdbool.h>

struct questions {
    const struct lab *lab;
    const char *capture;            /* the file */
    struct dissect_question *asked; /* what tshark is asked: lab->questions */
    bool joins;                     /* the capture goes along with the others … */
    size_t place;                   /* … as number `place`: it may be one of them */
    struct dissection *own;         /* of the capture alone, if it had to be; or NULL */
    struct answers answers;
    struct question_case given;
};

/* Reads the answers and looks at the capture; both must outlive it. 0, or -1 without memory. */
int questions_begin(struct questions *questions, const struct lab *lab, const char *answers,
                    const char *capture, struct failure *why);

/* Tells it what tshark found in the capture. NULL: it was not among the others, or could not be;
   then it is tried alone, and if that fails, each question's verdict says why. */
void questions_dissected(struct questions *questions, const struct dissect_capture *capture);

/* How a question with `run` is judged: by what that run has left in `file`. */
struct question_case questions_of_run(const struct questions *questions, const char *file,
                                      const struct dissect_capture *capture);

void questions_free(struct questions *questions);

#endif
