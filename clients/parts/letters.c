#include "letters.h"
#include "complain.h"
#include "smtp_explain.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int take_sender(void *into, const char *value, struct failure *why) {
    struct letters *letters = into;
    (void)why;
    letters->sender = value;
    return 0;
}

/* Who made `recipients` has made it long enough for a whole command line. */
static int take_recipient(void *into, const char *value, struct failure *why) {
    struct letters *letters = into;
    (void)why;
    letters->recipients[letters->recipient_count++] = value;
    return 0;
}

const struct option_row letters_options[] = {
    {"from", "SENDER", "the envelope's sender; \"\" is the null path <>", take_sender},
    {"to", "RECIPIENT", "a recipient; may be given many times", take_recipient},
    {NULL, NULL, NULL, NULL},
};

static void report_refused(const char *recipient, const struct smtp_reply *reply, void *context) {
    const char *file = context;
    char words[REPLY_LINE_SIZE];
    complain("smtp", "%s: %s refused: %s", file, recipient, reply_line(reply, words));
}

/* Opens a file. NULL when it cannot be read; what cannot is known here, before MAIL. */
static FILE *open_file(const char *file, struct failure *why) {
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

/* Opens a message: a file, or what is made of its text and attachments. NULL with `why`. */
static FILE *open_message(const struct letters *letters, const char *file, struct failure *why) {
    FILE *text = NULL;
    if (file != NULL && (text = open_file(file, why)) == NULL)
        return NULL;
    if (!attach_wanted(&letters->attach))
        return text;
    FILE *message =
        attach_compose(&letters->attach, letters->sender, (const char *const *)letters->recipients,
                       letters->recipient_count, text, why);
    if (text != NULL && text != stdin)
        fclose(text);
    return message;
}

/* Sends one file (NULL: there is no text). 1: for everybody; 0: not so, and said; -1: the session
 * is over, see smtp->why. */
static int send_file(struct smtp *smtp, const struct letters *letters, const char *file) {
    struct failure why;
    FILE *message = open_message(letters, file, &why);
    if (message == NULL) {
        complain("smtp", "%s", why.text);
        return 0;
    }
    if (file == NULL)
        file = "message";
    size_t accepted = 0;
    int code = smtp_send(smtp, letters->sender, (const char *const *)letters->recipients,
                         letters->recipient_count, message, &accepted, report_refused,
                         (void *)(uintptr_t)file);
    if (message != stdin)
        fclose(message);
    if (code < 0)
        return -1;

    char words[REPLY_LINE_SIZE];
    reply_line(&smtp->reply, words);
    if (code == 421)
        return failure_set(&smtp->why, "the server ended the session: %s", words);
    if (accepted == 0) {
        complain("smtp", "%s: not sent: %s%s", file, words,
                 code == 530 ? " (--auth USER logs in, --starttls encrypts)" : "");
        return 0;
    }
    printf("%s: %s\n", file, words);
    fflush(stdout);
    return accepted == letters->recipient_count;
}

int letters_send(struct smtp *smtp, const struct letters *letters, struct failure *why) {
    static const char *const no_text[] = {NULL};
    const char *const *files = letters->file_count > 0 ? letters->files : no_text;
    size_t count = letters->file_count > 0 ? letters->file_count : 1;
    bool all = true;
    int result = 0;
    for (size_t i = 0; i < count && result >= 0; i++) {
        result = send_file(smtp, letters, files[i]);
        all = all && result == 1;
    }
    if (result >= 0)
        result = smtp_quit(smtp);
    if (result < 0)
        return failure_set(why, "%s", smtp->why.text);
    return all ? 0 : failure_set(why, "%s", "");
}
