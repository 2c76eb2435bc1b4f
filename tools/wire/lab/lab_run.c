#include "lab_run.h"
#include "files.h"
#include "net.h"
#include "placeholders.h"
#include "servers.h"
#include "text.h"
#include "visitor.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int parse_program(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    (void)directory;
    return text_words(value, &run->program, why);
}

static int parse_servers(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    (void)directory;
    if (text_words(value, &run->servers, why) < 0)
        return -1;
    if (run->servers.count == 1 && strcmp(run->servers.words[0], "script") == 0) {
        run->scripted = true;
        arguments_free(&run->servers);
    }
    for (size_t i = 0; i < run->servers.count; i++)
        if (!servers_known(run->servers.words[i]))
            return failure_set(why, "there is no server \"%s\": known are script and %s",
                               run->servers.words[i], servers_names());
    return 0;
}

static int parse_listen(struct lab_run *run, const char *value, const char *directory,
                        struct failure *why) {
    (void)directory;
    if (text_words(value, &run->listen, why) < 0)
        return -1;
    if (run->listen.count == 0 || run->listen.count > RUN_LISTEN_LIMIT)
        return failure_set(why, "one address, or up to %d of them", RUN_LISTEN_LIMIT);
    for (size_t i = 0; i < run->listen.count; i++) {
        const char *word = run->listen.words[i], *colon = strrchr(word, ':');
        if (colon == NULL || colon == word || colon[1] == '\0')
            return failure_set(why, "\"%s\" is not ADDRESS:PORT", word);
    }
    return 0;
}

static int parse_options(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    (void)directory;
    return text_words(value, &run->options, why);
}

/* What placeholders stand for, in their place. */
static int fill_in(struct session *session, const char *nonce, struct failure *why) {
    for (size_t i = 0; i < session->count; i++) {
        struct buf *bytes = &session->steps[i].bytes, filled;
        buf_init(&filled, SESSION_BYTES_LIMIT);
        if (placeholders_fill(bytes->bytes, bytes->length, nonce, &filled, why) < 0) {
            buf_free(&filled);
            return -1;
        }
        buf_free(bytes);
        *bytes = filled;
    }
    return 0;
}

static int read_session(const struct lab_run *run, const char *value, const char *directory,
                        struct session *session, struct failure *why) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", directory, value) < 0)
        return failure_set(why, "not enough memory");
    int result = session_read(path, session, why);
    free(path);
    return result < 0 ? -1 : fill_in(session, run->nonce, why);
}

static int parse_script(struct lab_run *run, const char *value, const char *directory,
                        struct failure *why) {
    struct failure what;
    if (read_session(run, value, directory, &run->script, why) < 0)
        return -1;
    return session_fits(&run->script, false, &what) == 0
               ? 0
               : failure_set(why, "%s: %s", value, what.text);
}

static int parse_session(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    struct failure what;
    run->typed = true;
    if (read_session(run, value, directory, &run->session, why) < 0)
        return -1;
    if (session_fits(&run->session, run->serves, &what) < 0)
        return failure_set(why, "%s: %s", value, what.text);
    for (size_t i = 0; !run->serves && i < run->session.count; i++)
        if (run->session.steps[i].connection > 1)
            return failure_set(why,
                               "%s:%u: who types has no second connection: that is for a script",
                               value, run->session.steps[i].line);
    return 0;
}

static int parse_peer(struct lab_run *run, const char *value, const char *directory,
                      struct failure *why) {
    (void)directory;
    return peer_parse(value, &run->peers, why);
}

static int find_file(const char *name, const char *directory, struct failure *why) {
    char path[PATH_MAX];
    if (files_path(path, why, "%s/%s", directory, name) < 0)
        return -1;
    return access(path, R_OK) == 0 ? 0 : failure_system(why, errno, "%s", path);
}

static int parse_message(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    struct arguments words = {0};
    int result = text_words(value, &words, why);
    if (result == 0 && (words.count < 1 || words.count > 2 || strchr(words.words[0], '/') != NULL))
        result = failure_set(why, "message = FILE of the lab, or NAME SIZE: big.eml 10000000");
    else if (result == 0 && words.count == 2)
        result = text_number(words.words[1], 100000000, &run->message_size, why);
    else if (result == 0)
        result = find_file(words.words[0], directory, why);
    if (result == 0 && words.count == 2 && run->message_size == 0)
        result = failure_set(why, "a message of 0 bytes is an empty file: write one");
    if (result == 0 && (run->message = strdup(words.words[0])) == NULL)
        result = failure_set(why, "not enough memory");
    arguments_free(&words);
    return result;
}

static int parse_crowd(struct lab_run *run, const char *value, const char *directory,
                       struct failure *why) {
    (void)directory;
    return text_number(value, VISITOR_CROWD_LIMIT, &run->crowd, why);
}

static int parse_visit(struct lab_run *run, const char *value, const char *directory,
                       struct failure *why) {
    (void)directory;
    return text_words(value, &run->visit, why);
}

/* NAME=VALUE, one or more. */
static int parse_environment(struct lab_run *run, const char *value, const char *directory,
                             struct failure *why) {
    (void)directory;
    if (text_words(value, &run->environment, why) < 0)
        return -1;
    for (size_t i = 0; i < run->environment.count; i++)
        if (strchr(run->environment.words[i], '=') == NULL || *run->environment.words[i] == '=')
            return failure_set(why, "environment = NAME=VALUE …");
    return 0;
}

static int parse_mailbox(struct lab_run *run, const char *value, const char *directory,
                         struct failure *why) {
    return mailboxes_parse(&run->mailboxes, value, directory, why);
}

