#include "assembly.h"
#include <stdlib.h>
#include <string.h>

/*
 * The ends of all segments cut the stream into pieces that no segment covers in part. A piece
 * belongs to the first segment that covers it; pieces of nobody are gaps.
 */
struct pieces {
    int64_t *borders; /* sorted, each once; piece i is borders[i] … borders[i + 1] */
    size_t count;     /* of pieces */
    size_t *owners;   /* for each piece: a segment's number, or NOBODY */
};
#define NOBODY SIZE_MAX

static int compare_borders(const void *left, const void *right) {
    const int64_t *one = left, *other = right;

    return (*one > *other) - (*one < *other);
}

static int64_t start_of(const struct segment *segment) {
    return segment->offset > 0 ? segment->offset : 0;
}

static int64_t end_of(const struct segment *segment) {
    return segment->offset + (int64_t)segment->length;
}

/* The last of the borders is where the stream is known to end, and the first its beginning. */
static int cut(const struct segment *segments, size_t count, int64_t end, struct pieces *pieces) {
    size_t borders = 0, distinct = 0;

    pieces->borders = calloc(2 * count + 2, sizeof *pieces->borders);
    if (pieces->borders == NULL)
        return -1;
    pieces->borders[borders++] = 0;
    if (end > 0)
        pieces->borders[borders++] = end;
    for (size_t i = 0; i < count; i++) {
        if (end_of(&segments[i]) <= start_of(&segments[i]))
            continue;
        pieces->borders[borders++] = start_of(&segments[i]);
        pieces->borders[borders++] = end_of(&segments[i]);
    }
    qsort(pieces->borders, borders, sizeof *pieces->borders, compare_borders);
    for (size_t i = 1; i < borders; i++) {
        if (pieces->borders[i] != pieces->borders[distinct])
            pieces->borders[++distinct] = pieces->borders[i];
    }
    pieces->count = distinct;
    pieces->owners = calloc(distinct + 1, sizeof *pieces->owners);
    if (pieces->owners == NULL)
        return -1;
    for (size_t i = 0; i < distinct; i++)
        pieces->owners[i] = NOBODY;
    return 0;
}

static size_t find_border(const struct pieces *pieces, int64_t border) {
    const int64_t *found = bsearch(&border, pieces->borders, pieces->count + 1,
                                   sizeof *pieces->borders, compare_borders);

    return found == NULL ? pieces->count : (size_t)(found - pieces->borders);
}

static const unsigned char *bytes_of(const struct segment *segment, int64_t border) {
    return segment->bytes + (border - segment->offset);
}

/* A segment takes the pieces that nobody has; those that somebody has must be the same there. */
static void claim(const struct segment *segments, size_t number, struct pieces *pieces,
                  bool *unclear) {
    const struct segment *segment = &segments[number];

    if (end_of(segment) <= start_of(segment))
        return;
    for (size_t i = find_border(pieces, start_of(segment));
         i < pieces->count && pieces->borders[i] < end_of(segment); i++) {
        int64_t border = pieces->borders[i];
        size_t length = (size_t)(pieces->borders[i + 1] - border);
        if (pieces->owners[i] == NOBODY)
            pieces->owners[i] = number;
        else if (memcmp(bytes_of(segment, border), bytes_of(&segments[pieces->owners[i]], border),
                        length) != 0)
            *unclear = true;
    }
}

static int allocate(struct assembly *assembly, const struct pieces *pieces) {
    size_t length = 0, gaps = 0;

    for (size_t i = 0; i < pieces->count; i++) {
        if (pieces->owners[i] == NOBODY)
            gaps++;
        else
            length += (size_t)(pieces->borders[i + 1] - pieces->borders[i]);
    }
    assembly->bytes = malloc(length + 1);
    assembly->spans = calloc(pieces->count + 1, sizeof *assembly->spans);
    assembly->gaps = calloc(gaps + 1, sizeof *assembly->gaps);
    return assembly->bytes == NULL || assembly->spans == NULL || assembly->gaps == NULL ? -1 : 0;
}

static void add_gap(struct assembly *assembly, uint64_t missing) {
    size_t count = assembly->gap_count;

    if (count > 0 && assembly->gaps[count - 1].offset == assembly->length)
        assembly->gaps[count - 1].missing += missing;
    else
        assembly->gaps[assembly->gap_count++] =
            (struct gap){.offset = assembly->length, .missing = missing};
}

static void add_bytes(struct assembly *assembly, const struct segment *segment, int64_t border,
                      size_t length) {
    size_t count = assembly->span_count;

    if (count == 0 || assembly->spans[count - 1].frame != segment->frame) {
        unsigned before = count == 0 ? 0 : assembly->spans[count - 1].delivered;
        assembly->spans[assembly->span_count++] = (struct dialogue_span){
            .offset = assembly->length,
            .frame = segment->frame,
            .delivered = segment->frame > before ? segment->frame : before,
        };
    }
    memcpy(assembly->bytes + assembly->length, bytes_of(segment, border), length);
    assembly->length += length;
}

/* A gap shows with the frame behind it; at the end, with the one that tells of the end. */
static void date_gaps(struct assembly *assembly, unsigned end_frame) {
    for (size_t i = 0; i < assembly->gap_count; i++) {
        struct gap *gap = &assembly->gaps[i];
        const struct dialogue_span *span =
            span_at(assembly->spans, assembly->span_count, assembly->length, gap->offset);
        gap->frame = span != NULL ? span->delivered : end_frame;
    }
}

int assembly_make(const struct segment *segments, size_t count, int64_t end, unsigned end_frame,
                  struct assembly *assembly) {
    struct pieces pieces = {.borders = NULL};
    int status = -1;

    *assembly = (struct assembly){.bytes = NULL};
    if (cut(segments, count, end, &pieces) < 0)
        goto out;
    for (size_t i = 0; i < count; i++)
        claim(segments, i, &pieces, &assembly->unclear);
    if (allocate(assembly, &pieces) < 0)
        goto out;
    for (size_t i = 0; i < pieces.count; i++) {
        uint64_t length = (uint64_t)(pieces.borders[i + 1] - pieces.borders[i]);
        if (pieces.owners[i] == NOBODY)
            add_gap(assembly, length);
        else
            add_bytes(assembly, &segments[pieces.owners[i]], pieces.borders[i], (size_t)length);
    }
    date_gaps(assembly, end_frame);
    status = 0;
out:
    free(pieces.borders);
    free(pieces.owners);
    if (status < 0)
        assembly_free(assembly);
    return status;
}

void assembly_free(struct assembly *assembly) {
    free(assembly->bytes);
    free(assembly->spans);
    free(assembly->gaps);
    *assembly = (struct assembly){.bytes = NULL};
}

const struct dialogue_span *span_at(const struct dialogue_span *spans, size_t count, size_t length,
                                    size_t offset) {
    size_t low = 0, high = count;

    if (offset >= length || count == 0)
        return NULL;
    while (high - low > 1) { /* spans[low] begins at or before offset, spans[high] behind it */
        size_t middle = low + (high - low) / 2;
        if (spans[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return &spans[low];
}
