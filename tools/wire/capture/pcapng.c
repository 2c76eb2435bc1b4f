#include "pcapng.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Block types and the options that we write (draft §4 and §3.5). */
enum {
    INTERFACE = 1,
    OLD_PACKET = 2,
    SIMPLE_PACKET = 3,
    ENHANCED_PACKET = 6,
    DECRYPTION_SECRETS = 10,

    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2,       /* of an interface */
    OPTION_PROGRAM = 4,    /* of a section: which program wrote it */
    OPTION_RESOLUTION = 9, /* of an interface: a time counts 10^-N seconds */
};
#define SECTION_HEADER     0x0A0D0D0AU /* reads the same in either byte order */
#define BYTE_ORDER         0x1A2B3C4DU
#define BYTE_ORDER_SWAPPED 0x4D3C2B1AU
#define TLS_KEYS           0x544C534BU
#define BLOCK_SMALLEST     12 /* type, length, and the length again */
#define BLOCK_LARGEST      (64U << 20)

/* Numbers are written as this machine has them in memory: BYTE_ORDER tells the reader. */
static int add_u16(struct buf *out, unsigned value) {
    uint16_t number = (uint16_t)value;

    return buf_append(out, &number, sizeof number);
}

static int add_u32(struct buf *out, uint32_t value) {
    return buf_append(out, &value, sizeof value);
}

/* Bytes, and zeros up to the next multiple of four, where everything in a block begins. */
static int add_padded(struct buf *out, const void *bytes, size_t length) {
    if (buf_append(out, bytes, length) < 0)
        return -1;
    return buf_append(out, "\0\0\0", (4 - length % 4) % 4);
}

static int add_option(struct buf *out, unsigned code, const void *value, size_t length) {
    if (length > UINT16_MAX)
        length = UINT16_MAX;
    if (add_u16(out, code) < 0 || add_u16(out, (unsigned)length) < 0)
        return -1;
    return add_padded(out, value, length);
}

static int add_text_option(struct buf *out, unsigned code, const char *text) {
    return text == NULL ? 0 : add_option(out, code, text, strlen(text));
}

/* A block's length is only known at its end, and stands in front and behind. *start remembers where
   the block begins. */
static int block_begin(struct buf *out, uint32_t type, size_t *start) {
    *start = out->length;
    if (add_u32(out, type) < 0)
        return -1;
    return add_u32(out, 0);
}

static int block_end(struct buf *out, size_t start) {
    uint32_t length = (uint32_t)(out->length - start + sizeof length);

    if (add_u32(out, length) < 0)
        return -1;
    memcpy(out->bytes + start + sizeof length, &length, sizeof length);
    return 0;
}

/* Half a block would make the rest of the file unreadable: takes it back. Returns -1. */
static int block_give_up(struct buf *out, size_t start) {
    out->length = start;
    return -1;
}

int pcapng_section(struct buf *out, const char *comment) {
    const uint32_t unknown_length = UINT32_MAX; /* 64 bits of ones: read on until the file ends */
    size_t start;

    if (block_begin(out, SECTION_HEADER, &start) < 0 || add_u32(out, BYTE_ORDER) < 0 ||
        add_u16(out, 1) < 0 || add_u16(out, 0) < 0 || /* version 1.0 */
        add_u32(out, unknown_length) < 0 || add_u32(out, unknown_length) < 0 ||
        add_text_option(out, OPTION_COMMENT, comment) < 0 ||
        add_text_option(out, OPTION_PROGRAM, "mailwire") < 0 ||
        add_option(out, OPTION_END, "", 0) < 0 || block_end(out, start) < 0)
        return block_give_up(out, start);
    return 0;
}

int pcapng_keys(struct buf *out, const char *keys, size_t length) {
    size_t start;

    if (block_begin(out, DECRYPTION_SECRETS, &start) < 0 || add_u32(out, TLS_KEYS) < 0 ||
        add_u32(out, (uint32_t)length) < 0 || add_padded(out, keys, length) < 0 ||
        block_end(out, start) < 0)
        return block_give_up(out, start);
    return 0;
}

int pcapng_interface(struct buf *out, unsigned link_type, unsigned longest, const char *name) {
    const unsigned char nanoseconds = 9;
    size_t start;

    if (block_begin(out, INTERFACE, &start) < 0 || add_u16(out, link_type) < 0 ||
        add_u16(out, 0) < 0 || add_u32(out, longest) < 0 ||
        add_text_option(out, OPTION_NAME, name) < 0 ||
        add_option(out, OPTION_RESOLUTION, &nanoseconds, 1) < 0 ||
        add_option(out, OPTION_END, "", 0) < 0 || block_end(out, start) < 0)
        return block_give_up(out, start);
    return 0;
}

