/*
 * measure_table: the figures of conversations for a person, as tables.
 */
#ifndef WIRE_MEASURE_TABLE_H
#define WIRE_MEASURE_TABLE_H

#include "measure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* With fewer columns than this lines may be longer than `width`. */
#define MEASURE_WIDTH_LEAST 60
/* Tables are no wider, however wide the terminal is: figures far apart are hard to compare. */
#define MEASURE_WIDTH_MOST  100

struct measure_style {
    int width;    /* columns */
    bool unicode; /* arrows; without: ASCII */
};

/* One line a conversation, as Wireshark's Conversations. */
void measure_list(const struct measure *list, size_t count, const struct measure_style *style,
                  FILE *out);

/* All about one conversation. */
void measure_details(const struct measure *measure, const struct measure_style *style, FILE *out);

#endif
