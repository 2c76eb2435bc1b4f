#include "password.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the first line of the file. 0 or -1. */
static int read_line(FILE *from, const char *file, struct buf *password, struct failure *why) {
    int c;
    while ((c = getc(from)) != EOF && c != '\n') {
        char byte = (char)c;
        if (byte == '\0')
            return failure_set(why, "%s: a password has no NUL in it", file);
        if (buf_append(password, &byte, 1) < 0)
            return failure_set(why, "%s: longer than %d bytes", file, PASSWORD_LIMIT);
    }
    if (ferror(from))
        return failure_system(why, errno, "%s", file);
    if (password->length > 0 && password->bytes[password->length - 1] == '\r')
        password->bytes[--password->length] = '\0';
    return 0;
}

static int read_file(const char *file, struct buf *password, struct failure *why) {
    FILE *from = fopen(file, "re");
    if (from == NULL)
        return failure_system(why, errno, "%s", file);
    char bytes[4096]; /* stdio's, so that it can be wiped */
    setvbuf(from, bytes, _IOFBF, sizeof bytes);
    int result = read_line(from, file, password, why);
    fclose(from);
    explicit_bzero(bytes, sizeof bytes);
    return result;
}

/* Takes it out of the environment, too: there others of this user could read it. */
static int take_variable(char *value, struct buf *password, struct failure *why) {
    size_t length = strlen(value);
    int result = buf_append(password, value, length);
    explicit_bzero(value, length);
    unsetenv(PASSWORD_VARIABLE);
    return result == 0
               ? 0
               : failure_set(why, PASSWORD_VARIABLE ": longer than %d bytes", PASSWORD_LIMIT);
}

static int ask(struct repl *repl, const char *user, const char *host, struct buf *password,
               struct failure *why) {
    if (!repl_is_terminal(repl))
        return failure_set(why,
                           "no password for %s: there is no terminal to ask at, no --password-file "
                           "and no " PASSWORD_VARIABLE " in the environment",
                           user);
    struct failure question; /* names come from the command line, and may hold anything */
    failure_set(&question, "Password of %s at %s: ", user, host);
    return repl_ask_secret(repl, question.text, password, why);
}

int password_find(const char *user, const char *host, const char *file, struct repl *repl,
                  struct buf *password, struct failure *why) {
    if (file != NULL)
        return read_file(file, password, why);
    char *variable = getenv(PASSWORD_VARIABLE);
    if (variable != NULL)
        return take_variable(variable, password, why);
    if (repl != NULL)
        return ask(repl, user, host, password, why);
    repl = repl_open(&(struct repl_options){.program = "password", .prompt = ""}, why);
    if (repl == NULL)
        return -1;
    int result = ask(repl, user, host, password, why);
    repl_close(repl);
    return result;
}
