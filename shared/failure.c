#include "failure.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Takes off what the cut left of a UTF-8 character at the end. */
static void trim_partial_character(char *text, size_t length) {
    size_t start = length;
    while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0 || ((unsigned char)text[start - 1] & 0xC0) != 0xC0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (length - (start - 1) < whole)
        text[start - 1] = '\0';
}

/* The words may quote what a peer sent: no control character of its reaches a terminal, and a
   failure stays one line. */
static void store(struct failure *why, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        why->text[i] = (char)(byte < ' ' || byte == 0x7F ? '?' : byte);
    }
    why->text[length] = '\0';
}

/* `text` is apart from why->text, so that the old words may be an argument of the new ones. */
static void format_words(char *text, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void format_words(char *text, size_t size, const char *format, va_list arguments) {
    int length = vsnprintf(text, size, format, arguments);
    if (length < 0)
        text[0] = '\0';
    else if ((size_t)length >= size)
        trim_partial_character(text, size - 1);
}

int failure_set(struct failure *why, const char *format, ...) {
    if (why == NULL)
        return -1;
    char text[sizeof why->text];
    va_list arguments;
    va_start(arguments, format);
    format_words(text, sizeof text, format, arguments);
    va_end(arguments);
    store(why, text, strlen(text));
    return -1;
}

/* The system's words begin with a capital, as sentences do; ours stand within one. A name such as
   "RPC" keeps its capitals. */
static void system_words(int error, char *text, size_t size) {
    const char *words = strerrordesc_np(error); /* as strerror, but in English and thread-safe */
    if (words == NULL) {
        snprintf(text, size, "error %d", error);
        return;
    }
    snprintf(text, size, "%s", words);
    if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
        text[0] = (char)(text[0] - 'A' + 'a');
}

int failure_system(struct failure *why, int error, const char *format, ...) {
    if (why == NULL)
        return -1;
    char text[sizeof why->text], reason[100];
    va_list arguments;
    va_start(arguments, format);
    format_words(text, sizeof text, format, arguments);
    va_end(arguments);
    system_words(error, reason, sizeof reason);
    return failure_set(why, "%s: %s", text, reason);
}

int failure_not_written(struct failure *why, int todo, const char *function) {
    return failure_set(why, "TODO %d: %s is not written yet", todo, function);
}
