#include "run_message.h"
#include "files.h"
#include "placeholders.h"
#include <limits.h>
#include <string.h>

enum {
    MESSAGE_LIMIT = 128 << 20
};

/* Adds a message of at least `size` bytes: headers, then lines of text, some of which begin with a
   dot. */
static int make(size_t size, struct buf *text) {
    static const char head[] = "From: alice@example.org\nTo: bob@example.org\nSubject: large\n\n";
    static const char *const lines[] = {
        "Line after line of a letter that goes on and on, to see whether all arrives.\n",
        ".One of them begins with a dot.\n", "\n"};
    int result = buf_append(text, head, sizeof head - 1);
    for (size_t i = 0; result == 0 && text->length < size; i++) {
        const char *line = lines[i % (sizeof lines / sizeof lines[0])];
        result = buf_append(text, line, strlen(line));
    }
    return result;
}

/* Where the first word of its Message-ID is: "selam" in <selam.1@…>. Its length; 0: there is none.
 */
static size_t find_identifier(const struct buf *letter, size_t *at) {
    static const char name[] = "\nMessage-ID: <";
    const char *found =
        letter->length == 0 ? NULL : memmem(letter->bytes, letter->length, name, sizeof name - 1);
    const char *text_begins = letter->length == 0 ? NULL : strstr(letter->bytes, "\n\n");
    if (found == NULL || (text_begins != NULL && found > text_begins))
        return 0;
    *at = (size_t)(found - letter->bytes) + sizeof name - 1;
    return strcspn(letter->bytes + *at, ".@>\r\n");
}

/* Adds a letter of the lab, made this run's own. */
static int copy(const struct lab_run *run, const char *letters, struct buf *text,
                struct failure *why) {
    char path[PATH_MAX];
    struct buf letter;
    buf_init(&letter, MESSAGE_LIMIT);
    int result = files_path(path, why, "%s/%s", letters, run->message);
    if (result == 0)
        result = files_read(path, &letter, why);
    size_t at = 0, length = find_identifier(&letter, &at);
    if (result == 0 && length > 0 &&
        (buf_append(text, letter.bytes, at) < 0 ||
         buf_append(text, run->nonce, strlen(run->nonce)) < 0))
        result = failure_set(why, "not enough memory");
    at += length;
    if (result == 0 && letter.length > at &&
        placeholders_fill(letter.bytes + at, letter.length - at, run->nonce, text, why) < 0)
        result = -1;
    buf_free(&letter);
    return result;
}

int run_message_write(const struct lab_run *run, const char *letters, const char *directory,
                      struct failure *why) {
    char path[PATH_MAX];
    struct buf text;
    size_t size = run->message_size;
    if (run->message == NULL)
        return 0;
    if (files_path(path, why, "%s/%s", directory, run->message) < 0)
        return -1;
    buf_init(&text, MESSAGE_LIMIT);
    int result = 0;
    if (size == 0)
        result = copy(run, letters, &text, why);
    else if (make(size, &text) < 0)
        result = failure_set(why, "not enough memory");
    if (result == 0)
        result = files_write(path, text.bytes, size == 0 ? text.length : size, why);
    buf_free(&text);
    return result;
}
