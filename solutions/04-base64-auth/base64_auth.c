/*
 * Lab 04, finished: base64 and the login. The contracts are in shared/auth.h.
 */
#include "auth.h"
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int auth_base64_encode(const void *bytes, size_t count, struct buf *text, struct failure *why) {
    const unsigned char *from = bytes; /* unsigned: 0xC3 must not become a negative number */
    for (size_t i = 0; i < count; i += 3) {
        size_t here = count - i < 3 ? count - i : 3;
        uint32_t bits = (uint32_t)from[i] << 16;
        if (here > 1)
            bits |= (uint32_t)from[i + 1] << 8;
        if (here > 2)
            bits |= from[i + 2];
        const char group[] = {letters[bits >> 18], letters[bits >> 12 & 63],
                              here > 1 ? letters[bits >> 6 & 63] : '=',
                              here > 2 ? letters[bits & 63] : '='};
        if (buf_append(text, group, sizeof group) < 0)
            return failure_set(why, "longer than %zu characters in base64", text->limit);
    }
    return 0;
}

/* What a letter stands for, 0 to 63, or -1. */
static int value_of(char letter) {
    const char *found = memchr(letters, letter, sizeof letters - 1); /* not the NUL behind them */
    return found != NULL ? (int)(found - letters) : -1;
}

/* One group of four, `padding` of them '='. 0 or -1. */
static int decode_group(const char *group, size_t padding, struct buf *bytes, struct failure *why) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? value_of(group[i]) : 0;
        if (value < 0)
            return failure_set(why, "'%c' is no base64 here", group[i]);
        bits = bits << 6 | (uint32_t)value;
    }
    const unsigned char whole[] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8),
                                   (unsigned char)bits};
    size_t count = 3 - padding;
    for (size_t i = count; i < 3; i++) {
        if (whole[i] != 0) /* §3.5 */
            return failure_set(why, "bits that the padding leaves over are not zero");
    }
    if (buf_append(bytes, whole, count) < 0)
        return failure_set(why, "stands for more than %zu bytes", bytes->limit);
    return 0;
}

int auth_base64_decode(const char *text, size_t length, struct buf *bytes, struct failure *why) {
    if (length % 4 != 0)
        return failure_set(why, "%zu characters are no groups of four", length);
    for (size_t i = 0; i < length; i += 4) {
        size_t padding = 0;
        if (i + 4 == length && text[i + 3] == '=')
            padding = text[i + 2] == '=' ? 2 : 1;
        if (decode_group(text + i, padding, bytes, why) < 0)
            return -1;
    }
    return 0;
}

/* Whether `mechanism` is among the words of a line, which ends at a line end. */
static bool has_word(const char *line, const char *mechanism) {
    size_t length = strlen(mechanism);
    for (line += strspn(line, " "); *line != '\n' && *line != '\0'; line += strspn(line, " ")) {
        size_t word = strcspn(line, " \n");
        if (word == length && strncasecmp(line, mechanism, word) == 0)
            return true;
        line += word;
    }
    return false;
}

bool auth_offers(const struct smtp_reply *ehlo, const char *mechanism) {
    if (ehlo->code != 250)
        return false;
    const char *line = strchr(ehlo->text, '\n'); /* the first line is the server's name */
    for (; line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n')) {
        const char *keyword = line + 1 + strlen("250-");
        /* "AUTH=" is older than the standard; some servers write both. */
        if (strncasecmp(keyword, "AUTH ", 5) != 0 && strncasecmp(keyword, "AUTH=", 5) != 0)
            continue;
        if (has_word(keyword + 5, mechanism))
            return true;
    }
    return false;
}

/* Sends a secret as a line, behind `command` if that is not "". The reply's code or -1. */
static int send_secret(struct smtp *smtp, const char *command, const struct buf *text) {
    struct buf line;
    buf_init(&line, AUTH_LINE_LIMIT);
    int code = buf_printf(&line, "%s%s", command, text->bytes != NULL ? text->bytes : "") == 0
                   ? smtp_command(smtp, line.bytes)
                   : failure_set(&smtp->why, "not enough memory");
    buf_wipe(&line);
    return code;
}

/* RFC 4954 §4: a client that will not answer says "*"; the server's 501 ends the exchange. Returns
   -1, with the reason. */
static int cancel(struct smtp *smtp, const char *reason) {
    if (smtp_command(smtp, "*") < 0)
        return -1;
    return failure_set(&smtp->why, "%s", reason);
}