int pcapng_packet(struct buf *out, const struct pcapng_packet *packet) {
    const uint32_t interface = 0;
    uint64_t time = (uint64_t)packet->time;
    size_t start;

    if (block_begin(out, ENHANCED_PACKET, &start) < 0 || add_u32(out, interface) < 0 ||
        add_u32(out, (uint32_t)(time >> 32)) < 0 || add_u32(out, (uint32_t)time) < 0 ||
        add_u32(out, packet->kept) < 0 || add_u32(out, packet->length) < 0 ||
        add_padded(out, packet->bytes, packet->kept) < 0 ||
        (packet->comment != NULL && (add_text_option(out, OPTION_COMMENT, packet->comment) < 0 ||
                                     add_option(out, OPTION_END, "", 0) < 0)) ||
        block_end(out, start) < 0)
        return block_give_up(out, start);
    return 0;
}

static uint32_t in_file_order(uint32_t number, bool swapped) {
    return swapped ? __builtin_bswap32(number) : number;
}

/* Whether `count` bytes of the file at `offset` are there and read. -1 when reading fails. */
static int read_at(int file, void *into, size_t count, off_t offset, struct failure *why) {
    ssize_t got = pread(file, into, count, offset);

    if (got < 0)
        return failure_system(why, errno, "the capture cannot be read");
    return (size_t)got == count;
}

/* A word of capital letters, digits and underscores, or of hexadecimal digits; and a blank. */
static const char *pass_word(const char *text, const char *letters) {
    size_t length = strspn(text, letters);

    return length > 0 && text[length] == ' ' ? text + length + 1 : NULL;
}

/* "CLIENT_RANDOM 52362c… 9f9a0f…": a label, and two numbers in hexadecimal digits. */
static bool is_key(const char *line) {
    static const char label[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *rest = pass_word(line, label);
    size_t length;

    if (rest == NULL || (rest = pass_word(rest, digits)) == NULL)
        return false;
    length = strspn(rest, digits);
    return length > 0 && rest[length + strspn(rest + length, "\r")] == '\0';
}

/* Whether nothing in this block of secrets is a key; without a line there is nothing to be read. */
static int look_at_keys(int file, off_t offset, uint32_t length, struct pcapng_contents *contents,
                        struct failure *why) {
    enum {
        SEEN = 65536 /* of the text: enough to tell what it is */
    };
    const off_t head = 16; /* type and length of the block, type and length of the secrets */
    char text[SEEN + 1], *rest = text;
    ssize_t count =
        pread(file, text, length - head < SEEN ? (size_t)(length - head) : SEEN, offset + head);
    bool any = false, good = false;

    if (count < 0)
        return failure_system(why, errno, "the capture cannot be read");
    for (int padding = 3; padding > 0 && count > 0 && text[count - 1] == '\0'; padding--)
        count--;
    text[count] = '\0';
    for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(text + count - nul))) != NULL;)
        *nul = '?'; /* in no line of a key log */
    for (char *line; !good && (line = strsep(&rest, "\n")) != NULL;) {
        any = any || (*line != '\0' && *line != '\r' && *line != '#');
        good = is_key(line);
    }
    contents->bad_keys = contents->bad_keys || (any && !good);
    return 0;
}

/* What there is to know about a block, besides that it is whole. 0 or -1. */
static int look_at_block(int file, uint32_t type, off_t offset, uint32_t length, bool swapped,
                         struct pcapng_contents *contents, struct failure *why) {
    uint32_t kind = 0;

    if (type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == OLD_PACKET)
        contents->packets++;
    if (type != DECRYPTION_SECRETS || length < BLOCK_SMALLEST + 2 * sizeof kind)
        return 0;
    if (read_at(file, &kind, sizeof kind, offset + 8, why) < 0)
        return -1;
    if (in_file_order(kind, swapped) != TLS_KEYS)
        return 0;
    return look_at_keys(file, offset, length - (uint32_t)sizeof length, contents, why);
}

int pcapng_walk(int file, struct pcapng_contents *contents, struct failure *why) {
    uint32_t head[3]; /* type, length, and in a section header the byte order */
    bool swapped = false;
    struct stat status;
    off_t offset = 0;

    *contents = (struct pcapng_contents){.packets = 0};
    if (fstat(file, &status) < 0)
        return failure_system(why, errno, "the capture cannot be read");
    while (offset < status.st_size) {
        int whole = read_at(file, head, sizeof head, offset, why);
        if (whole <= 0)
            return whole;
        if (head[0] == SECTION_HEADER) {
            if (head[2] != BYTE_ORDER && head[2] != BYTE_ORDER_SWAPPED)
                return 0;
            swapped = head[2] == BYTE_ORDER_SWAPPED;
        } else if (offset == 0) {
            return 0;
        }
        uint32_t type = in_file_order(head[0], swapped);
        uint32_t length = in_file_order(head[1], swapped);
        uint32_t again;
        if (length < BLOCK_SMALLEST || length > BLOCK_LARGEST || length % 4 != 0 ||
            status.st_size - offset < (off_t)length)
            return 0;
        whole = read_at(file, &again, sizeof again, offset + (off_t)(length - sizeof again), why);
        if (whole <= 0)
            return whole;
        if (in_file_order(again, swapped) != length)
            return 0;
        if (look_at_block(file, type, offset, length, swapped, contents, why) < 0)
            return -1;
        offset += (off_t)length;
    }
    return offset > 0;
}
