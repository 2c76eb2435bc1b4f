#include "parameter.h"
#include "charset.h"
#include "encoded_words.h"
#include "transfer.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Where in the field we are. */
struct scan {
    const char *at;
    const char *end;
};

/* A value as it is written. */
struct raw {
    const char *text; /* NULL: there is none. Without its quotes */
    size_t length;
    bool quoted;
    bool extended; /* name*=…: with %XX */
};

static void skip_comment(struct scan *scan) {
    unsigned depth = 0;
    for (; scan->at < scan->end; scan->at++) {
        if (*scan->at == '\\' && scan->at + 1 < scan->end)
            scan->at++;
        else if (*scan->at == '(')
            depth++;
        else if (*scan->at == ')' && --depth == 0)
            break;
    }
    scan->at += scan->at < scan->end;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct scan *scan) {
    while (scan->at < scan->end && (is_blank(*scan->at) || *scan->at == '(')) {
        if (*scan->at == '(')
            skip_comment(scan);
        else
            scan->at++;
    }
}

/* A word up to one of `ends`, a blank or a comment. */
static struct raw read_word(struct scan *scan, const char *ends) {
    struct raw word = {.text = scan->at};
    while (scan->at < scan->end && !is_blank(*scan->at) && *scan->at != '(' &&
           (*scan->at == '\0' || strchr(ends, *scan->at) == NULL))
        scan->at++;
    word.length = (size_t)(scan->at - word.text);
    return word;
}

static struct raw read_quoted(struct scan *scan) {
    struct raw value = {.text = ++scan->at, .quoted = true};
    while (scan->at < scan->end && *scan->at != '"')
        scan->at += *scan->at == '\\' && scan->at + 1 < scan->end ? 2 : 1;
    value.length = (size_t)(scan->at - value.text);
    scan->at += scan->at < scan->end;
    return value;
}

/* The next parameter; false behind the last. */
static bool read_parameter(struct scan *scan, struct raw *name, struct raw *value) {
    skip_blanks(scan);
    while (scan->at < scan->end && *scan->at != ';') { /* what does not belong here */
        if (*scan->at == '"')
            read_quoted(scan);
        else
            scan->at++;
        skip_blanks(scan);
    }
    if (scan->at >= scan->end)
        return false;
    scan->at++;
    skip_blanks(scan);
    *name = read_word(scan, "=;");
    *value = (struct raw){0};
    skip_blanks(scan);
    if (scan->at >= scan->end || *scan->at != '=')
        return true;
    scan->at++;
    skip_blanks(scan);
    *value = scan->at < scan->end && *scan->at == '"' ? read_quoted(scan) : read_word(scan, ";");
    return true;
}

int parameter_first(const char *field, size_t length, struct buf *out) {
    struct scan scan = {field, field + length};
    for (;;) {
        skip_blanks(&scan);
        if (scan.at >= scan.end || *scan.at == ';')
            return 0;
        char c = *scan.at++;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (buf_append(out, &c, 1) < 0)
            return -1;
    }
}

/* All that the field says about one parameter. */
struct found {
    struct raw plain;
    struct raw whole; /* name*= */
    struct raw pieces[PARAMETER_PIECES];
};

/* Which of them "filename*1*" is, by what stands behind the name; NULL: none. */
static struct raw *slot_of(struct found *found, const char *suffix, size_t length, bool *extended) {
    *extended = length > 0 && suffix[length - 1] == '*';
    if (length == 0)
        return &found->plain;
    if (length == 1)
        return *extended ? &found->whole : NULL;
    size_t number = 0, digits = length - (*extended ? 1 : 0);
    for (size_t i = 1; i < digits; i++) {
        if (suffix[i] < '0' || suffix[i] > '9' || digits > 4)
            return NULL;
        number = number * 10 + (size_t)(suffix[i] - '0');
    }
    bool numbered = suffix[0] == '*' && digits > 1 && number < PARAMETER_PIECES;
    return numbered ? &found->pieces[number] : NULL;
}

static void find_all(const char *field, size_t length, const char *wanted, struct found *found) {
    struct scan scan = {field, field + length};
    struct raw name, value;
    size_t wanted_length = strlen(wanted);
    while (read_parameter(&scan, &name, &value)) {
        bool extended;
        if (value.text == NULL || name.length < wanted_length ||
            strncasecmp(name.text, wanted, wanted_length) != 0)
            continue;
        struct raw *slot =
            slot_of(found, name.text + wanted_length, name.length - wanted_length, &extended);
        if (slot == NULL || slot->text != NULL)
            continue;
        *slot = value;
        slot->extended = extended;
    }
}

/* Adds a value without what its writing adds: backslashes, folds, %XX. */
static int append_raw(const struct raw *raw, struct buf *bytes) {
    for (size_t i = 0; i < raw->length; i++) {
        char byte = raw->text[i];
        if (raw->extended && byte == '%' && i + 2 < raw->length &&
            transfer_hex(raw->text[i + 1]) >= 0 && transfer_hex(raw->text[i + 2]) >= 0) {
            byte = (char)(transfer_hex(raw->text[i + 1]) << 4 | transfer_hex(raw->text[i + 2]));
            i += 2;
        } else if (raw->quoted && (byte == '\r' || byte == '\n')) {
            continue;
        } else if (raw->quoted && byte == '\\' && i + 1 < raw->length) {
            byte = raw->text[++i];
        }
        if (buf_append(bytes, &byte, 1) < 0)
            return -1;
    }
    return 0;
}

/* Takes "UTF-8'en'" away from the front of an extended value. */
static void take_charset(struct raw *raw, char charset[], size_t size) {
    const char *first = memchr(raw->text, '\'', raw->length);
    const char *second =
        first == NULL ? NULL
                      : memchr(first + 1, '\'', raw->length - (size_t)(first + 1 - raw->text));
    charset[0] = '\0';
    if (second == NULL)
        return;
    size_t length = (size_t)(first - raw->text);
    if (length < size) {
        memcpy(charset, raw->text, length);
        charset[length] = '\0';
    }
    raw->length -= (size_t)(second + 1 - raw->text);
    raw->text = second + 1;
}

static int append_extended(struct raw *pieces, size_t count, struct buf *out) {
    char charset[40] = "";
    struct buf bytes;
    int result = 0;
    buf_init(&bytes, out->limit);
    if (pieces[0].extended)
        take_charset(&pieces[0], charset, sizeof charset);
    for (size_t i = 0; i < count && pieces[i].text != NULL && result == 0; i++)
        result = append_raw(&pieces[i], &bytes);
    if (result == 0 && bytes.length > 0)
        result = charset_append(out, charset, bytes.bytes, bytes.length);
    buf_free(&bytes);
    return result < 0 ? -1 : 1;
}

static int append_plain(const struct raw *raw, struct buf *out) {
    struct buf bytes;
    buf_init(&bytes, out->limit);
    int result = append_raw(raw, &bytes);
    if (result == 0 && bytes.length > 0)
        result = encoded_words_append(out, bytes.bytes, bytes.length);
    buf_free(&bytes);
    return result < 0 ? -1 : 1;
}

int parameter_find(const char *field, size_t length, const char *name, struct buf *out) {
    struct found found = {0};
    find_all(field, length, name, &found);
    if (found.whole.text != NULL)
        return append_extended(&found.whole, 1, out);
    if (found.pieces[0].text != NULL)
        return append_extended(found.pieces, PARAMETER_PIECES, out);
    return found.plain.text != NULL ? append_plain(&found.plain, out) : 0;
}
