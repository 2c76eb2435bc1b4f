#include "complain.h"
#include "failure.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void complain(const char *program, const char *format, ...) {
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct failure clean; /* a failure is one line without control characters */
    failure_set(&clean, "%s", words);
    fprintf(stderr, "%s: %s\n", program, clean.text);
}

int complain_misuse(const char *program, const char *format, ...) {
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    complain(program, "%s (%s --help tells more)", words, program);
    return EXIT_MISUSE;
}

void remark(const char *program, const char *format, ...) {
    if (!isatty(STDERR_FILENO))
        return;
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    complain(program, "%s", words);
}
