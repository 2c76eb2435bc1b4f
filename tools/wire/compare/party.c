/* One conversation, ready to be laid beside another: its exchanges, and what to know them by. */
#include "comparing.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The canonical form of one step is no longer than this: each byte takes at most four. */
#define FORM_LIMIT (8U * DIALOGUE_LINE_LIMIT)

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
#define HASH_START 14695981039346656037U
#define HASH_PRIME 1099511628211U

static uint64_t hash_add(uint64_t hash, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * HASH_PRIME;
    return hash;
}

/* The name in the first EHLO or HELO. */
static void find_client_name(struct party *party) {
    party->client.name = "client-name";
    for (size_t i = 0; i < party->exchanges.count; i++) {
        const struct dialogue_step *step = party->exchanges.steps[i].step;
        if (step->kind != DIALOGUE_LINE || step->side != DIALOGUE_CLIENT || step->length < 6 ||
            (strncasecmp(step->bytes, "EHLO ", 5) != 0 &&
             strncasecmp(step->bytes, "HELO ", 5) != 0))
            continue;
        const char *name = step->bytes + 5, *end = memchr(name, ' ', step->length - 5);
        party->client.text = name;
        party->client.length = end != NULL ? (size_t)(end - name) : step->length - 5;
        return;
    }
}

/* Where the head of a line ends: behind "250-SIZE", "Subject:". */
static size_t head_length(const struct dialogue_step *step) {
    enum {
        HEAD_MOST = 40
    };
    size_t length = 0;

    while (length < step->length && length < HEAD_MOST && step->bytes[length] != ' ' &&
           step->bytes[length] != ':')
        length++;
    return length;
}

static struct likeness likeness_of(const struct dialogue_step *step, const struct buf *form) {
    struct likeness likeness = {.form = hash_add(HASH_START, form->bytes, form->length)};
    size_t first = 0, end = step->length;

    if (step->bytes == NULL)
        return likeness;
    while (end > 0 && step->bytes[end - 1] == '\r')
        end--;
    while (first < end && step->bytes[first] == '.' && step->kind == DIALOGUE_MESSAGE)
        first++;
    likeness.text = hash_add(HASH_START, step->bytes + first, end - first);
    size_t head = head_length(step);
    likeness.head = head > 0 ? hash_add(HASH_START, step->bytes, head) : 0;
    return likeness;
}

static int hash_steps(struct party *party) {
    struct buf form;

    party->likeness = calloc(party->exchanges.count + 1, sizeof *party->likeness);
    if (party->likeness == NULL)
        return -1;
    buf_init(&form, FORM_LIMIT);
    for (size_t i = 0; i < party->exchanges.count; i++) {
        const struct dialogue_step *step = party->exchanges.steps[i].step;
        buf_clear(&form);
        if (canon_step(step, &party->client, &form) < 0) {
            buf_free(&form);
            return -1;
        }
        party->likeness[i] = likeness_of(step, &form);
    }
    buf_free(&form);
    return 0;
}

/* "EHLO" of "EHLO client.example.org", "MAIL" of "mail from:<…>"; and the rest. */
static void read_verb(const struct dialogue_step *step, struct stretch *stretch) {
    size_t length = 0;

    while (length < step->length && length < sizeof stretch->verb - 1 &&
           isalnum((unsigned char)step->bytes[length])) {
        stretch->verb[length] = (char)toupper((unsigned char)step->bytes[length]);
        length++;
    }
    if (length < step->length)
        stretch->argument = hash_add(HASH_START, step->bytes + length, step->length - length);
}

static void name_stretch(const struct party *party, struct stretch *stretch) {
    const struct dialogue_step *step = party->exchanges.steps[stretch->first].step;
    const char *name = "(other)";

    switch (step->kind) {
    case DIALOGUE_CONNECT:
    case DIALOGUE_REFUSED:
    case DIALOGUE_NO_ANSWER:
        name = "(connect)";
        break;
    case DIALOGUE_MESSAGE:
        name = "(message)";
        break;
    case DIALOGUE_TLS:
        name = "(tls)";
        break;
    case DIALOGUE_CLOSE:
    case DIALOGUE_RESET:
        name = "(end)";
        break;
    case DIALOGUE_LINE:
        if (step->side == DIALOGUE_CLIENT && !step->data) {
            read_verb(step, stretch);
            return;
        }
        name = step->data ? "(credentials)" : "(greeting)";
        break;
    default:
        break;
    }
    memcpy(stretch->verb, name, strlen(name) + 1);
}

static int find_stretches(struct party *party) {
    const struct exchanges *exchanges = &party->exchanges;
    size_t most = exchanges->count > 0 ? exchanges->steps[exchanges->count - 1].exchange + 1 : 0;

    party->stretch = calloc(most + 1, sizeof *party->stretch);
    if (party->stretch == NULL)
        return -1;
    for (size_t i = 0; i < exchanges->count; i++) {
        struct stretch *stretch = &party->stretch[exchanges->steps[i].exchange];
        if (stretch->count++ == 0) {
            stretch->first = i;
            stretch->hash = stretch->command = HASH_START;
            name_stretch(party, stretch);
        }
        stretch->hash =
            hash_add(stretch->hash, &party->likeness[i].form, sizeof party->likeness[i].form);
        if (exchanges->steps[i].step->side == DIALOGUE_CLIENT)
            stretch->command = hash_add(stretch->command, &party->likeness[i].form,
                                        sizeof party->likeness[i].form);
    }
    party->stretch_count = most;
    return 0;
}

int party_make(const struct dialogue *dialogue, struct party *party) {
    *party = (struct party){.dialogue = dialogue, .protocol = dialogue->protocol};
    if (exchanges_make(dialogue, &party->exchanges) < 0)
        return -1;
    find_client_name(party);
    return hash_steps(party) < 0 || find_stretches(party) < 0 ? -1 : 0;
}

void party_free(struct party *party) {
    exchanges_free(&party->exchanges);
    free(party->likeness);
    free(party->stretch);
    *party = (struct party){.dialogue = NULL};
}
