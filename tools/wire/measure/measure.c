#include "measure.h"
#include "conversation.h"
#include "walk.h"
#include <errno.h>
#include <stdlib.h>

static int compare_times(const void *left, const void *right) {
    const int64_t *one = left, *other = right;

    return (*one > *other) - (*one < *other);
}

static void sum_latencies(struct walk *walk) {
    struct measure_latency *latency = &walk->measure->latency;
    size_t count = walk->latency_count;

    latency->count = count;
    if (count == 0)
        return;
    qsort(walk->latencies, count, sizeof *walk->latencies, compare_times);
    latency->least = walk->latencies[0];
    latency->most = walk->latencies[count - 1];
    latency->median = walk->latencies[count / 2];
    if (count % 2 == 0)
        latency->median = (latency->median + walk->latencies[count / 2 - 1]) / 2;
}

static bool is_decrypted(const struct dialogue *dialogue) {
    enum dialogue_keys keys = dialogue_keys(dialogue);
    return keys == DIALOGUE_NEEDS_NONE || keys == DIALOGUE_HAS_KEYS;
}

static void sum_up(struct walk *walk, int64_t start) {
    struct measure *measure = walk->measure;

    if (walk->first != MEASURE_UNKNOWN) {
        measure->start = walk->first - start;
        measure->duration = walk->last - walk->first;
    }
    measure->decrypted = measure->tls && is_decrypted(walk->dialogue);
    for (int who = 0; who < 2; who++) {
        struct measure_side *side = &measure->side[who];
        side->application =
            measure->tls ? walk->dialogue->side[who].length : side->payload - side->repeated_octets;
    }
    int64_t end = walk->tls_finished != MEASURE_UNKNOWN ? walk->tls_finished : walk->tls_last;
    if (measure->tls && end != MEASURE_UNKNOWN)
        measure->shaking_hands = end > walk->tls_first ? end - walk->tls_first : 0;
    sum_latencies(walk);
}

static void find_keys(struct walk *walk, const struct dissect_frame *const *frames, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (frames[i]->application.length > 0)
            walk->side[conversation_side(walk->dialogue, frames[i])].has_keys = true;
    }
}

/* `frames` are those of this conversation; there is room for as many latencies. */
static int measure_one(const struct dissect_frame *const *frames, size_t count,
                       const struct dialogue *dialogue, int64_t start, int64_t *latencies,
                       struct measure *measure) {
    struct walk *walk = malloc(sizeof *walk);

    if (walk == NULL)
        return -1;
    *measure = (struct measure){.dialogue = dialogue,
                                .connect = MEASURE_UNKNOWN,
                                .first_byte = MEASURE_UNKNOWN,
                                .shaking_hands = MEASURE_UNKNOWN};
    *walk = (struct walk){.dialogue = dialogue,
                          .measure = measure,
                          .syn = MEASURE_UNKNOWN,
                          .first = MEASURE_UNKNOWN,
                          .last = MEASURE_UNKNOWN,
                          .turn = -1,
                          .speaker = -1,
                          .latencies = latencies,
                          .tls_last = MEASURE_UNKNOWN,
                          .tls_finished = MEASURE_UNKNOWN};
    find_keys(walk, frames, count);
    for (size_t i = 0; i < count; i++)
        walk_take(walk, frames[i]);
    sum_up(walk, start);
    free(walk);
    return 0;
}

static int compare_frames(const void *left, const void *right) {
    const struct dissect_frame *const *one = left, *const *other = right;

    if ((*one)->stream != (*other)->stream)
        return (*one)->stream < (*other)->stream ? -1 : 1;
    return ((*one)->number > (*other)->number) - ((*one)->number < (*other)->number);
}

/* The frames stream by stream, which is also the order of the dialogues. */
static int measure_sorted(const struct dissect_frame **sorted, size_t count,
                          const struct dialogues *dialogues, struct measures *measures) {
    int64_t *latencies = calloc(count + 1, sizeof *latencies);
    int status = latencies == NULL ? -1 : 0;
    size_t next = 0;

    qsort(sorted, count, sizeof(*sorted), compare_frames);
    for (size_t i = 0; status == 0 && i < dialogues->count; i++) {
        const struct dialogue *dialogue = &dialogues->list[i];
        while (next < count && sorted[next]->stream < dialogue->stream)
            next++;
        size_t first = next;
        while (next < count && sorted[next]->stream == dialogue->stream)
            next++;
        status = measure_one(sorted + first, next - first, dialogue, dialogues->start, latencies,
                             &measures->list[measures->count++]);
    }
    free(latencies);
    return status;
}

int measures_make(const struct dissect_frame *frames, size_t count,
                  const struct dialogues *dialogues, struct measures *measures,
                  struct failure *why) {
    const struct dissect_frame **sorted = calloc(count + 1, sizeof(*sorted));
    int status = -1;

    *measures = (struct measures){.list = calloc(dialogues->count + 1, sizeof *measures->list)};
    if (sorted != NULL && measures->list != NULL) {
        for (size_t i = 0; i < count; i++)
            sorted[i] = &frames[i];
        status = measure_sorted(sorted, count, dialogues, measures);
    }
    free(sorted);
    if (status < 0) {
        measures_free(measures);
        return failure_system(why, ENOMEM, "the conversations' figures");
    }
    return 0;
}

void measures_free(struct measures *measures) {
    free(measures->list);
    *measures = (struct measures){.list = NULL};
}

unsigned long long measure_tls_cost(const struct measure *measure, enum dialogue_side who) {
    const struct measure_side *side = &measure->side[who];
    unsigned long long sent = side->payload - side->repeated_octets;

    return measure->decrypted && sent > side->application ? sent - side->application : 0;
}

static double bits_a_second(unsigned long long octets, int64_t duration) {
    return duration > 0 ? 8e9 * (double)octets / (double)duration : 0;
}

double measure_throughput(const struct measure *measure, enum dialogue_side who) {
    return bits_a_second(measure->side[who].octets, measure->duration);
}

double measure_goodput(const struct measure *measure, enum dialogue_side who) {
    const struct measure_side *side = &measure->side[who];
    bool readable = !measure->tls || measure->decrypted;

    return bits_a_second(readable ? side->application : side->payload - side->repeated_octets,
                         measure->duration);
}
