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

const char *quantity_milliseconds(int64_t nanoseconds, char text[QUANTITY_SIZE]) {
    uint64_t amount = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    unsigned long long microseconds = (amount + 500) / 1000;
    char whole[QUANTITY_SIZE];

    snprintf(text, QUANTITY_SIZE, "%s%.20s.%03llu", nanoseconds < 0 && microseconds > 0 ? "-" : "",
             quantity_count(microseconds / 1000, whole), microseconds % 1000);
    return text;
}

const char *quantity_time(int64_t nanoseconds, char text[QUANTITY_SIZE]) {
    char number[QUANTITY_SIZE];

    snprintf(text, QUANTITY_SIZE, "%.28s ms", quantity_milliseconds(nanoseconds, number));
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
