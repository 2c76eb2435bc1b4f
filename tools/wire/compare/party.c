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

static int hash_steps(struct party *party) {
    struct buf form;

    party->hash = calloc(party->exchanges.count + 1, sizeof *party->hash);
    if (party->hash == NULL)
        return -1;
    buf_init(&form, FORM_LIMIT);
    for (size_t i = 0; i < party->exchanges.count; i++) {
        buf_clear(&form);
        if (canon_step(party->exchanges.steps[i].step, &party->client, &form) < 0) {
            buf_free(&form);
            return -1;
        }
        party->hash[i] = hash_add(HASH_START, form.bytes, form.length);
    }
    buf_free(&form);
    return 0;
}

/* "EHLO" of "EHLO client.example.org", "MAIL" of "mail from:<…>". */
static void read_verb(const struct dialogue_step *step, char verb[16]) {
    size_t length = 0;

    while (length < step->length && length < 15 && isalnum((unsigned char)step->bytes[length])) {
        verb[length] = (char)toupper((unsigned char)step->bytes[length]);
        length++;
    }
    verb[length] = '\0';
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
        if (step->side == DIALOGUE_CLIENT) {
            read_verb(step, stretch->verb);
            return;
        }
        name = "(greeting)";
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
        stretch->hash = hash_add(stretch->hash, &party->hash[i], sizeof party->hash[i]);
        if (exchanges->steps[i].step->side == DIALOGUE_CLIENT)
            stretch->command = hash_add(stretch->command, &party->hash[i], sizeof party->hash[i]);
    }
    party->stretch_count = most;
    return 0;
}

int party_make(const struct dialogue *dialogue, struct party *party) {
    *party = (struct party){.dialogue = dialogue, .protocol = protocol_of(dialogue)};
    if (exchanges_make(dialogue, &party->exchanges) < 0)
        return -1;
    find_client_name(party);
    return hash_steps(party) < 0 || find_stretches(party) < 0 ? -1 : 0;
}

void party_free(struct party *party) {
    exchanges_free(&party->exchanges);
    free(party->hash);
    free(party->stretch);
    *party = (struct party){.dialogue = NULL};
}