/* The base64 of PLAIN's message: NUL user NUL password. 0 or -1. */
static int plain_message(const char *user, const char *password, struct buf *text,
                         struct failure *why) {
    struct buf message;
    buf_init(&message, AUTH_LINE_LIMIT);
    int result;
    if (buf_append(&message, "", 1) < 0 || buf_append(&message, user, strlen(user) + 1) < 0 ||
        buf_append(&message, password, strlen(password)) < 0)
        result = failure_set(why, "user name and password are too long");
    else
        result = auth_base64_encode(message.bytes, message.length, text, why);
    buf_wipe(&message);
    return result;
}

/* With the command, if the line is not too long; else after the 334. */
static int send_plain(struct smtp *smtp, const struct buf *text) {
    static const char command[] = "AUTH PLAIN ";
    int code;
    if (sizeof command - 1 + text->length <= SMTP_COMMAND_LIMIT) {
        code = send_secret(smtp, command, text);
    } else {
        code = smtp_command(smtp, "AUTH PLAIN");
        if (code == 334)
            code = send_secret(smtp, "", text);
    }
    return code == 334 ? cancel(smtp, "the server asks for more than PLAIN has") : code;
}

int smtp_auth_plain(struct smtp *smtp, const char *user, const char *password) {
    if (user[0] == '\0' || password[0] == '\0')
        return failure_set(&smtp->why, "PLAIN needs a user name and a password");
    struct buf text;
    buf_init(&text, AUTH_LINE_LIMIT);
    int code = plain_message(user, password, &text, &smtp->why);
    if (code == 0)
        code = send_plain(smtp, &text);
    buf_wipe(&text);
    return code;
}

/* What AUTH LOGIN can be asked for. */
struct answer {
    const char *prompt; /* how the question for it begins */
    struct buf text;    /* in base64 */
    bool given;
};

/* Answers the 334 in smtp->reply. The next reply's code or -1. */
static int answer_prompt(struct smtp *smtp, struct answer answers[2]) {
    const char *challenge = smtp->reply.text + strlen("334");
    challenge += *challenge == ' ';
    struct buf prompt;
    buf_init(&prompt, SMTP_REPLY_LIMIT);
    if (auth_base64_decode(challenge, strcspn(challenge, "\n"), &prompt, &smtp->why) < 0) {
        buf_free(&prompt);
        return cancel(smtp, "the server's prompt is not base64");
    }
    struct answer *answer = NULL;
    for (size_t i = 0; i < 2 && prompt.length > 0; i++) {
        if (strncasecmp(prompt.bytes, answers[i].prompt, strlen(answers[i].prompt)) == 0)
            answer = &answers[i];
    }
    buf_free(&prompt);
    if (answer == NULL)
        return cancel(smtp, "the server asks for something else than user name and password");
    if (answer->given)
        return cancel(smtp, "the server asks again");
    answer->given = true;
    return send_secret(smtp, "", &answer->text);
}

int smtp_auth_login(struct smtp *smtp, const char *user, const char *password) {
    struct answer answers[] = {{.prompt = "user"}, {.prompt = "pass"}};
    buf_init(&answers[0].text, AUTH_LINE_LIMIT);
    buf_init(&answers[1].text, AUTH_LINE_LIMIT);
    int code = auth_base64_encode(user, strlen(user), &answers[0].text, &smtp->why);
    if (code == 0)
        code = auth_base64_encode(password, strlen(password), &answers[1].text, &smtp->why);
    if (code == 0)
        code = smtp_command(smtp, "AUTH LOGIN");
    while (code == 334)
        code = answer_prompt(smtp, answers);
    buf_wipe(&answers[0].text);
    buf_wipe(&answers[1].text);
    return code;
}

int smtp_auth_external(struct smtp *smtp, const char *user) {
    struct buf command;
    buf_init(&command, SMTP_COMMAND_LIMIT);
    buf_printf(&command, "AUTH EXTERNAL ");
    /* "=": there is an initial response, and it is empty */
    int code = user[0] == '\0' ? buf_append(&command, "=", 1)
                               : auth_base64_encode(user, strlen(user), &command, &smtp->why);
    if (code == 0)
        code = smtp_command(smtp, command.bytes);
    buf_free(&command);
    return code == 334 ? cancel(smtp, "the server asks for more than EXTERNAL has") : code;
}

int smtp_auth(struct smtp *smtp, const char *user, const char *password) {
    static const struct {
        const char *name;
        int (*run)(struct smtp *smtp, const char *user, const char *password);
    } mechanisms[] = {{"PLAIN", smtp_auth_plain}, {"LOGIN", smtp_auth_login}};
    int code = failure_set(&smtp->why, "the server offers neither AUTH PLAIN nor AUTH LOGIN");
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
        if (!auth_offers(&smtp->ehlo, mechanisms[i].name))
            continue;
        code = mechanisms[i].run(smtp, user, password);
        if (code != 504) /* only this says: another mechanism may do */
            return code;
    }
    return code;
}
