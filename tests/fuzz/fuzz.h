/*
 * fuzz: what the programs here have in common: chance that can be repeated, changes of bytes by
 * chance, and everything that wire makes of a dissected capture.
 *
 * Each program is called with the number of mutations and a seed; it prints both. Under the
 * sanitizers (cmake --preset asan) an error in reading or writing memory ends it.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "buf.h"
#include "dissect.h"
#include <stddef.h>
#include <stdint.h>

/* The next number below `below`, which is at least 1. */
struct chance {
    uint64_t state;
};
size_t chance_below(struct chance *chance, size_t below);

/* One change: bits, bytes, a stretch taken out, doubled, filled or moved, a number exchanged for
   one at the edge of what fits somewhere, the end cut off. */
void mutate(struct chance *chance, struct buf *bytes);

/* Draws, counts, compares: all that wire can do with a capture, and with this one beside another.
   What comes of it is thrown away. Ends the program when something fails that never may. */
void fuzz_views(struct chance *chance, const struct dissect_capture *capture,
                const struct dissect_capture *reference);

/* COUNT and SEED from the command line, with standards. */
struct fuzz_arguments {
    size_t count;
    uint64_t seed;
};
struct fuzz_arguments fuzz_arguments(int argc, char **argv, size_t count);

/* The kit's reference captures, up to NULL. */
extern const char *const fuzz_references[];
#define FUZZ_REFERENCES 3

/* Ends the program with these words. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
