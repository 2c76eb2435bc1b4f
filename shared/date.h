/*
 * date: points in time as mail writes them (RFC 5322 §3.3): Sat, 21 Nov 2026 10:07:08 +0300
 */
#ifndef SHARED_DATE_H
#define SHARED_DATE_H

#include "buf.h"
#include <stdbool.h>
#include <time.h>

/* Adds `time`: in UTC, "+0000", as servers do, or `local`, in the zone of this machine, as the Date
   of a letter is written. The names are English, whatever the locale. 0 or -1 (buf_append). */
int date_append(struct buf *into, time_t time, bool local);

#endif
