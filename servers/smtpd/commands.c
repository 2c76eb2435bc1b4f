#include "commands.h"
#include "auth.h"
#include "chunk.h"
#include "envelope.h"
#include "greeting.h"
#include "receive.h"
#include "secure.h"
#include "verify.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* `argument` is what stands behind the verb and one blank, without trailing blanks; "" if nothing.
 */
typedef void command_function(struct session *session, const char *argument);

struct command {
    const char *verb;
    command_function *run;
    unsigned states;    /* the enum session_state in which it may come */
    const char *syntax; /* for HELP; NULL: not offered */
};

static command_function noop, rset, help, quit, not_implemented;

static const struct command commands[] = {
    {"EHLO", greeting_ehlo, SESSION_ANY, "EHLO name"},
    {"HELO", greeting_helo, SESSION_ANY, "HELO name"},
    {"MAIL", envelope_mail, SESSION_GREETED,
     "MAIL FROM:<address> [SIZE=octets] [BODY=7BIT|8BITMIME] [SMTPUTF8] [AUTH=address] "
     "[RET=FULL|HDRS] [ENVID=id]"},
    {"RCPT", envelope_rcpt, SESSION_ENVELOPE,
     "RCPT TO:<address> [NOTIFY=when] [ORCPT=type;address]"},
    {"DATA", receive_data, SESSION_ENVELOPE, "DATA"},
    {"BDAT", chunk_bdat, SESSION_ANY, "BDAT octets [LAST]"},
    {"STARTTLS", secure_starttls, SESSION_GREETED | SESSION_ENVELOPE, "STARTTLS"},
    {"AUTH", auth_run, SESSION_GREETED, "AUTH mechanism [initial-response]"},
    {"RSET", rset, SESSION_ANY, "RSET"},
    {"NOOP", noop, SESSION_ANY, "NOOP [text]"},
    {"VRFY", verify_user, SESSION_ANY, "VRFY user or address [SMTPUTF8]"},
    {"HELP", help, SESSION_ANY, "HELP [command]"},
    {"QUIT", quit, SESSION_ANY, "QUIT"},
    /* Known, so 502 and not 500 (RFC 5321 §4.2.4). */
    {"EXPN", not_implemented, SESSION_ANY, NULL},
    {"SEND", not_implemented, SESSION_ANY, NULL},
    {"SOML", not_implemented, SESSION_ANY, NULL},
    {"SAML", not_implemented, SESSION_ANY, NULL},
    {"TURN", not_implemented, SESSION_ANY, NULL},
    {"ETRN", not_implemented, SESSION_ANY, NULL},
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *find(const char *verb, size_t length) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strlen(commands[i].verb) == length && strncasecmp(commands[i].verb, verb, length) == 0)
            return &commands[i];
    return NULL;
}

static size_t verb_length(const struct buf *line) {
    return line->length > 0 ? strcspn(line->bytes, " ") : 0;
}

bool commands_is(const struct buf *line, const char *verb) {
    size_t length = strlen(verb);
    return verb_length(line) == length && strncasecmp(line->bytes, verb, length) == 0;
}

const char *commands_show(const struct buf *line, char text[COMMANDS_SHOWN]) {
    const char *bytes = line->length > 0 ? line->bytes : "";
    if (commands_is(line, "AUTH"))
        snprintf(text, COMMANDS_SHOWN, "%.4s ...", bytes);
    else if (find(bytes, verb_length(line)) != NULL)
        snprintf(text, COMMANDS_SHOWN, "%s", bytes);
    else
        snprintf(text, COMMANDS_SHOWN, "?");
    return text;
}

static void not_implemented(struct session *session, const char *argument) {
    (void)argument;
    session_reply(session, "502 5.5.1", "Command not implemented here");
}

/* For the commands that take none. */
static bool has_argument(struct session *session, const char *argument) {
    if (*argument != '\0')
        session_reply(session, "501 5.5.4", "This command takes no argument");
    return *argument != '\0';
}

static void rset(struct session *session, const char *argument) {
    if (has_argument(session, argument))
        return;
    session_reset(session);
    session_reply(session, "250 2.0.0", "Forgotten");
}

static void noop(struct session *session, const char *argument) {
    (void)argument; /* a string is allowed, and ignored (RFC 5321 §4.1.1.9) */
    session_reply(session, "250 2.0.0", "Ok");
}

static void quit(struct session *session, const char *argument) {
    if (has_argument(session, argument))
        return;
    session_reply(session, "221 2.0.0", "%s closing connection", session->settings->site.hostname);
    session->visit.over = "quit";
}

static void help(struct session *session, const char *argument) {
    const struct command *one = find(argument, strlen(argument));
    if (*argument != '\0' && (one == NULL || one->syntax == NULL)) {
        session_reply(session, "504 5.5.4", "No such command; HELP lists them");
        return;
    }
    for (size_t i = 0; one == NULL && i < COMMAND_COUNT; i++)
        if (commands[i].syntax != NULL)
            session_reply_more(session, "214 2.0.0", "%s", commands[i].syntax);
    session_reply(session, "214 2.0.0", "%s", one == NULL ? "RFC 5321 says more" : one->syntax);
}

/* Why a command cannot come now. */
static const char *out_of_order(enum session_state state) {
    switch (state) {
    case SESSION_NEW:
        return "EHLO or HELO comes first";
    case SESSION_GREETED:
        return "MAIL comes first";
    case SESSION_CHUNKS:
        return "BDAT has begun a message: BDAT LAST ends it, RSET forgets it";
    default:
        return "A message is under way; RSET forgets it";
    }
}

void commands_run(struct session *session) {
    struct buf *line = &session->visit.line;
    char shown[COMMANDS_SHOWN];
    visit_log(&session->visit, LOG_DEBUG, "command=\"%s\"", commands_show(line, shown));
    while (line->length > 0 && line->bytes[line->length - 1] == ' ')
        line->bytes[--line->length] = '\0'; /* tolerated (RFC 5321 §4.1.1) */
    const char *text = line->length > 0 ? line->bytes : "";
    size_t verb = verb_length(line);
    const struct command *command = find(text, verb);
    if (command == NULL)
        session_reply(session, "500 5.5.1", "Command not recognized; HELP lists them");
    else if ((command->states & session->state) == 0)
        session_reply(session, "503 5.5.1", "%s", out_of_order(session->state));
    else
        command->run(session, text[verb] == '\0' ? "" : text + verb + 1);
}
