#include "quantity.h"
#include <stddef.h>
#include <stdio.h>

const char *quantity_count(unsigned long long number, char text[QUANTITY_SIZE]) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", number);
    size_t used = 0;

    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

const char *quantity_time(int64_t nanoseconds, char text[QUANTITY_SIZE]) {
    unsigned long long microseconds = nanoseconds > 0 ? ((uint64_t)nanoseconds + 500) / 1000 : 0;
    char whole[QUANTITY_SIZE];

    snprintf(text, QUANTITY_SIZE, "%.22s.%03llu ms", quantity_count(microseconds / 1000, whole),
             microseconds % 1000);
    return text;
}

const char *quantity_rate(double bits, char text[QUANTITY_SIZE]) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T"};
    size_t prefix = 0;

    while (bits >= 999.5 && prefix + 1 < sizeof prefixes / sizeof *prefixes) {
        bits /= 1000;
        prefix++;
    }
    int digits = prefix == 0 || bits >= 99.95 ? 0 : bits >= 9.995 ? 1 : 2;
    snprintf(text, QUANTITY_SIZE, "%.*f %sbit/s", digits, bits, prefixes[prefix]);
    return text;
}
