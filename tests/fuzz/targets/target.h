/*
 * target: what libFuzzer's targets have in common. Each targets/NAME.c hands bytes to one parser
 * that reads from the network, and demands of the result what must hold whatever the bytes were.
 *
 * Built with clang (`cmake --preset fuzz`), a target is a program that makes inputs up by itself.
 * In any other build it is linked with replay.c, and tries those in corpus/NAME.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One input. Returns 0 always; a mistake ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold. Not assert: it has to be there in every build. */
#define DEMAND(condition)                                                                  \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

#endif
