#include "json.h"
#include "utf8.h"
#include <math.h>
#include <string.h>

static void put(struct json *json, const char *text, size_t length) {
    json->failed = json->failed || buf_append(json->out, text, length) < 0;
}

static void put_text(struct json *json, const char *text) {
    put(json, text, strlen(text));
}

static void put_line(struct json *json) {
    static const char blanks[] = "                                ";
    put_text(json, "\n");
    put(json, blanks, 2 * json->depth);
}

static void put_string(struct json *json, const void *text, size_t length) {
    const unsigned char *bytes = text;
    put_text(json, "\"");
    for (size_t i = 0, taken; i < length; i += taken) {
        taken = utf8_length(bytes + i, length - i);
        if (taken == 0) {
            taken = 1;
            put_text(json, "\xEF\xBF\xBD");
        } else if (bytes[i] == '"' || bytes[i] == '\\') {
            put_text(json, bytes[i] == '"' ? "\\\"" : "\\\\");
        } else if (bytes[i] < 0x20 || bytes[i] == 0x7F) {
            json->failed = json->failed || buf_printf(json->out, "\\u%04x", bytes[i]) < 0;
        } else {
            put(json, (const char *)bytes + i, taken);
        }
    }
    put_text(json, "\"");
}

/* What stands before every value: a comma, the name. */
static void put_name(struct json *json, const char *name) {
    if (json->some[json->depth])
        put_text(json, ",");
    json->some[json->depth] = true;
    if (json->depth > 0)
        put_line(json);
    if (name != NULL) {
        put_string(json, name, strlen(name));
        put_text(json, ": ");
    }
}

void json_begin(struct json *json, struct buf *out) {
    *json = (struct json){.out = out};
}

void json_open(struct json *json, const char *name, char bracket) {
    put_name(json, name);
    if (json->depth == JSON_DEPTH_LIMIT) {
        json->failed = true;
        return;
    }
    put(json, &bracket, 1);
    json->depth++;
    json->some[json->depth] = false;
    json->closer[json->depth] = bracket == '{' ? '}' : ']';
}

void json_close(struct json *json) {
    if (json->depth == 0) {
        json->failed = true;
        return;
    }
    const char *closer = &json->closer[json->depth];
    bool some = json->some[json->depth];
    json->depth--;
    if (some)
        put_line(json);
    put(json, closer, 1);
}

void json_text(struct json *json, const char *name, const char *text) {
    put_name(json, name);
    if (text == NULL)
        put_text(json, "null");
    else
        put_string(json, text, strlen(text));
}

void json_bytes(struct json *json, const char *name, const void *bytes, size_t length) {
    put_name(json, name);
    put_string(json, bytes, length);
}

void json_number(struct json *json, const char *name, long long number) {
    put_name(json, name);
    json->failed = json->failed || buf_printf(json->out, "%lld", number) < 0;
}

void json_decimal(struct json *json, const char *name, double number, int digits) {
    put_name(json, name);
    if (!isfinite(number))
        put_text(json, "null");
    else
        json->failed = json->failed || buf_printf(json->out, "%.*f", digits, number) < 0;
}

void json_truth(struct json *json, const char *name, bool truth) {
    put_name(json, name);
    put_text(json, truth ? "true" : "false");
}

int json_end(struct json *json) {
    put_text(json, "\n");
    return json->failed || json->depth != 0 ? -1 : 0;
}
