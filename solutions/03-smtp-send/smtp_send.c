/*
 * Lab 03, finished: the commands of SMTP. The contracts are in shared/smtp.h.
 */
#include "smtp.h"
#include <string.h>

int smtp_command(struct smtp *smtp, const char *command) {
    if (strpbrk(command, "\r\n") != NULL)
        return failure_set(&smtp->why, "a command is one line");
    /* When this fails, the server may have said why before it left: the reply decides. */
    stream_set_deadline(smtp->stream, deadline_in(smtp->timeout_ms));
    stream_printf(smtp->stream, "%s\r\n", command);
    stream_flush(smtp->stream);
    return smtp_read_reply(smtp);
}

/* Sends a command that is made of two parts: "EHLO " and a name. */
static int command_with(struct smtp *smtp, const char *verb, const char *argument,
                        const char *end) {
    char command[SMTP_COMMAND_LIMIT + 1];
    int length = snprintf(command, sizeof command, "%s%s%s", verb, argument, end);
    if (length < 0 || (size_t)length >= sizeof command)
        return failure_set(&smtp->why, "command longer than %d bytes", SMTP_COMMAND_LIMIT);
    return smtp_command(smtp, command);
}

int smtp_greet(struct smtp *smtp, const char *name) {
    int code = command_with(smtp, "EHLO ", name, "");
    bool no_extensions = code == 500 || code == 502 || code == 504 || code == 550;
    return no_extensions ? command_with(smtp, "HELO ", name, "") : code;
}

int smtp_mail(struct smtp *smtp, const char *sender) {
    return command_with(smtp, "MAIL FROM:<", sender, ">");
}

int smtp_rcpt(struct smtp *smtp, const char *recipient) {
    return command_with(smtp, "RCPT TO:<", recipient, ">");
}

/* Where in the message we are: what the next byte must know of those before it. */
struct position {
    bool at_line_start;
    bool after_cr;
};

/*
 * Writes `count` bytes of the message into `wire` as they must be sent, and returns how many these
 * are: at most two for each.
 */
static size_t convert(struct position *position, const char *bytes, size_t count, char *wire) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        char byte = bytes[i];
        bool second_half = byte == '\n' && position->after_cr; /* of a CR LF, which is sent */
        position->after_cr = byte == '\r';
        if (second_half)
            continue;
        if (byte == '\r' || byte == '\n') { /* §2.3.8: a line ends in CR LF and nothing else */
            wire[length++] = '\r';
            wire[length++] = '\n';
            position->at_line_start = true;
            continue;
        }
        if (byte == '.' && position->at_line_start)
            wire[length++] = '.'; /* §4.5.2: dot-stuffing */
        wire[length++] = byte;
        position->at_line_start = false;
    }
    return length;
}

/* Sends the message and the final dot. 0; -1: the message cannot be read, or not be sent. */
static int send_message(struct smtp *smtp, FILE *message) {
    struct position position = {.at_line_start = true};
    char bytes[8192];
    char wire[2 * sizeof bytes];
    size_t count;
    while ((count = fread(bytes, 1, sizeof bytes, message)) > 0) {
        /* §4.5.3.2.5: a time-out for each block, not for the whole: the message may be long. */
        stream_set_deadline(smtp->stream, deadline_in(smtp->timeout_ms));
        if (stream_write(smtp->stream, wire, convert(&position, bytes, count, wire)) < 0)
            return -1;
    }
    if (ferror(message))
        return -1;
    /* §4.1.1.4: the CR LF in front of the dot is the one that ends the message's last line. */
    stream_printf(smtp->stream, "%s.\r\n", position.at_line_start ? "" : "\r\n");
    return stream_flush(smtp->stream);
}

int smtp_data(struct smtp *smtp, FILE *message) {
    int code = smtp_command(smtp, "DATA");
    if (code / 100 == 2)
        return failure_set(&smtp->why, "DATA was answered with %d, not 354", code);
    if (code != 354)
        return code;
    if (send_message(smtp, message) < 0 && ferror(message))
        return failure_set(&smtp->why, "cannot read the message"); /* without the dot: not sent */
    return smtp_read_reply(smtp); /* also when sending failed: a server that gives up may say why */
}

/* RCPT for each recipient. The last code; *taken counts the recipients that were not refused. */
static int send_recipients(struct smtp *smtp, const char *const *recipients, size_t count,
                           size_t *taken, smtp_report *report, void *context) {
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        code = smtp_rcpt(smtp, recipients[i]);
        if (code < 0 || code == 421)
            return code;
        if (code / 100 == 2)
            ++*taken;
        else if (report != NULL)
            report(recipients[i], &smtp->reply, context);
    }
    return code;
}

int smtp_send(struct smtp *smtp, const char *sender, const char *const *recipients, size_t count,
              FILE *message, size_t *accepted, smtp_report *report, void *context) {
    size_t taken = 0;
    int code = smtp_mail(smtp, sender);
    if (code / 100 == 2)
        code = send_recipients(smtp, recipients, count, &taken, report, context);
    if (code >= 0 && code != 421 && taken > 0)
        code = smtp_data(smtp, message);

    bool sent = code / 100 == 2 && taken > 0;
    if (accepted != NULL)
        *accepted = sent ? taken : 0;
    if (!sent && code >= 0 && code != 421) {
        struct smtp_reply decisive = smtp->reply;
        smtp_rset(smtp); /* should it fail, the next command says so */
        smtp->reply = decisive;
    }
    return code;
}

int smtp_vrfy(struct smtp *smtp, const char *who) {
    return command_with(smtp, "VRFY ", who, "");
}

int smtp_noop(struct smtp *smtp) {
    return smtp_command(smtp, "NOOP");
}

int smtp_rset(struct smtp *smtp) {
    return smtp_command(smtp, "RSET");
}

int smtp_quit(struct smtp *smtp) {
    int code = smtp_command(smtp, "QUIT");
    if (code != 221)
        return code;
    /* §4.1.1.10: the server closes first. What it still sends does not count. The deadline set for
       the reply holds for this too. */
    char ignored[256];
    size_t count;
    while (stream_read_some(smtp->stream, ignored, sizeof ignored, &count) == STREAM_OK)
        ;
    return code;
}
