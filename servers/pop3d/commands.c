#include "commands.h"
#include "auth.h"
#include "capa.h"
#include "language.h"
#include "listing.h"
#include "retrieve.h"
#include "secure.h"
#include "update.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* `argument` is what stands behind the verb and one blank; "" if nothing. */
typedef void command_function(struct session *session, const char *argument);

/* What a command wants to find behind its verb. */
enum argument {
    NOTHING,
    SOMETHING, /* its function looks */
    SECRET, /* the same, and the line is neither shown nor kept; blanks at its end belong to it */
};

struct command {
    const char *verb;
    command_function *run;
    enum session_state states; /* in which it may come */
    enum argument argument;
};

static command_function noop, quit, apop;

static const struct command commands[] = {
    {"CAPA", capa_list, SESSION_ANY, NOTHING},
    {"USER", auth_user, SESSION_AUTHORIZATION, SOMETHING},
    {"PASS", auth_pass, SESSION_AUTHORIZATION, SECRET},
    {"AUTH", auth_sasl, SESSION_AUTHORIZATION, SECRET},
    {"STLS", secure_stls, SESSION_AUTHORIZATION, NOTHING},
    {"UTF8", language_utf8, SESSION_AUTHORIZATION, NOTHING},
    {"LANG", language_lang, SESSION_ANY, SOMETHING},
    {"STAT", listing_stat, SESSION_TRANSACTION, NOTHING},
    {"LIST", listing_list, SESSION_TRANSACTION, SOMETHING},
    {"UIDL", listing_uidl, SESSION_TRANSACTION, SOMETHING},
    {"RETR", retrieve_retr, SESSION_TRANSACTION, SOMETHING},
    {"TOP", retrieve_top, SESSION_TRANSACTION, SOMETHING},
    {"DELE", update_dele, SESSION_TRANSACTION, SOMETHING},
    {"RSET", update_rset, SESSION_TRANSACTION, NOTHING},
    {"NOOP", noop, SESSION_TRANSACTION, NOTHING},
    {"QUIT", quit, SESSION_ANY, NOTHING},
    {"APOP", apop, SESSION_AUTHORIZATION, SECRET},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *find(const struct buf *line) {
    size_t length = line->length > 0 ? strcspn(line->bytes, " ") : 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strlen(commands[i].verb) == length &&
            strncasecmp(commands[i].verb, line->bytes, length) == 0)
            return &commands[i];
    return NULL;
}

const char *commands_show(const struct buf *line, char text[COMMANDS_SHOWN]) {
    const struct command *command = find(line);
    if (command == NULL)
        snprintf(text, COMMANDS_SHOWN, "?");
    else if (command->argument == SECRET)
        snprintf(text, COMMANDS_SHOWN, "%s ...", command->verb);
    else
        snprintf(text, COMMANDS_SHOWN, "%s", line->bytes);
    return text;
}

static void noop(struct session *session, const char *argument) {
    (void)argument;
    session_ok(session, "Still here");
}

/* It needs each password in clear on the server's disk; and MD5 is no protection any more. */
static void apop(struct session *session, const char *argument) {
    (void)argument;
    session_refuse(session, NULL, "No APOP here: passwords are kept as hashes only");
}

static void quit(struct session *session, const char *argument) {
    (void)argument;
    if (session->state == SESSION_TRANSACTION)
        update_remove(session);
    else
        session_ok(session, "%s says goodbye", session->settings->site.hostname);
    if (session->visit.over == NULL)
        session->visit.over = "quit";
}

/* Blanks at the end of a line are tolerated, where they cannot be part of a password. */
static void cut_blanks(struct buf *line) {
    while (line->length > 0 && line->bytes[line->length - 1] == ' ')
        line->bytes[--line->length] = '\0';
}

void commands_run(struct session *session) {
    struct buf *line = &session->visit.line;
    char shown[COMMANDS_SHOWN];
    visit_log(&session->visit, LOG_DEBUG, "command=\"%s\"", commands_show(line, shown));
    const struct command *command = find(line);
    if (command == NULL) {
        session_refuse(session, NULL, "Command not recognized");
        return;
    }
    if (command->argument != SECRET)
        cut_blanks(line);
    const char *argument = line->bytes + strlen(command->verb);
    if (*argument == ' ')
        argument++;
    if ((command->states & session->state) == 0)
        session_refuse(session, NULL, "%s",
                       session->state == SESSION_AUTHORIZATION
                           ? "Say who you are first: USER and PASS, or AUTH"
                           : "You have said who you are already");
    else if (command->argument == NOTHING && *argument != '\0')
        session_refuse(session, NULL, "%s takes no argument", command->verb);
    else
        command->run(session, argument);
    if (command->argument == SECRET)
        buf_wipe(line);
}
