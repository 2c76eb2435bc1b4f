#include "password.h"
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line of standard input, without its line end. Unbuffered: no copy stays behind. */
static int read_line(char password[PASSWORD_LIMIT + 1], struct failure *why) {
    size_t length = 0;
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
        if (length == PASSWORD_LIMIT)
            return failure_set(why, "the password is longer than %d bytes", PASSWORD_LIMIT);
        if (byte == '\0')
            return failure_set(why, "NUL byte in the password");
        password[length++] = byte;
    }
    if (length > 0 && password[length - 1] == '\r')
        length--;
    password[length] = '\0';
    return length > 0 ? 0 : failure_set(why, "no password was given on standard input");
}

/* Asks with the echo off. Ctrl-C takes effect only when the echo is on again. */
static int ask(const char *question, const char *address, char password[PASSWORD_LIMIT + 1],
               struct failure *why) {
    struct termios before, silent;
    sigset_t all, mask;
    if (tcgetattr(STDIN_FILENO, &before) < 0)
        return failure_set(why, "the terminal cannot hide what is typed");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    fprintf(stderr, "%s for %s: ", question, address);
    int status = read_line(password, why);
    fputc('\n', stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return status;
}

int password_ask(char password[PASSWORD_LIMIT + 1], const char *address, struct failure *why) {
    if (!isatty(STDIN_FILENO))
        return read_line(password, why);
    char again[PASSWORD_LIMIT + 1] = "";
    int status = ask("Password", address, password, why);
    if (status == 0)
        status = ask("The same again", address, again, why);
    if (status == 0 && strcmp(password, again) != 0)
        status = failure_set(why, "the two passwords differ; nothing was changed");
    explicit_bzero(again, sizeof again);
    return status;
}
