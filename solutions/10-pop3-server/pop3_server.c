/*
 * Lab 10, finished: the session of a POP3 server. The contracts are in shared/pop3_server.h.
 */
#include "pop3_server.h"
#include "log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FAREWELL_MS 2000 /* so long a client has to take the last words */

/* "-ERR" with the reason; the operator reads it, too. */
static void refuse(struct pop3_server_session *session) {
    stream_printf(session->stream, "-ERR %s\r\n", session->why.text);
    log_event(LOG_WARN, "session=%lu refused: %s", session->number, session->why.text);
}

static int accept_with(struct pop3_server_session *session, const char *words) {
    stream_printf(session->stream, "+OK %s\r\n", words);
    return 0;
}

static bool has_control(const struct buf *line) {
    for (size_t i = 0; i < line->length; i++)
        if ((unsigned char)line->bytes[i] < ' ' || line->bytes[i] == 127)
            return true;
    return false;
}

/* What has come from the client, or come to pass: its one answer, as of a command. */
static int answer(struct pop3_server_session *session, enum stream_result result,
                  struct buf *line) {
    switch (result) {
    case STREAM_OK:
        if (has_control(line))
            return failure_set(&session->why, "control character in the command");
        return pop3_server_command(session, line->bytes);
    case STREAM_BARE_LF:
        return failure_set(&session->why, "a command ends in CR LF, not in LF alone");
    case STREAM_TOO_LONG:
        return failure_set(&session->why, "line longer than %d octets", POP3_SERVER_LINE);
    case STREAM_INTERRUPTED:
        session->over = true;
        stream_set_deadline(session->stream, deadline_in(FAREWELL_MS));
        return failure_set(&session->why, "[SYS/TEMP] the server stops, nothing was removed");
    default: /* gone, or to be taken for gone: nobody is there to be told */
        session->over = true;
        return 0;
    }
}

void pop3_server_session(struct pop3_server_session *session) {
    struct buf line;
    buf_init(&line, POP3_SERVER_LINE);
    stream_printf(session->stream, "+OK %s POP3 ready\r\n", session->server->site->hostname);
    while (!session->over) {
        stream_set_deadline(session->stream, deadline_in(session->server->idle_ms));
        enum stream_result result = stream_read_line(session->stream, &line, POP3_SERVER_LINE);
        if (answer(session, result, &line) < 0)
            refuse(session);
    }
    pop3_server_close(&session->maildrop);
    buf_wipe(&line);
}

struct command {
    const char *keyword;
    unsigned states;
    bool argument; /* whether one may stand there */
    int (*run)(struct pop3_server_session *session, const char *argument);
};

static const struct command commands[] = {
    {"CAPA", POP3_SERVER_ANY, false, pop3_server_capa},
    {"NOOP", POP3_SERVER_TRANSACTION, false, pop3_server_noop},
    {"USER", POP3_SERVER_AUTHORIZATION, true, pop3_server_user},
    {"PASS", POP3_SERVER_AUTHORIZATION, true, pop3_server_pass},
    {"STAT", POP3_SERVER_TRANSACTION, false, pop3_server_stat},
    {"LIST", POP3_SERVER_TRANSACTION, true, pop3_server_list},
    {"UIDL", POP3_SERVER_TRANSACTION, true, pop3_server_uidl},
    {"RETR", POP3_SERVER_TRANSACTION, true, pop3_server_retr},
    {"TOP", POP3_SERVER_TRANSACTION, true, pop3_server_top},
    {"DELE", POP3_SERVER_TRANSACTION, true, pop3_server_dele},
    {"RSET", POP3_SERVER_TRANSACTION, false, pop3_server_rset},
    {"QUIT", POP3_SERVER_ANY, false, pop3_server_quit},
};

static const struct command *find_command(const char *keyword) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcasecmp(keyword, commands[i].keyword) == 0)
            return &commands[i];
    return NULL;
}

