/*
 * Lab 07, finished: a whole maildrop, without losing a message (TODO 10). The contract is in
 * shared/pop3.h.
 */
#include "pop3.h"
#include <stdlib.h>
#include <string.h>

/* What is in the maildrop: messages[0] is message 1. */
struct plan {
    struct pop3_message *messages;
    unsigned count;
};

/* The message's place in the plan, if the number can be right. */
static struct pop3_message *find(struct plan *plan, unsigned number, const char *verb,
                                 struct failure *why) {
    if (number <= plan->count)
        return &plan->messages[number - 1];
    failure_set(why, "%s names message %u of %u", verb, number, plan->count);
    return NULL;
}

static int note_size(void *context, const struct pop3_message *message, struct failure *why) {
    struct plan *plan = context;
    struct pop3_message *mine = find(plan, message->number, "LIST", why);
    if (mine == NULL)
        return -1;
    if (mine->number != 0)
        return failure_set(why, "LIST names message %u twice", message->number);
    mine->number = message->number;
    mine->size = message->size;
    return 0;
}

static int note_uid(void *context, const struct pop3_message *message, struct failure *why) {
    struct pop3_message *mine = find(context, message->number, "UIDL", why);
    if (mine == NULL)
        return -1;
    if (mine->uid[0] != '\0')
        return failure_set(why, "UIDL names message %u twice", message->number);
    memcpy(mine->uid, message->uid, sizeof mine->uid);
    return 0;
}

/* LIST and UIDL. POP3_OK, or what the function that it is for must return. */
static int make_plan(struct pop3 *pop3, bool keep, struct plan *plan) {
    int result = pop3_list(pop3, 0, note_size, plan);
    if (result != POP3_OK)
        return result;
    result = pop3_uidl(pop3, 0, note_uid, plan);
    if (result < 0)
        return -1;
    if (result == POP3_ERR && keep)
        return failure_set(&pop3->why,
                           "the server has no UIDL: nobody could tell which messages are new");
    for (unsigned i = 0; keep && i < plan->count; i++) {
        const struct pop3_message *message = &plan->messages[i];
        if (message->number != 0 && message->uid[0] == '\0')
            return failure_set(&pop3->why, "UIDL does not name message %u", message->number);
    }
    return POP3_OK;
}

/* Gets one message into the store. POP3_OK: it is on the disk. */
static int get(struct pop3 *pop3, const struct pop3_message *message,
               const struct pop3_store *store) {
    if (store->begin(store->context, message, &pop3->why) < 0)
        return -1;
    int result = pop3_retr(pop3, message->number, POP3_SIZE_LIMIT(message->size), store->add,
                           store->context);
    if (result != POP3_OK) {
        store->drop(store->context);
        return result;
    }
    return store->commit(store->context, &pop3->why) < 0 ? -1 : POP3_OK;
}

/* One message of the plan: fetched if need be, and then, unless it is kept, marked as deleted. */
static int handle(struct pop3 *pop3, bool keep, const struct pop3_message *message,
                  const struct pop3_store *store, struct pop3_tally *tally, unsigned *marked) {
    bool known = message->uid[0] != '\0' && store->has(store->context, message->uid);
    int result = known ? POP3_OK : get(pop3, message, store);
    if (result == POP3_OK) {
        tally->known += known ? 1 : 0;
        tally->fetched += known ? 0 : 1;
        if (keep)
            return 0;
        result = pop3_dele(pop3, message->number);
        *marked += result == POP3_OK ? 1 : 0;
    }
    if (result == POP3_ERR) {
        tally->refused++;
        store->refused(store->context, message, &pop3->answer);
    }
    return result < 0 ? -1 : 0;
}

static int fetch_all(struct pop3 *pop3, bool keep, struct plan *plan,
                     const struct pop3_store *store, struct pop3_tally *tally) {
    unsigned marked = 0;
    int result = plan->count > 0 ? make_plan(pop3, keep, plan) : POP3_OK;
    if (result != POP3_OK)
        return result;
    for (unsigned i = 0; i < plan->count; i++) {
        if (plan->messages[i].number != 0 &&
            handle(pop3, keep, &plan->messages[i], store, tally, &marked) < 0)
            return -1;
    }
    result = pop3_quit(pop3); /* §6: only now the server removes what is marked */
    if (result == POP3_OK)
        tally->deleted = marked;
    return result;
}

int pop3_fetch(struct pop3 *pop3, bool keep, const struct pop3_store *store,
               struct pop3_tally *tally) {
    struct plan plan = {.count = 0};
    uint64_t octets;
    *tally = (struct pop3_tally){.found = 0};
    int result = pop3_stat(pop3, &plan.count, &octets);
    if (result != POP3_OK)
        return result;
    tally->found = plan.count;
    if (plan.count > POP3_MESSAGES_LIMIT)
        return failure_set(&pop3->why, "%u messages are more than %u", plan.count,
                           POP3_MESSAGES_LIMIT);
    plan.messages = calloc((size_t)plan.count + 1, sizeof *plan.messages);
    if (plan.messages == NULL)
        return failure_set(&pop3->why, "not enough memory for %u messages", plan.count);
    result = fetch_all(pop3, keep, &plan, store, tally);
    free(plan.messages);
    return result;
}
