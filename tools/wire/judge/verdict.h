/*
 * verdict: what a check came to. verdict_print.h shows it, verdict_json.h hands it to programs.
 *
 * A verdict is a record (fields.h), kept in build/run/NN-name/results/CHECK, so that it can be
 * shown again without running anything. Its keys:
 *
 *     number check says points earned       always
 *     outcome                               held, failed, or skipped: it does not hold, but neither
 *                                           does a check that it needs, and that one comes first
 *     needs                                 when skipped: the first of those
 *     run expected got capture filter note  when it does not hold; note may come several times
 *     why code hint                         what lab.ini says to it; hint: the first one
 *     right                                 of a question: the right answer (question.h)
 */
#ifndef WIRE_VERDICT_H
#define WIRE_VERDICT_H

#include "evidence.h"
#include "fields.h"
#include "lab.h"
#include <stdbool.h>

/*
 * Judges a check: it holds if its judges hold in each of its runs. evidence[number] is that of
 * lab->runs[number]; held[number] says whether lab->checks[number] held, for those above this one.
 * Adds the fields to `verdict`. 0, or -1 without memory.
 */
int verdict_make(const struct lab *lab, const struct lab_check *check,
                 const struct evidence *const *evidence, const bool *held, const char *directory,
                 struct fields *verdict);

/* Whether the check held. */
bool verdict_held(const struct fields *verdict);

#endif
