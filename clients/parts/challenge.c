#include "challenge.h"
#include "auth.h"
#include "b64_command.h"
#include "base64.h"
#include "visible.h"
#include <string.h>
#include <strings.h>

/* What the server asks. 0; -1: that is no base64. The kit's own decoder: this is an explanation,
   and must be right also for whoever has not written his yet. */
static int decode(const struct smtp_reply *reply, struct buf *question) {
    const char *text = reply->text + (reply->length > strlen("334 ") ? strlen("334 ") : 0);
    return base64_decode(text, strcspn(text, "\n"), question);
}

void challenge_explain(const struct smtp_reply *reply, struct repl *repl) {
    struct buf question, shown;
    buf_init(&question, SMTP_REPLY_LIMIT);
    buf_init(&shown, 4 * SMTP_REPLY_LIMIT);
    if (decode(reply, &question) < 0)
        repl_remark(repl, "the server's question is not base64");
    else if (question.length > 0 && visible_append(&shown, question.bytes, question.length) == 0)
        repl_remark(repl, "the server asks: %s", shown.bytes);
    repl_remark(repl, "answer in base64, or /b64 TEXT, which is sent encoded; * cancels%s",
                challenge_is_secret(reply) ? "; what you type is not shown" : "");
    buf_free(&question);
    buf_free(&shown);
}

bool challenge_is_secret(const struct smtp_reply *reply) {
    struct buf question;
    buf_init(&question, SMTP_REPLY_LIMIT);
    bool is_user = decode(reply, &question) == 0 && question.length > 0 &&
                   strncasecmp(question.bytes, "user", 4) == 0;
    buf_free(&question);
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