int pop3_server_command(struct pop3_server_session *session, char *line) {
    char *argument = line + strcspn(line, " ");
    if (*argument != '\0')
        *argument++ = '\0';
    const struct command *command = find_command(line);
    if (command == NULL)
        return failure_set(&session->why, "no such command");
    if ((command->states & session->state) == 0)
        return failure_set(&session->why, "%s cannot come now", command->keyword);
    if (*argument != '\0' && !command->argument)
        return failure_set(&session->why, "%s takes no argument", command->keyword);
    return command->run(session, argument);
}

int pop3_server_capa(struct pop3_server_session *session, const char *argument) {
    (void)argument;
    accept_with(session, "I can do this, too:");
    stream_printf(session->stream, "TOP\r\nUSER\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
                                   "PIPELINING\r\n.\r\n");
    return 0;
}

int pop3_server_noop(struct pop3_server_session *session, const char *argument) {
    (void)argument;
    return accept_with(session, "Nothing done");
}

/* A message under way; without a stream it is only counted. */
struct copy {
    struct stream *stream;
    size_t octets;
    bool failed;
};

static void put(struct copy *copy, const char *octets, size_t count) {
    copy->octets += count;
    if (copy->stream != NULL && stream_write(copy->stream, octets, count) < 0)
        copy->failed = true;
}

/* The dot in front of a dot is no octet of the message (§11). */
static void stuff(struct copy *copy) {
    put(copy, ".", 1);
    copy->octets--;
}

int pop3_server_copy(FILE *file, long lines, struct stream *stream, int idle_ms, size_t *octets) {
    struct copy copy = {.stream = stream};
    bool empty = true; /* the line so far */
    bool body = false;
    bool cr = false; /* a CR has been read, and may belong to a line end */
    int octet;
    for (size_t i = 0; !copy.failed && (!body || lines != 0) && (octet = getc(file)) != EOF; i++) {
        if (stream != NULL && i % POP3_SERVER_PIECE == 0)
            stream_set_deadline(stream, deadline_in(idle_ms));
        if (cr && octet != '\n') {
            put(&copy, "\r", 1);
            empty = false;
        }
        cr = octet == '\r';
        if (octet == '\n') {
            put(&copy, "\r\n", 2);
            if (body && lines > 0)
                lines--;
            body = body || empty;
            empty = true;
        } else if (!cr) {
            if (octet == '.' && empty)
                stuff(&copy);
            put(&copy, &(char){(char)octet}, 1);
            empty = false;
        }
    }
    if (cr)
        put(&copy, "\r", 1);
    if (cr || !empty)
        put(&copy, "\r\n", 2);
    if (octets != NULL)
        *octets = copy.octets;
    return copy.failed || ferror(file) ? -1 : 0;
}

/* The unique-id: the file's name without the flags (§7). */
static void make_uid(const char *path, char uid[POP3_SERVER_UID + 1]) {
    const char *name = strrchr(path, '/') + 1;
    size_t length = strcspn(name, ":");
    if (length > POP3_SERVER_UID)
        length = POP3_SERVER_UID;
    for (size_t i = 0; i < length; i++)
        uid[i] = (char)(name[i] > ' ' && name[i] < 127 ? name[i] : '_');
    uid[length] = '\0';
}

/* For maildir_each: adds a message to the snapshot. 0, or -1 with errno. */
static int add_message(const char *path, void *context) {
    struct pop3_server_maildrop *maildrop = context;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? 0 : -1;
    struct pop3_server_message message = {.path = strdup(path)};
    make_uid(path, message.uid);
    int copied = pop3_server_copy(file, -1, NULL, 0, &message.octets);
    fclose(file);
    struct pop3_server_message *more =
        reallocarray(maildrop->messages, maildrop->count + 1, sizeof *more);
    if (more != NULL)
        maildrop->messages = more;
    if (copied < 0 || message.path == NULL || more == NULL) {
        free(message.path);
        return -1;
    }
    more[maildrop->count++] = message;
    return 0;
}

int pop3_server_open(struct pop3_server_maildrop *maildrop, const char *path, struct failure *why) {
    int lock = maildir_lock(path, why);
    if (lock < 0)
        return lock == MAILDIR_IN_USE ? MAILDIR_IN_USE : -1;
    maildrop->lock = lock;
    failure_set(why, "%s: a message cannot be read", path); /* maildir_each has its own words */
    if (maildir_each(path, add_message, maildrop, why) == 0)
        return 0;
    pop3_server_close(maildrop);
    return -1;
}

