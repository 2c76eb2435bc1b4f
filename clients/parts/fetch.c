#include "fetch.h"
#include "complain.h"
#include "store.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int take_place(void *into, const char *value, struct failure *why) {
    struct fetch *fetch = into;
    if (value[0] == '\0')
        return failure_set(why, "needs the name of a directory or a file");
    fetch->place = value;
    return 0;
}

static int take_keep(void *into, const char *value, struct failure *why) {
    struct fetch *fetch = into;
    (void)value, (void)why;
    fetch->keep = true;
    return 0;
}

const struct option_row fetch_options[] = {
    {"fetch", "PLACE",
     "gets all new messages into PLACE, and deletes them on the server.\n"
     "A file, or a new name that ends in .mbox, is an mbox;\n"
     "everything else is a Maildir",
     take_place},
    {"keep", NULL, "with --fetch: deletes nothing; what was fetched is remembered", take_keep},
    {NULL, NULL, NULL, NULL},
};

int fetch_check(const struct fetch *fetch, const struct login *login, struct failure *why) {
    if (fetch->keep && fetch->place == NULL)
        return failure_set(why, "--keep is for --fetch");
    if (fetch->place != NULL && login->user == NULL)
        return failure_set(why, "--fetch needs --user: whose maildrop?");
    return 0;
}

/* What is under way, for struct pop3_store. */
struct fetching {
    struct store *store;
    struct pop3_tally tally;
    bool shown; /* how far it is, on the terminal */
};

static bool has(void *context, const char *uid) {
    const struct fetching *fetching = context;
    return store_has(fetching->store, uid);
}

/* How far it is, over and over on the same line of a terminal. */
static void show_progress(struct fetching *fetching, const struct pop3_message *message) {
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[Kmessage %u of %u, %" PRIu64 " octets", message->number,
            fetching->tally.found, message->size);
    fetching->shown = true;
}

static void end_progress(struct fetching *fetching) {
    if (fetching->shown)
        fputs("\r\033[K", stderr);
    fetching->shown = false;
}

static int begin(void *context, const struct pop3_message *message, struct failure *why) {
    struct fetching *fetching = context;
    show_progress(fetching, message);
    return store_begin(fetching->store, message, why);
}

static int add(void *context, const char *bytes, size_t count, struct failure *why) {
    const struct fetching *fetching = context;
    return store_add(fetching->store, bytes, count, why);
}

static int commit(void *context, struct failure *why) {
    const struct fetching *fetching = context;
    return store_commit(fetching->store, why);
}

static void drop(void *context) {
    const struct fetching *fetching = context;
    store_drop(fetching->store);
}

static void refused(void *context, const struct pop3_message *message,
                    const struct pop3_answer *answer) {
    end_progress(context);
    complain("pop3", "message %u: %s", message->number, answer->text);
}

/* "3 messages". */
static const char *plural(unsigned count) {
    return count == 1 ? "message" : "messages";
}

static void report(const struct fetch *fetch, const struct fetching *fetching) {
    const struct pop3_tally *tally = &fetching->tally;
    printf("%u of %u %s fetched into %s (%s)", tally->fetched, tally->found, plural(tally->found),
           fetch->place, store_kind(fetching->store));
    if (tally->known > 0)
        printf(", %u %s here already", tally->known, tally->known == 1 ? "was" : "were");
    if (fetch->keep)
        printf("; all stay on the server\n");
    else
        printf("; %u deleted on the server\n", tally->deleted);
    fflush(stdout);
}

/* The outcome in words. 0 or -1; `why` is "" when the complaints have said it. */
static int conclude(const struct pop3 *pop3, int result, const struct pop3_tally *tally,
                    struct failure *why) {
    if (result < 0)
        return failure_set(why, "%s", pop3->why.text);
    if (result != POP3_OK)
        return failure_set(why, "the server said %s", pop3->answer.text);
    return tally->refused == 0 ? 0 : failure_set(why, "%s", "");
}

static enum uids_keep worth_keeping(const struct fetch *fetch, int result,
                                    const struct pop3_tally *tally) {
    if (result != POP3_OK)
        return UIDS_ALL;
    return !fetch->keep && tally->refused == 0 ? UIDS_NONE : UIDS_ASKED;
}

/* From the connection to its end. 0 or -1; *keep says what is worth remembering. */
static int fetch_session(const struct fetch *fetch, struct pop3_session *session,
                         struct fetching *fetching, enum uids_keep *keep, struct failure *why) {
    struct pop3 pop3;
    if (pop3_session_connect(session, &pop3, why) < 0)
        return -1;
    int result = pop3_session_begin(session, &pop3, NULL, why);
    if (result == 0) {
        const struct pop3_store store = {has, begin, add, commit, drop, refused, fetching};
        int fetched = pop3_fetch(&pop3, fetch->keep, &store, &fetching->tally);
        end_progress(fetching);
        *keep = worth_keeping(fetch, fetched, &fetching->tally);
        report(fetch, fetching);
        result = conclude(&pop3, fetched, &fetching->tally, why);
    }
    stream_close(pop3.stream);
    return result;
}

int fetch_run(const struct fetch *fetch, struct pop3_session *session, struct failure *why) {
    struct fetching fetching = {
        .store = store_open(fetch->place, session->login.user, session->session.host, why)};
    enum uids_keep keep = UIDS_ALL;
    if (fetching.store == NULL)
        return -1;
    int result = fetch_session(fetch, session, &fetching, &keep, why);
    struct failure closing;
    if (store_close(fetching.store, keep, &closing) < 0 && result == 0)
        result = failure_set(why, "%s", closing.text);
    return result;
}
