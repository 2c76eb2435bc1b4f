#include "figure.h"
#include <stddef.h>

static int64_t packets(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].packets;
}

static int64_t acknowledgments(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].acknowledgments;
}

static int64_t repeated(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].repeated;
}

static int64_t octets(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].octets;
}

static int64_t headers(const struct measure *measure, enum dialogue_side who) {
    const struct measure_side *side = &measure->side[who];
    return side->octets > side->payload ? (int64_t)(side->octets - side->payload) : 0;
}

static int64_t payload(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].payload;
}

static int64_t repeated_octets(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].repeated_octets;
}

static bool is_readable(const struct measure *measure) {
    return !measure->tls || measure->decrypted;
}

static int64_t application(const struct measure *measure, enum dialogue_side who) {
    return is_readable(measure) ? (int64_t)measure->side[who].application : MEASURE_UNKNOWN;
}

static int64_t tls(const struct measure *measure, enum dialogue_side who) {
    return is_readable(measure) ? (int64_t)measure_tls_cost(measure, who) : MEASURE_UNKNOWN;
}

static int64_t tls_handshake(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)measure->side[who].handshake;
}

static int64_t throughput(const struct measure *measure, enum dialogue_side who) {
    return (int64_t)(measure_throughput(measure, who) + 0.5);
}

static int64_t goodput(const struct measure *measure, enum dialogue_side who) {
    return is_readable(measure) ? (int64_t)(measure_goodput(measure, who) + 0.5) : MEASURE_UNKNOWN;
}

const struct side_figure side_figures[] = {
    {"packets", packets},
    {"ack_packets", acknowledgments},
    {"repeated_packets", repeated},
    {"octets", octets},
    {"header_octets", headers},
    {"payload_octets", payload},
    {"repeated_octets", repeated_octets},
    {"application_octets", application},
    {"tls_octets", tls},
    {"tls_handshake_octets", tls_handshake},
    {"throughput_bps", throughput},
    {"goodput_bps", goodput},
    {NULL, NULL},
};

static int64_t start(const struct measure *measure) {
    return measure->start > 0 ? measure->start : 0;
}

static int64_t duration(const struct measure *measure) {
    return measure->duration;
}

static int64_t connect_time(const struct measure *measure) {
    return measure->connect;
}

static int64_t first_byte(const struct measure *measure) {
    return measure->first_byte;
}

static int64_t shaking_hands(const struct measure *measure) {
    return measure->shaking_hands;
}

static int64_t exchanges(const struct measure *measure) {
    return (int64_t)measure->latency.count;
}

static int64_t latency_least(const struct measure *measure) {
    return measure->latency.count > 0 ? measure->latency.least : MEASURE_UNKNOWN;
}

static int64_t latency_median(const struct measure *measure) {
    return measure->latency.count > 0 ? measure->latency.median : MEASURE_UNKNOWN;
}

static int64_t latency_most(const struct measure *measure) {
    return measure->latency.count > 0 ? measure->latency.most : MEASURE_UNKNOWN;
}

static int64_t round_trips(const struct measure *measure) {
    return (int64_t)measure->round_trips;
}

const struct figure figures[] = {
    {"start_ms", start},
    {"duration_ms", duration},
    {"connect_ms", connect_time},
    {"first_byte_ms", first_byte},
    {"tls_handshake_ms", shaking_hands},
    {"exchanges", exchanges},
    {"latency_min_ms", latency_least},
    {"latency_median_ms", latency_median},
    {"latency_max_ms", latency_most},
    {"round_trips", round_trips},
    {NULL, NULL},
};
