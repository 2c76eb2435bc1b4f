/*
 * COUNT SEED: the references with their packets changed by chance, through tshark and all that
 * follows. The files stay whole, and each mutation speaks from an address of its own, so that
 * tshark can take many of them apart in one run (dissect.h).
 */
#include "fuzz.h"
#include "pcapng.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BATCH = 100,
    FILE_LIMIT = 1 << 20,
    HEAD = 28,   /* of a packet's block: up to its bytes */
    SOURCE = 26, /* in an Ethernet frame: the addresses of its IPv4 packet */
    DESTINATION = 30,
    ENHANCED_PACKET = 6,
};

static uint32_t number_at(const char *bytes) {
    uint32_t number;
    memcpy(&number, bytes, sizeof number);
    return number;
}

static void read_file(const char *path, struct buf *bytes) {
    char piece[4096];
    ssize_t count = -1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    buf_init(bytes, FILE_LIMIT);
    while (file >= 0 && (count = read(file, piece, sizeof piece)) > 0)
        if (buf_append(bytes, piece, (size_t)count) < 0)
            count = -1;
    if (count < 0)
        fuzz_fail("%s cannot be read", path);
    close(file);
}

/* The client becomes 127.x.y.z. x is a sum of the others, so that one changed octet never makes it
   the client of another mutation: tshark could not take two with the same connection in one run. */
static void give_address(char *packet, size_t length, size_t mutation) {
    static const size_t places[] = {SOURCE, DESTINATION};
    static const unsigned char client[] = {127, 0, 0, 1};
    for (size_t i = 0; i < 2; i++) {
        if (length < places[i] + sizeof client ||
            memcmp(packet + places[i], client, sizeof client) != 0)
            continue;
        packet[places[i] + 1] = (char)(1 + mutation / 256 + mutation);
        packet[places[i] + 2] = (char)(mutation / 256 % 256);
        packet[places[i] + 3] = (char)(mutation % 256);
    }
}

/* Adds a packet of the original: as it was but for the address, or changed; or not, or twice. */
static void add_packet(struct chance *chance, const char *bytes, size_t length, size_t mutation,
                       bool change, int64_t time, struct buf *out) {
    struct buf packet;
    buf_init(&packet, 65536);
    buf_append(&packet, bytes, length);
    give_address(packet.bytes, packet.length, mutation);
    size_t copies = 1;
    if (change && chance_below(chance, 8) == 0)
        copies = 2 * chance_below(chance, 2);
    else if (change)
        for (size_t changes = 1 + chance_below(chance, 4); changes > 0; changes--)
            mutate(chance, &packet);
    size_t whole = packet.length + (change && chance_below(chance, 8) == 0 ? 100 : 0);
    const struct pcapng_packet written = {.time = time,
                                          .bytes = packet.bytes,
                                          .kept = (uint32_t)packet.length,
                                          .length = (uint32_t)whole};
    for (; copies > 0; copies--)
        if (pcapng_packet(out, &written) < 0)
            fuzz_fail("a mutation is longer than can be held");
    buf_free(&packet);
}

/* A capture in memory: the original with one packet in four changed. Its descriptor. */
static int make_capture(struct chance *chance, const struct buf *original, size_t mutation) {
    struct buf out;
    int file = memfd_create("mutation", MFD_CLOEXEC);
    buf_init(&out, FILE_LIMIT);
    if (file < 0 || pcapng_section(&out, NULL) < 0 || pcapng_interface(&out, 1, 65535, "lo") < 0)
        fuzz_fail("no memory");
    for (size_t at = 0, length; at < original->length; at += length) {
        const char *block = original->bytes + at;
        length = number_at(block + 4);
        if (number_at(block) != ENHANCED_PACKET)
            continue;
        int64_t time = (int64_t)number_at(block + 12) << 32 | number_at(block + 16);
        add_packet(chance, block + HEAD, number_at(block + 20), mutation,
                   mutation > 0 && chance_below(chance, 4) == 0, time, &out);
    }
    if (write(file, out.bytes, out.length) != (ssize_t)out.length)
        fuzz_fail("a mutation cannot be written");
    buf_free(&out);
    return file;
}

/* Some mutations, behind the originals, by one run of tshark. */
static void look_at_batch(struct fuzz_arguments arguments, const struct buf *originals,
                          size_t first, size_t count, size_t *frames) {
    char paths[FUZZ_REFERENCES + BATCH][32];
    const char *captures[FUZZ_REFERENCES + BATCH];
    size_t which[FUZZ_REFERENCES + BATCH];
    int files[FUZZ_REFERENCES + BATCH];
    struct chance chance = {0};
    struct failure why;
    for (size_t i = 0; i < FUZZ_REFERENCES + count; i++) {
        bool mutation = i >= FUZZ_REFERENCES;
        chance.state = arguments.seed * 1000003 + first + i;
        which[i] = mutation ? chance_below(&chance, FUZZ_REFERENCES) : i;
        files[i] = make_capture(&chance, &originals[which[i]],
                                mutation ? first + i - FUZZ_REFERENCES + 1 : 0);
        snprintf(paths[i], sizeof paths[i], "/proc/self/fd/%d", files[i]);
        captures[i] = paths[i];
    }
    const struct dissect_plan plan = {.captures = captures,
                                      .capture_count = FUZZ_REFERENCES + count};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        fuzz_fail("mutations %zu to %zu: %s", first, first + count - 1, why.text);
    for (size_t i = FUZZ_REFERENCES; i < FUZZ_REFERENCES + count; i++) {
        fuzz_views(&chance, &dissection->captures[i], &dissection->captures[which[i]]);
        *frames += dissection->captures[i].frame_count;
    }
    dissection_free(dissection);
    for (size_t i = 0; i < FUZZ_REFERENCES + count; i++)
        close(files[i]);
}

int main(int argc, char **argv) {
    struct fuzz_arguments arguments = fuzz_arguments(argc, argv, 10000);
    struct buf originals[FUZZ_REFERENCES];
    size_t frames = 0;
    for (size_t i = 0; i < FUZZ_REFERENCES; i++)
        read_file(fuzz_references[i], &originals[i]);
    for (size_t first = 0; first < arguments.count; first += BATCH) {
        size_t left = arguments.count - first;
        look_at_batch(arguments, originals, first, left < BATCH ? left : BATCH, &frames);
    }
    for (size_t i = 0; i < FUZZ_REFERENCES; i++)
        buf_free(&originals[i]);
    printf("%zu frames were taken apart\n", frames);
    return frames > arguments.count ? 0 : 1;
}
