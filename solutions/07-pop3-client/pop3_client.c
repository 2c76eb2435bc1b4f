/*
 * Lab 07, finished: the commands of POP3 (TODO 1 to 9). The contracts are in shared/pop3.h.
 */
#include "pop3.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void forget_answer(struct pop3 *pop3) {
    pop3->answer.result = -1;
    pop3->answer.text[0] = '\0';
    pop3->answer.length = 0;
}

/* The status indicator (§3), and what may stand behind it: nothing, or a blank and text. */
static int status_of(const struct line *line) {
    static const struct {
        const char *word;
        int result;
    } words[] = {{"+OK", POP3_OK}, {"-ERR", POP3_ERR}, {"+", POP3_MORE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if (line->length >= length && strncasecmp(line->text, words[i].word, length) == 0 &&
            (line->length == length || line->text[length] == ' '))
            return words[i].result;
    }
    return -1;
}

int pop3_read_answer(struct pop3 *pop3) {
    struct line line;
    forget_answer(pop3);
    stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms));
    if (line_read(&pop3->reader, &line, &pop3->why) < 0)
        return -1;
    int result = status_of(&line);
    if (result < 0)
        return failure_set(&pop3->why, "malformed answer: \"%.80s\"", line.text);
    memcpy(pop3->answer.text, line.text, line.length + 1);
    pop3->answer.length = line.length;
    pop3->answer.result = result;
    return result;
}

int pop3_command(struct pop3 *pop3, const char *command) {
    if (strpbrk(command, "\r\n") != NULL)
        return failure_set(&pop3->why, "a command is one line");
    if (strlen(command) > POP3_COMMAND_LIMIT)
        return failure_set(&pop3->why, "command longer than %d bytes", POP3_COMMAND_LIMIT);
    /* When this fails, the server may have said why before it left: the answer decides. */
    stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms));
    stream_printf(pop3->stream, "%s\r\n", command);
    stream_flush(pop3->stream);
    int result = pop3_read_answer(pop3);
    return result == POP3_MORE ? failure_set(&pop3->why, "the server asks for more") : result;
}

/* A multi-line answer on its way in. */
struct reading {
    char line[LINE_LIMIT + 1]; /* with its CR LF, and a NUL */
    size_t length;
    bool continued;  /* the line has begun in an earlier piece */
    char last;       /* the byte before */
    size_t in_block; /* since the deadline was set */
    uint64_t handed_out;
};

/* Waits for more bytes; none are left in the reader. 0 or -1. */
static int read_more(struct pop3 *pop3, struct reading *reading) {
    struct line_reader *reader = &pop3->reader;
    if (reading->in_block >= POP3_BLOCK) {
        stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms));
        reading->in_block = 0;
    }
    size_t count;
    switch (stream_read_some(pop3->stream, reader->bytes, sizeof reader->bytes, &count)) {
    case STREAM_OK:
        reader->start = 0;
        reader->end = count;
        reading->in_block += count;
        return 0;
    case STREAM_END:
        return failure_set(&pop3->why,
                           "the server closed the connection in the middle of an answer");
    default:
        return failure_set(&pop3->why, "%s", stream_failure(pop3->stream));
    }
}

/* Hands out the line, or a part of a long one, without the dot that the server has put in front. */
static int hand_out(struct pop3 *pop3, struct reading *reading, uint64_t limit, pop3_bytes *take,
                    void *context) {
    size_t stuffing = !reading->continued && reading->line[0] == '.' ? 1 : 0;
    size_t count = reading->length - stuffing;
    if (count > limit - reading->handed_out)
        return failure_set(&pop3->why, "answer longer than %llu bytes", (unsigned long long)limit);
    reading->handed_out += count;
    reading->line[reading->length] = '\0';
    return take(context, reading->line + stuffing, count, &pop3->why);
}

int pop3_read_lines(struct pop3 *pop3, uint64_t limit, pop3_bytes *take, void *context) {
    struct reading reading = {.length = 0};
    stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms));
    for (;;) {
        if (pop3->reader.start == pop3->reader.end && read_more(pop3, &reading) < 0)
            return -1;
        char byte = pop3->reader.bytes[pop3->reader.start++];
        bool ended = byte == '\n' && reading.last == '\r';
        reading.last = byte;
        reading.line[reading.length++] = byte;
        if (!ended && reading.length < LINE_LIMIT)
            continue;
        if (!reading.continued && reading.length == 3 && memcmp(reading.line, ".\r\n", 3) == 0)
            return 0;
        if (hand_out(pop3, &reading, limit, take, context) < 0)
            return -1;
        reading.continued = !ended;
        reading.length = 0;
    }
}