void pop3_server_close(struct pop3_server_maildrop *maildrop) {
    for (size_t i = 0; i < maildrop->count; i++)
        free(maildrop->messages[i].path);
    free(maildrop->messages);
    if (maildrop->lock >= 0)
        close(maildrop->lock);
    *maildrop = (struct pop3_server_maildrop){.lock = -1};
}

int pop3_server_user(struct pop3_server_session *session, const char *argument) {
    buf_clear(&session->user);
    if (*argument == '\0')
        return failure_set(&session->why, "USER needs a name");
    if (buf_append(&session->user, argument, strlen(argument)) < 0 ||
        site_complete(session->server->site, &session->user) < 0) {
        buf_clear(&session->user);
        return failure_set(&session->why, "the name is too long");
    }
    return accept_with(session, "And the password?");
}

/* The maildrop of somebody who has proved who he is. */
static int open_maildrop(struct pop3_server_session *session, const struct account *account) {
    char path[PATH_MAX];
    int opened = site_mailbox(session->server->site, account, path, &session->why);
    if (opened == 0)
        opened = pop3_server_open(&session->maildrop, path, &session->why);
    if (opened == MAILDIR_IN_USE)
        return failure_set(&session->why, "[IN-USE] another session has the maildrop");
    if (opened < 0) {
        log_event(LOG_ERROR, "session=%lu %s", session->number, session->why.text);
        return failure_set(&session->why, "[SYS/TEMP] the maildrop cannot be opened");
    }
    session->state = POP3_SERVER_TRANSACTION;
    return accept_with(session, "The maildrop is open");
}

int pop3_server_pass(struct pop3_server_session *session, const char *argument) {
    if (session->user.length == 0)
        return failure_set(&session->why, "USER comes before PASS");
    const struct account *account =
        accounts_login(session->server->site->accounts, session->user.bytes, argument);
    buf_clear(&session->user);
    if (account == NULL)
        return failure_set(&session->why, "[AUTH] user or password is wrong");
    return open_maildrop(session, account);
}

/* Decimal digits, up to a blank or the end; *text then stands there. */
static int read_number(const char **text, unsigned long *number, struct failure *why) {
    size_t length = strspn(*text, "0123456789");
    if (length == 0 || ((*text)[length] != '\0' && (*text)[length] != ' '))
        return failure_set(why, "a number is expected");
    *number = strtoul(*text, NULL, 10); /* ULONG_MAX when it is larger than that */
    *text += length;
    return 0;
}

struct pop3_server_message *pop3_server_number(struct pop3_server_session *session,
                                               const char **text) {
    unsigned long number;
    if (read_number(text, &number, &session->why) < 0)
        return NULL;
    if (number < 1 || number > session->maildrop.count) {
        failure_set(&session->why, "no such message, of %zu", session->maildrop.count);
        return NULL;
    }
    struct pop3_server_message *message = &session->maildrop.messages[number - 1];
    if (message->deleted) {
        failure_set(&session->why, "message %lu is marked as deleted", number);
        return NULL;
    }
    return message;
}

/* The message whose number is the whole argument. */
static struct pop3_server_message *only_number(struct pop3_server_session *session,
                                               const char *argument) {
    struct pop3_server_message *message = pop3_server_number(session, &argument);
    if (message == NULL || *argument == '\0')
        return message;
    failure_set(&session->why, "one number is expected");
    return NULL;
}

int pop3_server_stat(struct pop3_server_session *session, const char *argument) {
    (void)argument;
    size_t count = 0, octets = 0;
    for (size_t i = 0; i < session->maildrop.count; i++) {
        const struct pop3_server_message *message = &session->maildrop.messages[i];
        count += message->deleted ? 0 : 1;
        octets += message->deleted ? 0 : message->octets;
    }
    stream_printf(session->stream, "+OK %zu %zu\r\n", count, octets);
    return 0;
}

