/*
 * quantity: numbers as a person reads them. Each function writes into `text` and returns it.
 */
#ifndef WIRE_QUANTITY_H
#define WIRE_QUANTITY_H

#include <stdint.h>

#define QUANTITY_SIZE 32

/* 1234567 as "1,234,567". */
const char *quantity_count(unsigned long long number, char text[QUANTITY_SIZE]);

/* Nanoseconds as milliseconds, to the microsecond: 1234567890 as "1,234.568". */
const char *quantity_milliseconds(int64_t nanoseconds, char text[QUANTITY_SIZE]);

/* The same with its unit: "1,234.568 ms". */
const char *quantity_time(int64_t nanoseconds, char text[QUANTITY_SIZE]);

/* Bits a second with the prefix that fits: 1234567 as "1.23 Mbit/s". */
const char *quantity_rate(double bits, char text[QUANTITY_SIZE]);

#endif
