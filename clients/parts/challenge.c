#include "challenge.h"
#include "auth.h"
#include "b64_command.h"
#include "base64.h"
#include "visible.h"
#include <string.h>
#include <strings.h>

#define QUESTION_LIMIT ((size_t)16384)

/* What the server asks. 0; -1: that is no base64. The kit's own decoder: this is an explanation,
   and must be right also for whoever has not written his yet. */
static int decode(const char *question, struct buf *bytes) {
    return base64_decode(question, strcspn(question, "\r\n"), bytes);
}

void challenge_explain(const char *question, struct repl *repl) {
    struct buf bytes, shown;
    buf_init(&bytes, QUESTION_LIMIT);
    buf_init(&shown, 4 * QUESTION_LIMIT);
    if (decode(question, &bytes) < 0)
        repl_remark(repl, "the server's question is not base64");
    else if (bytes.length > 0 && visible_append(&shown, bytes.bytes, bytes.length) == 0)
        repl_remark(repl, "the server asks: %s", shown.bytes);
    repl_remark(repl, "answer in base64, or /b64 TEXT, which is sent encoded; * cancels%s",
                challenge_is_secret(question) ? "; what you type is not shown" : "");
    buf_free(&bytes);
    buf_free(&shown);
}

bool challenge_is_secret(const char *question) {
    struct buf bytes;
    buf_init(&bytes, QUESTION_LIMIT);
    bool is_user = decode(question, &bytes) == 0 && bytes.length > 0 &&
                   strncasecmp(bytes.bytes, "user", 4) == 0;
    buf_free(&bytes);
    return !is_user;
}

int challenge_ask(struct repl *repl, struct buf *answer, struct failure *why) {
    struct buf typed;
    struct failure ignored;
    buf_init(&typed, AUTH_LINE_LIMIT);
    int result =
        repl_ask_secret(repl, "answer (not shown)> ", &typed, &ignored) < 0
            ? challenge_take("*", 1, answer, why)
            : challenge_take(typed.bytes != NULL ? typed.bytes : "", typed.length, answer, why);
    buf_wipe(&typed);
    return result;
}

int challenge_take(const char *line, size_t length, struct buf *answer, struct failure *why) {
    static const char command[] = "/b64 ";
    size_t start = sizeof command - 1;
    int result = length >= start && memcmp(line, command, start) == 0
                     ? base64_encode(line + start, length - start, answer)
                     : buf_append(answer, line, length);
    return result == 0 ? 0 : failure_set(why, "an answer of more than %zu bytes", answer->limit);
}