/* What LIST or UIDL says of a message. */
static void list_line(struct pop3_server_session *session,
                      const struct pop3_server_message *message, bool uid) {
    size_t number = (size_t)(message - session->maildrop.messages) + 1;
    if (uid)
        stream_printf(session->stream, "%zu %s\r\n", number, message->uid);
    else
        stream_printf(session->stream, "%zu %zu\r\n", number, message->octets);
}

static int list(struct pop3_server_session *session, const char *argument, bool uid) {
    if (*argument != '\0') {
        const struct pop3_server_message *message = only_number(session, argument);
        if (message == NULL)
            return -1;
        stream_printf(session->stream, "+OK ");
        list_line(session, message, uid);
        return 0;
    }
    accept_with(session, "Here is the list");
    for (size_t i = 0; i < session->maildrop.count; i++)
        if (!session->maildrop.messages[i].deleted)
            list_line(session, &session->maildrop.messages[i], uid);
    stream_printf(session->stream, ".\r\n");
    return 0;
}

int pop3_server_list(struct pop3_server_session *session, const char *argument) {
    return list(session, argument, false);
}

int pop3_server_uidl(struct pop3_server_session *session, const char *argument) {
    return list(session, argument, true);
}

static int send_message(struct pop3_server_session *session,
                        const struct pop3_server_message *message, long lines) {
    char path[PATH_MAX];
    FILE *file = NULL;
    if (maildir_find(message->path, path, &session->why) == 0)
        file = fopen(path, "re");
    if (file == NULL)
        return failure_set(&session->why, "[SYS/TEMP] the message cannot be read any more");
    accept_with(session, "Here is the message");
    if (pop3_server_copy(file, lines, session->stream, session->server->idle_ms, NULL) == 0)
        stream_printf(session->stream, ".\r\n");
    else
        session->over = true; /* without the dot: what came is not whole */
    fclose(file);
    return 0;
}

int pop3_server_retr(struct pop3_server_session *session, const char *argument) {
    const struct pop3_server_message *message = only_number(session, argument);
    return message == NULL ? -1 : send_message(session, message, -1);
}

int pop3_server_top(struct pop3_server_session *session, const char *argument) {
    const struct pop3_server_message *message = pop3_server_number(session, &argument);
    unsigned long lines;
    if (message == NULL)
        return -1;
    if (*argument++ != ' ' || read_number(&argument, &lines, &session->why) < 0 ||
        *argument != '\0')
        return failure_set(&session->why, "TOP needs a message and a number of lines");
    return send_message(session, message, lines > LONG_MAX ? LONG_MAX : (long)lines);
}

int pop3_server_dele(struct pop3_server_session *session, const char *argument) {
    struct pop3_server_message *message = only_number(session, argument);
    if (message == NULL)
        return -1;
    message->deleted = true;
    return accept_with(session, "Marked as deleted");
}

int pop3_server_rset(struct pop3_server_session *session, const char *argument) {
    (void)argument;
    for (size_t i = 0; i < session->maildrop.count; i++)
        session->maildrop.messages[i].deleted = false;
    return accept_with(session, "Nothing is marked any more");
}

/* Removes what is marked (§6). Returns how many it could not remove. */
static size_t update(struct pop3_server_session *session) {
    size_t left = 0;
    for (size_t i = 0; i < session->maildrop.count; i++) {
        const struct pop3_server_message *message = &session->maildrop.messages[i];
        char path[PATH_MAX];
        int found = message->deleted ? maildir_find(message->path, path, &session->why) : 1;
        if (found > 0) /* not marked, or gone already */
            continue;
        if (found < 0 || (unlink(path) < 0 && errno != ENOENT)) {
            log_event(LOG_ERROR, "session=%lu cannot remove %s", session->number, path);
            left++;
        }
    }
    return left;
}

int pop3_server_quit(struct pop3_server_session *session, const char *argument) {
    (void)argument;
    session->over = true;
    size_t left = update(session);
    pop3_server_close(&session->maildrop);
    if (left > 0)
        return failure_set(&session->why, "[SYS/TEMP] %zu messages could not be removed", left);
    return accept_with(session, "Good-bye");
}
