#include "fuzz.h"
#include "canon.h"
#include "compare.h"
#include "compare_json.h"
#include "dialogue.h"
#include "drawing.h"
#include "measure.h"
#include "show.h"
#include "show_beside.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fuzz_references[FUZZ_REFERENCES + 1] = {
    KIT_SOURCE_DIR "/captures/01-raw-socket.pcapng",
    KIT_SOURCE_DIR "/captures/02-line-protocol.pcapng",
    KIT_SOURCE_DIR "/captures/03-smtp-send.pcapng",
    NULL,
};

_Noreturn void fuzz_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): va_start is one line above */
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

struct fuzz_arguments fuzz_arguments(int argc, char **argv, size_t count) {
    struct fuzz_arguments arguments = {.count = count, .seed = 1};
    if (argc > 1)
        arguments.count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        arguments.seed = strtoull(argv[2], NULL, 10);
    if (arguments.count == 0)
        fuzz_fail("usage: %s COUNT SEED", argv[0]);
    printf("%zu mutations, seed %llu\n", arguments.count, (unsigned long long)arguments.seed);
    fflush(stdout);
    return arguments;
}

/* splitmix64: any seed will do. */
size_t chance_below(struct chance *chance, size_t below) {
    uint64_t number = (chance->state += 0x9E3779B97F4A7C15);
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
    return (size_t)((number ^ (number >> 31)) % below);
}

static void put_back(struct buf *bytes, const char *piece, size_t count, size_t at) {
    struct buf changed;
    buf_init(&changed, bytes->limit);
    if (buf_append(&changed, bytes->bytes, at) < 0 || buf_append(&changed, piece, count) < 0 ||
        buf_append(&changed, bytes->bytes + at, bytes->length - at) < 0) {
        buf_free(&changed); /* too long: then this change is none */
        return;
    }
    buf_free(bytes);
    *bytes = changed;
}

static void take_out(struct buf *bytes, size_t at, size_t count) {
    memmove(bytes->bytes + at, bytes->bytes + at + count, bytes->length - at - count);
    bytes->length -= count;
}

/* A decimal number at or behind `at` becomes another one. */
static void change_number(struct chance *chance, struct buf *bytes, size_t at) {
    static const char *const edges[] = {"0",
                                        "1",
                                        "-1",
                                        "255",
                                        "65536",
                                        "250001",
                                        "2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "9223372036854775807",
                                        "18446744073709551615",
                                        "99999999999999999999999",
                                        ""};
    size_t digits = 0;
    while (at < bytes->length && (bytes->bytes[at] < '0' || bytes->bytes[at] > '9'))
        at++;
    while (at + digits < bytes->length && bytes->bytes[at + digits] >= '0' &&
           bytes->bytes[at + digits] <= '9')
        digits++;
    const char *edge = edges[chance_below(chance, sizeof edges / sizeof *edges)];
    take_out(bytes, at, digits);
    put_back(bytes, edge, strlen(edge), at);
}

static void change_bytes(struct chance *chance, struct buf *bytes, size_t at, size_t count) {
    static const unsigned char edges[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff, '\r', '\n', '.', ' ', 0x16};
    for (size_t i = 0; i < count; i++)
        bytes->bytes[at + i] =
            (char)(chance_below(chance, 2) == 0 ? edges[chance_below(chance, sizeof edges)]
                                                : chance_below(chance, 256));
}

void mutate(struct chance *chance, struct buf *bytes) {
    if (bytes->length == 0)
        return;
    size_t at = chance_below(chance, bytes->length);
    size_t left = bytes->length - at;
    size_t count = 1 + chance_below(chance, left < 64 ? left : 64);
    char piece[64];
    memcpy(piece, bytes->bytes + at, count);
    switch (chance_below(chance, 9)) {
    case 0:
    case 1:
        bytes->bytes[at] = (char)(bytes->bytes[at] ^ (1 << chance_below(chance, 8)));
        break;
    case 2:
        change_bytes(chance, bytes, at, 1);
        break;
    case 3:
        change_bytes(chance, bytes, at, count);
        break;
    case 4:
        take_out(bytes, at, count);
        break;
    case 5:
        put_back(bytes, piece, count, at);
        break;
    case 6:
        take_out(bytes, at, count);
        put_back(bytes, piece, count, chance_below(chance, bytes->length + 1));
        break;
    case 7:
        change_number(chance, bytes, at);
        break;
    default:
        if (chance_below(chance, 4) == 0) /* all the rest is a lot to lose */
            bytes->length = at;
        break;
    }
}

