#include "message.h"
#include <stdio.h>
#include <string.h>

/* What is visited, and by whom. */
struct walk {
    message_visit *visit;
    void *context;
};

static int walk_part(const struct walk *walk, const struct message_part *part, const char *number,
                     unsigned depth);

/* The parts of a multipart; `prefix` is its number. */
static int walk_parts(const struct walk *walk, const struct message_part *part, const char *prefix,
                      unsigned depth) {
    char number[MESSAGE_NUMBER_SIZE];
    unsigned count = 0;
    for (part = part->parts; part != NULL; part = part->next) {
        snprintf(number, sizeof number, "%s%s%u", prefix, *prefix == '\0' ? "" : ".", ++count);
        int result = walk_part(walk, part, number, depth + 1);
        if (result != 0)
            return result;
    }
    return 0;
}

/* A message: its multipart needs no number, another body is its part 1. */
static int walk_message(const struct walk *walk, const struct message_part *message,
                        const char *prefix, unsigned depth) {
    char number[MESSAGE_NUMBER_SIZE];
    if (message_is(message, "multipart/") && message->parts != NULL) {
        int result = walk->visit(message, "", depth, walk->context);
        return result != 0 ? result : walk_parts(walk, message, prefix, depth);
    }
    snprintf(number, sizeof number, "%s%s1", prefix, *prefix == '\0' ? "" : ".");
    return walk_part(walk, message, number, depth);
}

static int walk_part(const struct walk *walk, const struct message_part *part, const char *number,
                     unsigned depth) {
    int result = walk->visit(part, number, depth, walk->context);
    if (result != 0 || part->parts == NULL)
        return result;
    return message_is(part, "multipart/") ? walk_parts(walk, part, number, depth)
                                          : walk_message(walk, part->parts, number, depth + 1);
}

int message_walk(const struct message_part *message, message_visit *visit, void *context) {
    return walk_message(&(struct walk){visit, context}, message, "", 0);
}

/* Looking for a number. */
struct search {
    const char *number;
    const struct message_part *found;
};

static int compare_number(const struct message_part *part, const char *number, unsigned depth,
                          void *context) {
    struct search *search = context;
    (void)depth;
    if (*number == '\0' || strcmp(number, search->number) != 0)
        return 0;
    search->found = part;
    return 1;
}

const struct message_part *message_find(const struct message_part *message, const char *number) {
    struct search search = {.number = number};
    message_walk(message, compare_number, &search);
    return search.found;
}
