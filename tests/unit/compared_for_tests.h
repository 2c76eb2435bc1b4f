/* Two conversations made by hand, and what compare says of them. For tests. */
#ifndef TESTS_COMPARED_FOR_TESTS_H
#define TESTS_COMPARED_FOR_TESTS_H

#include "compare.h"
#include "frames_for_tests.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct utterance {
    int side;
    const char *text;
    size_t length; /* 0: up to its NUL */
};

static inline void converse(struct frames *frames, const struct utterance *utterances, size_t count,
                            unsigned port) {
    struct wire wire = WIRE;

    wire.port[S] = port;
    handshake(frames, &wire);
    for (size_t i = 0; i < count; i++) {
        if (utterances[i].text != NULL)
            packet(frames, &wire, utterances[i].side, TCP_ACK | TCP_PSH, utterances[i].text,
                   utterances[i].length > 0 ? utterances[i].length : strlen(utterances[i].text));
    }
    farewell(frames, &wire);
}

/* Both captures and what came of them. */
struct compared {
    struct frames frames[2];
    struct dissect_capture capture[2];
    struct dialogues dialogues[2];
    struct comparison comparison;
};

static inline void lay(struct compared *compared) {
    static const char *const names[] = {"mine", "reference"};
    struct comparison_capture captures[2];
    struct failure why;

    for (int side = 0; side < 2; side++) {
        compared->capture[side].frames = compared->frames[side].list;
        compared->capture[side].frame_count = compared->frames[side].count;
        assert_int_equal(dialogues_make(compared->frames[side].list, compared->frames[side].count,
                                        &compared->dialogues[side], &why),
                         0);
        captures[side] = (struct comparison_capture){names[side], &compared->capture[side],
                                                     &compared->dialogues[side]};
    }
    assert_int_equal(compare(&captures[0], &captures[1], &compared->comparison, &why), 0);
}

static inline void clear(struct compared *compared) {
    comparison_free(&compared->comparison);
    for (int side = 0; side < 2; side++) {
        dialogues_free(&compared->dialogues[side]);
        free(compared->frames[side].list);
    }
}

/* The heaviest difference, and of those the first. */
static inline const struct comparison_difference *heaviest(const struct comparison *comparison) {
    const struct comparison_difference *found = NULL;

    for (size_t i = 0; i < comparison->difference_count; i++) {
        if (found == NULL || comparison->differences[i].class > found->class)
            found = &comparison->differences[i];
    }
    return found;
}

static inline unsigned any(unsigned *seed, unsigned below) {
    *seed = *seed * 1103515245U + 12345U;
    return (*seed >> 16) % below;
}

/* Packets lost, doubled, cut, and with other bytes and flags: any outcome, but one that is sound.
   The bytes that are put in are some of `alphabet`, 16 characters. */
static inline void survive_garbled(const struct utterance *good, size_t count, unsigned port,
                                   const char *alphabet, int rounds) {
    unsigned seed = 20261121;

    for (int round = 0; round < rounds; round++) {
        struct compared compared = {.frames = {{NULL, 0, 0}}};
        struct frames *frames = &compared.frames[round % 2];
        char bytes[64];
        converse(&compared.frames[0], good, count, port);
        converse(&compared.frames[1], good, count, port);
        for (unsigned times = 1 + any(&seed, 4); times > 0; times--) {
            struct dissect_frame *frame = &frames->list[any(&seed, (unsigned)frames->count)];
            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = alphabet[any(&seed, 16)];
            switch (any(&seed, 5)) {
            case 0:
                frame->stream = -1;
                break;
            case 1:
                frame->flags = any(&seed, 32);
                break;
            case 2:
                frame->payload = (struct dissect_bytes){(unsigned char *)bytes, any(&seed, 64)};
                break;
            case 3:
                frame->sequence += any(&seed, 60) - 30U;
                break;
            default:
                frame->records = (struct dissect_bytes){(const unsigned char *)"\x16\x17\x15", 3};
                break;
            }
        }
        lay(&compared);
        const struct comparison *comparison = &compared.comparison;
        for (size_t i = 0; i < comparison->difference_count; i++) {
            const struct comparison_difference *difference = &comparison->differences[i];
            assert_true(difference->pair < comparison->pair_count);
            const struct comparison_pair *pair = &comparison->pairs[difference->pair];
            assert_true(difference->row < pair->row_count || pair->row_count == 0);
            if (difference->has_byte)
                assert_true(difference->at <=
                            pair->rows[difference->row].step[COMPARISON_MINE]->length);
        }
        assert_true(comparison->outcome != COMPARISON_DIFFERS ||
                    comparison_first_wrong(comparison) != NULL);
        clear(&compared);
    }
}

#endif
