#include "number.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *number_read(const char *text, unsigned long long *number) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || (text[digits] != '\0' && text[digits] != ' '))
        return NULL;
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return errno == ERANGE ? NULL : text + digits;
}

size_t number_message(struct session *session, const char *text) {
    size_t count = maildrop_count(session->maildrop);
    unsigned long long number;
    const char *rest = number_read(text, &number);
    if (rest == NULL || *rest != '\0')
        session_refuse(session, NULL, "That is no message number");
    else if (number < 1 || number > count)
        session_refuse(session, NULL, "No such message: there are %zu", count);
    else if (maildrop_is_deleted(session->maildrop, (size_t)number))
        session_refuse(session, NULL, "Message %llu is deleted", number);
    else
        return (size_t)number;
    return 0;
}