/* The command, and, if it was taken, the lines of its answer. */
static int command_with_lines(struct pop3 *pop3, const char *command, uint64_t limit,
                              pop3_bytes *take, void *context) {
    int result = pop3_command(pop3, command);
    if (result == POP3_OK && pop3_read_lines(pop3, limit, take, context) < 0)
        return -1;
    return result;
}

int pop3_login(struct pop3 *pop3, const char *user, const char *password) {
    static const char pass[] = "PASS ";
    char command[POP3_COMMAND_LIMIT + 1];
    if (strpbrk(user, "\r\n") != NULL)
        return failure_set(&pop3->why, "a user name is one line");
    if (strpbrk(password, "\r\n") != NULL)
        return failure_set(&pop3->why, "a password is one line");
    if (strlen(user) > POP3_COMMAND_LIMIT - strlen(pass) ||
        strlen(password) > POP3_COMMAND_LIMIT - strlen(pass))
        return failure_set(&pop3->why, "command longer than %d bytes", POP3_COMMAND_LIMIT);
    snprintf(command, sizeof command, "USER %s", user);
    int result = pop3_command(pop3, command);
    if (result != POP3_OK)
        return result;
    snprintf(command, sizeof command, "%s%s", pass, password);
    result = pop3_command(pop3, command);
    explicit_bzero(command, sizeof command);
    return result;
}

/* Reads a decimal number that is at most `most`, and moves *text behind it. 0 or -1. */
static int take_number(const char **text, uint64_t most, uint64_t *number) {
    const char *from = *text;
    *number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        uint64_t digit = (uint64_t)(**text - '0');
        if (*number > (most - digit) / 10)
            return -1;
        *number = *number * 10 + digit;
    }
    return *text > from ? 0 : -1;
}

static bool is_word_end(char byte) {
    return byte == '\0' || byte == ' ' || byte == '\r' || byte == '\n';
}

/* "2 320": a number and a size. 0 or -1. */
static int take_pair(const char *text, uint64_t *number, uint64_t *size) {
    if (take_number(&text, UINT32_MAX, number) < 0 || *text++ != ' ' ||
        take_number(&text, UINT64_MAX, size) < 0 || !is_word_end(*text))
        return -1;
    return 0;
}

static int take_size(const char *text, struct pop3_message *message) {
    uint64_t number;
    if (take_pair(text, &number, &message->size) < 0 || number == 0)
        return -1;
    message->number = (unsigned)number;
    return 0;
}

/* "2 whqtswO00WBw418f9t5JxYwZ". 0 or -1. */
static int take_uid(const char *text, struct pop3_message *message) {
    uint64_t number;
    if (take_number(&text, UINT32_MAX, &number) < 0 || number == 0 || *text++ != ' ')
        return -1;
    size_t length = 0;
    while (text[length] >= 0x21 && text[length] <= 0x7E)
        length++;
    if (length < 1 || length > POP3_UID_LIMIT || !is_word_end(text[length]))
        return -1;
    message->number = (unsigned)number;
    memcpy(message->uid, text, length);
    message->uid[length] = '\0';
    return 0;
}

/* What stands behind "+OK ". */
static const char *answer_text(const struct pop3 *pop3) {
    return pop3->answer.length > strlen("+OK ") ? pop3->answer.text + strlen("+OK ") : "";
}

int pop3_stat(struct pop3 *pop3, unsigned *count, uint64_t *octets) {
    uint64_t number;
    int result = pop3_command(pop3, "STAT");
    if (result != POP3_OK)
        return result;
    if (take_pair(answer_text(pop3), &number, octets) < 0)
        return failure_set(&pop3->why, "STAT was answered with \"%.80s\"", pop3->answer.text);
    *count = (unsigned)number;
    return result;
}

/* LIST or UIDL: what differs, and who wants to know. */
struct listing {
    const char *verb;
    int (*parse)(const char *text, struct pop3_message *message);
    pop3_report *report;
    void *context;
};

/* One line of the listing; a long one in pieces is none. */
static int take_line(void *context, const char *bytes, size_t count, struct failure *why) {
    const struct listing *listing = context;
    struct pop3_message message = {.number = 0};
    if (count < 2 || bytes[count - 1] != '\n' || listing->parse(bytes, &message) < 0)
        return failure_set(why, "%s was answered with \"%.80s\"", listing->verb, bytes);
    return listing->report(listing->context, &message, why);
}

