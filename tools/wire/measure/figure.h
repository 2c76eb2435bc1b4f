/*
 * figure: each of a conversation's figures by its name, for all forms in which they are told.
 */
#ifndef WIRE_FIGURE_H
#define WIRE_FIGURE_H

#include "measure.h"

/* A number, or MEASURE_UNKNOWN. Counts; nanoseconds for a name that ends in _ms; bits a second for
   one in _bps. */
struct side_figure {
    const char *name;
    int64_t (*get)(const struct measure *measure, enum dialogue_side side);
};

struct figure {
    const char *name;
    int64_t (*get)(const struct measure *measure);
};

/* Both lists end with a name that is NULL. */
extern const struct side_figure side_figures[];
extern const struct figure figures[];

#endif
