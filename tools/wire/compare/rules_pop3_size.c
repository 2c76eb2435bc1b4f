/* The numbers in POP3's answers: how many messages, and of how many octets. They differ with the
   letters; but what is said of a message that comes in the same conversation must be true of it. */
#include "rules.h"
#include "wording.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    LOOK_MOST = 512, /* so many exchanges are looked through */
};

struct numbers {
    const char *at; /* behind what was read */
    size_t left;
};

/* The next number. false: none stands here. */
static bool read_number(struct numbers *numbers, unsigned long long *number) {
    size_t digits = 0;

    *number = 0;
    while (numbers->left > 0 && *numbers->at == ' ') {
        numbers->at++;
        numbers->left--;
    }
    while (numbers->left > 0 && isdigit((unsigned char)*numbers->at) && digits++ < 18) {
        *number = 10 * *number + (unsigned)(*numbers->at - '0');
        numbers->at++;
        numbers->left--;
    }
    return digits > 0 && (numbers->left == 0 || *numbers->at == ' ');
}

/* Two numbers: in a line of LIST's answer, in the "+OK 1 120" to LIST 1, in STAT's "+OK 2 320". */
static bool read_pair(const struct dialogue_step *step, unsigned long long *first,
                      unsigned long long *second) {
    static const char ok[] = "+OK ";
    size_t start = step->data ? 0 : sizeof ok - 1;

    if (step->kind != DIALOGUE_LINE || step->length <= start ||
        (start > 0 && strncmp(step->bytes, ok, start) != 0))
        return false;
    struct numbers numbers = {step->bytes + start, step->length - start};
    return read_number(&numbers, first) && read_number(&numbers, second);
}

/* How many octets message `number` has that came in this conversation: its lines with CR LF,
   without the dots that stuffing adds, and without the last one (RFC 1939 §11). 0: it did not come.
 */
static unsigned long long octets_of(const struct party *party, unsigned long long number) {
    for (size_t i = 0; i < party->stretch_count && i < LOOK_MOST; i++) {
        const struct stretch *stretch = &party->stretch[i];
        const struct exchange_step *steps = &party->exchanges.steps[stretch->first];
        struct numbers argument = {steps[0].step->bytes, steps[0].step->length};
        unsigned long long fetched, octets = 0;
        if (strcmp(stretch->verb, "RETR") != 0)
            continue;
        argument.at += strlen("RETR");
        argument.left -= strlen("RETR");
        if (!read_number(&argument, &fetched) || fetched != number ||
            steps[stretch->count - 1].step->goes_on)
            continue;
        for (size_t k = 1; k < stretch->count; k++) {
            const struct dialogue_step *step = steps[k].step;
            if (step->kind != DIALOGUE_MESSAGE)
                continue;
            octets += step->length + (step->ending == DIALOGUE_LF ? 1 : 2);
            if (step->length > 0 && step->bytes[0] == '.')
                octets -= step->length == 1 ? 3 : 1; /* the final dot, or the dot too many */
        }
        return octets;
    }
    return 0;
}

static bool is_verb(const struct look *look, const char *verb) {
    return look_is_pop3(look) && strcmp(look_verb(look, COMPARISON_MINE), verb) == 0 &&
           strcmp(look_verb(look, COMPARISON_REFERENCE), verb) == 0;
}

/* What mine says of a message in LIST's answer; and how many octets came. */
static bool read_listing(const struct look *look, unsigned long long *number,
                         unsigned long long *told, unsigned long long *came) {
    if (!is_verb(look, "LIST") || look->mine == NULL || look->mine->side != DIALOGUE_SERVER ||
        !read_pair(look->mine, number, told))
        return false;
    *came = octets_of(&look->party[COMPARISON_MINE], *number);
    return *came > 0;
}

bool rule_has_false_octets(struct look *look) {
    unsigned long long number, told, came;

    if (!read_listing(look, &number, &told, &came) || told == came)
        return false;
    look_say(look,
             "The server says that message %llu has %llu octets, but it sends %llu: what counts is "
             "the message as it is sent, each line end as two, no stuffed dot.",
             number, told, came);
    return look_at(look, look->mine->data ? 0 : strlen("+OK "));
}

bool rule_has_other_octets(struct look *look) {
    unsigned long long number, told, came, other, there;

    if (!read_listing(look, &number, &told, &came) || look->reference == NULL ||
        !read_pair(look->reference, &other, &there) || number != other)
        return false;
    look_say(look,
             "Message %llu has another size than the reference's, and it is true: it is another "
             "message.",
             number);
    return true;
}

/* "+OK 2 320" to STAT. */
bool rule_has_other_maildrop(struct look *look) {
    unsigned long long count, octets, other_count, other_octets;

    if (!is_verb(look, "STAT") || look->mine == NULL || look->reference == NULL ||
        !read_pair(look->mine, &count, &octets) ||
        !read_pair(look->reference, &other_count, &other_octets) ||
        (count == other_count && octets == other_octets))
        return false;
    look_say(look,
             "The server counts %llu message%s, %llu octets in all; the reference's counts %llu, "
             "%llu octets.",
             count, count == 1 ? "" : "s", octets, other_count, other_octets);
    return look_at(look, strlen("+OK "));
}
