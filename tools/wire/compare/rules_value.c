/* Lines that are the same but for what varies by nature: is it at least what it should be? */
#include "canon.h"
#include "rules.h"
#include "wording.h"
#include <string.h>
#include <strings.h>
#include <time.h>

static bool starts_with(const struct dialogue_step *step, const char *word) {
    size_t length = strlen(word);

    return step->length >= length && strncasecmp(step->bytes, word, length) == 0;
}

/* canon.h has seen to the form "Sat, 21 Nov 2026 10:07:08 +0000"; now what stands in it. */
static bool is_date(const char *text, size_t length) {
    struct tm time;
    char copy[64];

    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return strptime(copy, " %a, %d %b %Y %H:%M:%S", &time) != NULL;
}

static bool has_bad_date(struct look *look) {
    enum {
        NAME = 5
    };
    if (look->mine->kind != DIALOGUE_MESSAGE || !starts_with(look->mine, "Date:") ||
        is_date(look->mine->bytes + NAME, look->mine->length - NAME))
        return false;
    look_say(look, "What stands in ");
    look_quote(look, look->mine);
    look_say(look, " has the form of a date, but is none.");
    return look_at(look, NAME);
}

static bool has_bad_message_id(struct look *look) {
    enum {
        NAME = 11
    };
    if (look->mine->kind != DIALOGUE_MESSAGE || !starts_with(look->mine, "Message-ID:"))
        return false;
    const char *text = look->mine->bytes + NAME;
    size_t length = look->mine->length - NAME;
    const char *open = memchr(text, '<', length), *at = memchr(text, '@', length);
    const char *close = memchr(text, '>', length);
    if (open != NULL && at != NULL && close != NULL && open + 1 < at && at + 1 < close)
        return false;
    look_say(look, "What stands in ");
    look_quote(look, look->mine);
    look_say(look, " is not of the form <name@domain>.");
    return look_at(look, NAME);
}

/* Which names stand in its canonical form: "date", "queue-id". */
static void say_names(struct look *look) {
    struct buf form;
    bool some = false;

    buf_init(&form, 8UL * DIALOGUE_LINE_LIMIT);
    if (canon_step_line(look->mine, &look->party[COMPARISON_MINE].client, &form) == 0 &&
        form.bytes != NULL) {
        for (const char *at = form.bytes; (at = strstr(at, "‹")) != NULL;) {
            const char *end = strstr(at, "›");
            if (end == NULL)
                break;
            look_say(look, "%s%.*s", some ? ", " : "", (int)(end - at - 3), at + 3);
            some = true;
            at = end;
        }
    }
    buf_free(&form);
    if (!some)
        look_say(look, "value");
}

static bool varies(struct look *look) {
    look_say(look, "Another ");
    say_names(look);
    look_say(look, " stands in ");
    look_quote(look, look->mine);
    look_say(look, ", as in any two recordings.");
    return true;
}

const struct rule value_rules[] = {
    {"date", "RFC 5322 §3.3", has_bad_date, COMPARISON_WRONG, false},
    {"message-id", "RFC 5322 §3.6.4", has_bad_message_id, COMPARISON_WRONG, false},
    {"uidl", "RFC 1939 §7", rule_has_long_uidl, COMPARISON_WRONG, false},
    {"uidl", "RFC 1939 §7", rule_has_wrong_uidl, COMPARISON_WRONG, false},
    {"value", NULL, varies, COMPARISON_ENVIRONMENT, false},
    {NULL, NULL, NULL, COMPARISON_SAME, false},
};