static int list(struct pop3 *pop3, unsigned number, struct listing *listing) {
    if (number == 0)
        return command_with_lines(pop3, listing->verb, POP3_LISTING_LIMIT, take_line, listing);
    char command[POP3_COMMAND_LIMIT + 1];
    snprintf(command, sizeof command, "%s %u", listing->verb, number);
    int result = pop3_command(pop3, command);
    struct pop3_message message = {.number = 0};
    if (result != POP3_OK)
        return result;
    if (listing->parse(answer_text(pop3), &message) < 0 || message.number != number)
        return failure_set(&pop3->why, "%s was answered with \"%.80s\"", command,
                           pop3->answer.text);
    return listing->report(listing->context, &message, &pop3->why) < 0 ? -1 : result;
}

int pop3_list(struct pop3 *pop3, unsigned number, pop3_report *report, void *context) {
    return list(pop3, number, &(struct listing){"LIST", take_size, report, context});
}

int pop3_uidl(struct pop3 *pop3, unsigned number, pop3_report *report, void *context) {
    return list(pop3, number, &(struct listing){"UIDL", take_uid, report, context});
}

int pop3_retr(struct pop3 *pop3, unsigned number, uint64_t limit, pop3_bytes *take, void *context) {
    char command[POP3_COMMAND_LIMIT + 1];
    snprintf(command, sizeof command, "RETR %u", number);
    return command_with_lines(pop3, command, limit, take, context);
}

int pop3_top(struct pop3 *pop3, unsigned number, unsigned lines, uint64_t limit, pop3_bytes *take,
             void *context) {
    char command[POP3_COMMAND_LIMIT + 1];
    snprintf(command, sizeof command, "TOP %u %u", number, lines);
    return command_with_lines(pop3, command, limit, take, context);
}

int pop3_dele(struct pop3 *pop3, unsigned number) {
    char command[POP3_COMMAND_LIMIT + 1];
    snprintf(command, sizeof command, "DELE %u", number);
    return pop3_command(pop3, command);
}

int pop3_rset(struct pop3 *pop3) {
    return pop3_command(pop3, "RSET");
}

int pop3_noop(struct pop3 *pop3) {
    return pop3_command(pop3, "NOOP");
}

int pop3_quit(struct pop3 *pop3) {
    int result = pop3_command(pop3, "QUIT");
    if (result < 0)
        return result;
    /* §6: the server closes. What it still sends does not count. The deadline set for the answer
       holds for this too. */
    char ignored[256];
    size_t count;
    while (stream_read_some(pop3->stream, ignored, sizeof ignored, &count) == STREAM_OK)
        ;
    return result;
}

/* Adds a line to pop3->capa, with \n as its end. */
static int keep_capability(void *context, const char *bytes, size_t count, struct failure *why) {
    struct pop3 *pop3 = context;
    size_t used = strlen(pop3->capa), length = strnlen(bytes, count); /* no NUL in it */
    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    if (used + length + 1 > POP3_CAPA_LIMIT)
        return failure_set(why, "CAPA's answer is longer than %d bytes", POP3_CAPA_LIMIT);
    memcpy(pop3->capa + used, bytes, length);
    memcpy(pop3->capa + used + length, "\n", 2);
    return 0;
}

int pop3_capa(struct pop3 *pop3) {
    pop3->capa[0] = '\0';
    int result = command_with_lines(pop3, "CAPA", POP3_CAPA_LIMIT, keep_capability, pop3);
    if (result != POP3_OK)
        pop3->capa[0] = '\0';
    return result;
}

bool pop3_offers(const struct pop3 *pop3, const char *capability) {
    size_t length = strlen(capability);
    for (const char *line = pop3->capa; *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, capability, length) == 0 &&
            (line[length] == ' ' || line[length] == '\n'))
            return true;
    }
    return false;
}

int pop3_begin_tls(struct pop3 *pop3, struct tls_context *context, const char *server) {
    if (pop3->reader.start != pop3->reader.end || stream_buffered(pop3->stream) > 0)
        return failure_set(&pop3->why, "the server went on in clear where TLS must begin");
    stream_set_deadline(pop3->stream, deadline_in(pop3->timeout_ms));
    if (stream_start_tls(pop3->stream, context, server, &pop3->why) < 0)
        return -1;
    forget_answer(pop3);
    pop3->capa[0] = '\0';
    return 0;
}

int pop3_stls(struct pop3 *pop3, struct tls_context *context, const char *server) {
    if (pop3_capa(pop3) < 0)
        return -1;
    if (!pop3_offers(pop3, "STLS"))
        return failure_set(&pop3->why, "the server does not offer STLS: "
                                       "perhaps somebody on the way has taken it out");
    int result = pop3_command(pop3, "STLS");
    if (result == POP3_OK && pop3_begin_tls(pop3, context, server) < 0)
        return -1;
    return result;
}