static int parse_broken(struct lab_run *run, const char *value, const char *directory,
                        struct failure *why) {
    (void)directory;
    return mailboxes_parse_broken(&run->mailboxes, value, why);
}

static int parse_limit(struct lab_run *run, const char *value, const char *directory,
                       struct failure *why) {
    (void)directory;
    return text_duration(value, &run->limit_ms, why);
}

static int parse_tool(struct lab_run *run, const char *value, const char *directory,
                      struct failure *why) {
    (void)directory;
    run->tool = strcmp(value, "valgrind") == 0;
    return run->tool ? 0 : failure_set(why, "there is no tool \"%s\": known is valgrind", value);
}

struct key {
    const char *name;
    int (*parse)(struct lab_run *run, const char *value, const char *directory,
                 struct failure *why);
    const char *standard; /* or NULL */
};

static const struct key keys[RUN_KEYS] = {
    [RUN_PROGRAM] = {"program", parse_program, NULL},
    [RUN_SERVERS] = {"servers", parse_servers, NULL},
    [RUN_LISTEN] = {"listen", parse_listen, "127.0.0.2:25"},
    [RUN_OPTIONS] = {"options", parse_options, NULL},
    [RUN_SCRIPT] = {"script", parse_script, NULL},
    [RUN_SESSION] = {"session", parse_session, NULL},
    [RUN_PEER] = {"peer", parse_peer, NULL},
    [RUN_MESSAGE] = {"message", parse_message, NULL},
    [RUN_MAILBOX] = {"mailbox", parse_mailbox, NULL},
    [RUN_BROKEN] = {"broken", parse_broken, NULL},
    [RUN_CROWD] = {"crowd", parse_crowd, NULL},
    [RUN_VISIT] = {"visit", parse_visit, NULL},
    [RUN_ENVIRONMENT] = {"environment", parse_environment, NULL},
    [RUN_LIMIT] = {"limit", parse_limit, "6s"},
    [RUN_TOOL] = {"tool", parse_tool, NULL},
};

int lab_run_set(struct lab_run *run, const char *key, const char *value, unsigned line,
                struct failure *why) {
    for (size_t i = 0; i < RUN_KEYS; i++) {
        if (strcmp(keys[i].name, key) != 0)
            continue;
        if (run->text[i] != NULL)
            return failure_set(why, "this key stands here for the second time");
        run->text[i] = strdup(value);
        run->at[i] = line;
        return run->text[i] == NULL ? failure_set(why, "not enough memory") : 0;
    }
    return 1;
}

static int inherit(struct lab_run *run, const struct lab_run *main, struct failure *why) {
    for (size_t i = 0; run != main && i < RUN_KEYS; i++) {
        if (run->text[i] != NULL || main->text[i] == NULL)
            continue;
        run->text[i] = strdup(main->text[i]);
        run->at[i] = main->at[i];
        if (run->text[i] == NULL)
            return failure_set(why, "not enough memory");
    }
    return 0;
}

static int finish_client(const struct lab_run *run, struct failure *why) {
    if (run->visit.count > 0 || run->crowd > 0)
        return failure_set(why, "run %s: visit and crowd are for a lab whose program is a server",
                           run->name);
    if (run->scripted && run->script.count == 0)
        return failure_set(why, "run %s: servers = script needs script = FILE", run->name);
    if (run->scripted && run->listen.count > 1)
        return failure_set(why, "run %s: a script listens at one address", run->name);
    if (run->peers.count > 0 && run->servers.count == 0 && !run->scripted)
        return failure_set(why, "run %s: a peer stands before a server; there is none", run->name);
    if (servers_check(run->servers.words, run->listen.words, why) < 0)
        return failure_set(why, "run %s: %s", run->name, why->text);
    return 0;
}

static int finish_server(struct lab_run *run, struct failure *why) {
    char host[64];
    const char *port;
    if (run->servers.count > 0 || run->scripted)
        return failure_set(why, "run %s: the program is the server: there are no others",
                           run->name);
    for (size_t i = 0; i < run->listen.count; i++)
        if (net_split(run->listen.words[i], host, sizeof host, &port, why) < 0)
            return failure_set(why, "run %s: %s", run->name, why->text);
    if (run->peers.count > 0 && run->session.count == 0)
        return failure_set(why, "run %s: a peer stands before a session; there is none", run->name);
    run->peers.own_server = true;
    return peer_check_own_server(&run->peers, why);
}

int lab_run_finish(struct lab_run *run, const struct lab_run *main, const char *directory,
                   unsigned *line, struct failure *why) {
    if (inherit(run, main, why) < 0)
        return -1;
    for (size_t i = 0; i < RUN_KEYS; i++) {
        const char *value = run->text[i] != NULL && strcmp(run->text[i], "none") != 0
                                ? run->text[i]
                                : keys[i].standard;
        if (value == NULL)
            continue;
        if (run->text[i] != NULL)
            *line = run->at[i];
        if (keys[i].parse(run, value, directory, why) < 0)
            return -1;
    }
    if (run->line > 0)
        *line = run->line;
    return run->serves ? finish_server(run, why) : finish_client(run, why);
}

void lab_run_free(struct lab_run *run) {
    for (size_t i = 0; i < RUN_KEYS; i++)
        free(run->text[i]);
    arguments_free(&run->program);
    arguments_free(&run->servers);
    arguments_free(&run->listen);
    arguments_free(&run->options);
    arguments_free(&run->environment);
    arguments_free(&run->visit);
    session_free(&run->script);
    session_free(&run->session);
    mailboxes_free(&run->mailboxes);
    free(run->message);
    free(run->name);
}
