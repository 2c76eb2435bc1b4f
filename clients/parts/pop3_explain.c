#include "pop3_explain.h"
#include "meaning.h"
#include <string.h>
#include <strings.h>

static const struct command {
    const char *verb;
    const char *yes;
    const char *no;
    const char *source;
} commands[] = {
    {"", "the server is ready: AUTHORIZATION state, log in", "no service now", "RFC 1939 §4"},
    {"USER", "go on with PASS; whether there is such a mailbox, it does not say",
     "no such mailbox, or no login this way (perhaps only under TLS)", "RFC 1939 §7"},
    {"PASS", "logged in: the maildrop is locked, and stays as it is now until QUIT",
     "not logged in: user or password are wrong, or the maildrop is not to be had", "RFC 1939 §7"},
    {"APOP", "logged in: the maildrop is locked, and stays as it is now until QUIT",
     "not logged in, or no APOP here", "RFC 1939 §7"},
    {"AUTH", "logged in: the maildrop is locked, and stays as it is now until QUIT",
     "not logged in, or the mechanism is not known", "RFC 5034 §4"},
    {"STAT", "how many messages, and how many octets they have together", "only after the login",
     "RFC 1939 §5"},
    {"LIST", "the number of a message, and its octets with CR LF as line end",
     "no such message, or it is marked as deleted, or nobody is logged in", "RFC 1939 §5"},
    {"UIDL", "the number of a message in this session, and its name in all sessions",
     "no such message, or it is marked as deleted, or no UIDL here", "RFC 1939 §7"},
    {"RETR", "the message, up to a line with only a dot; it stays in the maildrop",
     "no such message, or it is marked as deleted, or nobody is logged in", "RFC 1939 §5"},
    {"TOP", "header and first lines of the message, up to a line with only a dot",
     "no such message, or it is marked as deleted, or no TOP here", "RFC 1939 §7"},
    {"DELE", "marked as deleted; QUIT removes it, RSET takes the mark away",
     "no such message, or it is marked already", "RFC 1939 §5"},
    {"RSET", "nothing is marked as deleted any more", "only after the login", "RFC 1939 §5"},
    {"NOOP", "the server is there", "only after the login", "RFC 1939 §5"},
    {"QUIT", "UPDATE state: what was marked as deleted is removed now",
     "some of what was marked as deleted could not be removed", "RFC 1939 §6"},
    {"CAPA", "what the server can do, up to a line with only a dot", "no list: an older server",
     "RFC 2449 §5"},
    {"STLS", "the server waits for the TLS handshake", "no TLS now", "RFC 2595 §4"},
    {"UTF8", "mailboxes and headers may be UTF-8 now", "no UTF8 here, or too late", "RFC 6856 §2"},
    {"LANG", "in this language the server speaks from now on", "no such language", "RFC 6856 §3"},
};

static const struct meaning codes[] = {
    {"[IN-USE]", "another session has the maildrop open; later it is free", "RFC 2449 §8.1.2"},
    {"[LOGIN-DELAY]", "too soon after the last login; try later", "RFC 2449 §8.1.1"},
    {"[SYS/TEMP]", "the server's trouble, not yours; try later", "RFC 3206 §4"},
    {"[SYS/PERM]", "the server's trouble, and it will not pass by itself", "RFC 3206 §4"},
    {"[AUTH]", "user or password are wrong, or the account is closed", "RFC 3206 §5"},
    {"[UTF8]", "this needs UTF8 mode", "RFC 6856 §5"},
    {NULL, NULL, NULL},
};

static const struct meaning capabilities[] = {
    {"AUTH-RESP-CODE", "a refused login says [AUTH] when user or password are why", "RFC 3206 §6"},
    {"EXPIRE", "how many days a message stays, at least", "RFC 2449 §6.7"},
    {"IMPLEMENTATION", "which program this is", "RFC 2449 §6.9"},
    {"LANG", "the language of the texts can be chosen", "RFC 6856 §3"},
    {"LOGIN-DELAY", "so many seconds from one login to the next", "RFC 2449 §6.5"},
    {"PIPELINING", "commands may be sent without waiting for each answer", "RFC 2449 §6.6"},
    {"RESP-CODES", "an -ERR may carry a code in brackets, for programs", "RFC 2449 §6.4"},
    {"SASL", "AUTH, with these mechanisms", "RFC 5034 §3"},
    {"STLS", "the connection can be encrypted", "RFC 2595 §4"},
    {"TOP", "header and first lines can be asked for", "RFC 2449 §6.1"},
    {"UIDL", "messages have names that stay the same", "RFC 2449 §6.8"},
    {"USER", "login with USER and PASS", "RFC 2449 §6.2"},
    {"UTF8", "mailboxes and headers may be UTF-8", "RFC 6856 §2"},
    {NULL, NULL, NULL},
};

static const struct command *find_command(const char *line) {
    size_t length = strcspn(line, " ");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strlen(commands[i].verb) == length && strncasecmp(commands[i].verb, line, length) == 0)
            return &commands[i];
    }
    return NULL;
}

static void explain_status(const char *line, const struct pop3_answer *answer, struct buf *lines) {
    bool yes = answer->result == POP3_OK;
    const struct command *command = find_command(line);
    struct meaning meaning = {NULL, yes ? "done" : "no", "RFC 1939 §3"};
    if (answer->result == POP3_MORE)
        meaning = (struct meaning){
            NULL, "the server's challenge, in base64; it waits for the answer", "RFC 5034 §4"};
    else if (command != NULL)
        meaning = (struct meaning){NULL, yes ? command->yes : command->no, command->source};
    const char *word = answer->result == POP3_MORE ? "+" : yes ? "+OK" : "-ERR";
    meaning_add(lines, word, strlen(word), strlen(word), &meaning);
}

/* "[IN-USE]" behind the blank (RFC 2449 §8). */
static void explain_code(const struct pop3_answer *answer, struct buf *lines) {
    const char *text = strchr(answer->text, ' ');
    if (text == NULL || text[1] != '[')
        return;
    size_t length = strcspn(++text, "]");
    if (text[length] == ']')
        meaning_add(lines, text, length + 1, length + 1, meaning_find(codes, text, length + 1));
}

static void explain_capabilities(const char *list, struct buf *lines) {
    size_t column = 0;
    for (const char *line = list; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, " \n");
        if (meaning_find(capabilities, line, length) != NULL && length > column)
            column = length;
    }
    for (const char *line = list; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, " \n");
        meaning_add(lines, line, length, column, meaning_find(capabilities, line, length));
    }
}

void pop3_explain(const char *command, const struct pop3_answer *answer, const char *offers,
                  struct buf *lines) {
    explain_status(command, answer, lines);
    if (answer->result == POP3_ERR)
        explain_code(answer, lines);
    explain_capabilities(offers, lines);
}
