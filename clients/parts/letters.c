#include "letters.h"
#include "complain.h"
#include "explain.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static void report_refused(const char *recipient, const struct smtp_reply *reply, void *context) {
    const char *file = context;
    char words[REPLY_LINE_SIZE];
    complain("smtp", "%s: %s refused: %s", file, recipient, reply_line(reply, words));
}

/* Opens a message. NULL when it cannot be read; what cannot is known here, before MAIL. */
static FILE *open_message(const char *file, struct failure *why) {
    FILE *message = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
    if (message == NULL) {
        failure_system(why, errno, "%s", file);
        return NULL;
    }
    int first = getc(message); /* a directory opens, and only then fails */
    if (first != EOF)
        ungetc(first, message);
    if (first == EOF && ferror(message)) {
        failure_system(why, errno, "%s", file);
        fclose(message);
        return NULL;
    }
    return message;
}

/* Sends one file. 1: for everybody; 0: not so, and said; -1: the session is over, see smtp->why. */
static int send_file(struct smtp *smtp, const struct letters *letters, const char *file) {
    struct failure why;
    FILE *message = open_message(file, &why);
    if (message == NULL) {
        complain("smtp", "%s", why.text);
        return 0;
    }
    size_t accepted = 0;
    int code = smtp_send(smtp, letters->sender, letters->recipients, letters->recipient_count,
                         message, &accepted, report_refused, (void *)(uintptr_t)file);
    if (message != stdin)
        fclose(message);
    if (code < 0)
        return -1;

    char words[REPLY_LINE_SIZE];
    reply_line(&smtp->reply, words);
    if (code == 421)
        return failure_set(&smtp->why, "the server ended the session: %s", words);
    if (accepted == 0) {
        complain("smtp", "%s: not sent: %s", file, words);
        return 0;
    }
    printf("%s: %s\n", file, words);
    fflush(stdout);
    return accepted == letters->recipient_count;
}

/* From the greeting to EHLO's reply. 0 or -1. */
static int begin(struct smtp *smtp, const char *name) {
    char words[REPLY_LINE_SIZE];
    int code = smtp_read_reply(smtp);
    if (code == 220)
        code = smtp_greet(smtp, name);
    else if (code >= 0)
        return failure_set(&smtp->why, "the server offers no service: %s",
                           reply_line(&smtp->reply, words));
    if (code >= 0 && code != 250)
        return failure_set(&smtp->why, "the server refused the greeting of %s: %s", name,
                           reply_line(&smtp->reply, words));
    return code < 0 ? -1 : 0;
}

int letters_send(struct smtp *smtp, const struct letters *letters, struct failure *why) {
    bool all = true;
    int result = begin(smtp, letters->name);
    for (size_t i = 0; i < letters->file_count && result >= 0; i++) {
        result = send_file(smtp, letters, letters->files[i]);
        all = all && result == 1;
    }
    if (result >= 0)
        result = smtp_quit(smtp);
    if (result < 0)
        return failure_set(why, "%s", smtp->why.text);
    return all ? 0 : failure_set(why, "%s", "");
}