static void draw(const struct drawing *drawing, FILE *out) {
    struct failure why;
    if (drawing_page(drawing, out, &why) < 0 || drawing_picture(drawing, out, &why) < 0)
        fuzz_fail("it cannot be drawn: %s", why.text);
}

static void compare_both(const struct comparison_capture captures[2], FILE *out) {
    static const struct show_style style = {.width = 80, .unicode = true};
    static const char *const files[] = {"mine", "reference"};
    struct comparison comparison;
    struct failure why;
    struct json json;
    struct buf text;
    if (compare(&captures[0], &captures[1], &comparison, &why) < 0)
        fuzz_fail("it cannot be compared: %s", why.text);
    for (size_t i = 0; i < comparison.pair_count; i++)
        if (comparison.pairs[i].row_count > 0)
            show_beside(&comparison, i, files, &style, out);
    buf_init(&text, 64 << 20);
    json_begin(&json, &text);
    comparison_json(&json, NULL, &comparison, files);
    if (json_end(&json) < 0)
        fuzz_fail("the comparison does not become JSON");
    buf_free(&text);
    draw(&(struct drawing){.capture = {{.name = "mine", .dialogues = captures[0].dialogues},
                                       {.name = "reference", .dialogues = captures[1].dialogues}},
                           .comparison = &comparison},
         out);
    comparison_free(&comparison);
}

static void measure_all(const struct dissect_capture *capture, const struct dialogues *dialogues,
                        FILE *out) {
    struct measures measures;
    struct failure why;
    if (measures_make(capture->frames, capture->frame_count, dialogues, &measures, &why) < 0)
        fuzz_fail("it cannot be measured: %s", why.text);
    for (size_t i = 0; i < measures.count; i++)
        for (enum dialogue_side side = DIALOGUE_CLIENT; side <= DIALOGUE_SERVER; side++)
            fprintf(out, "%llu %f %f", measure_tls_cost(&measures.list[i], side),
                    measure_throughput(&measures.list[i], side),
                    measure_goodput(&measures.list[i], side));
    measures_free(&measures);
}

void fuzz_views(struct chance *chance, const struct dissect_capture *capture,
                const struct dissect_capture *reference) {
    struct show_style style = {.width = 60 + (int)chance_below(chance, 100),
                               .colour = chance_below(chance, 2) == 0,
                               .unicode = chance_below(chance, 2) == 0,
                               .all = chance_below(chance, 2) == 0,
                               .frame_range = chance_below(chance, 2) == 0};
    struct dialogues mine, other;
    struct failure why;
    struct buf text;
    FILE *out = fopen("/dev/null", "we");
    if (out == NULL || dialogues_make(capture->frames, capture->frame_count, &mine, &why) < 0 ||
        dialogues_make(reference->frames, reference->frame_count, &other, &why) < 0)
        fuzz_fail("no dialogues: %s", out == NULL ? "/dev/null" : why.text);
    for (size_t i = 0; i < mine.count; i++) {
        show_dialogue(&mine.list[i], &style, out);
        show_eavesdrop(&mine.list[i], &style, out);
    }
    buf_init(&text, 64 << 20);
    if (canon_dialogues(&mine, &text) < 0)
        fuzz_fail("no canonical text");
    buf_free(&text);
    measure_all(capture, &mine, out);
    draw(&(struct drawing){.capture = {{.name = "mine", .dialogues = &mine}}}, out);
    struct comparison_capture captures[] = {{"mine", capture, &mine},
                                            {"reference", reference, &other}};
    compare_both(captures, out);
    struct comparison_capture swapped[] = {captures[1], captures[0]};
    compare_both(swapped, out);
    fclose(out);
    dialogues_free(&mine);
    dialogues_free(&other);
}
