/*
 * json: writes JSON (RFC 8259) into a buf, so that every command that offers --json writes it
 * alike.
 *
 *     struct json json;
 *     json_begin(&json, &out);
 *     json_open(&json, NULL, '{');
 *     json_text(&json, "name", "03-smtp-send");
 *     json_open(&json, "checks", '[');
 *     json_number(&json, NULL, 7);
 *     json_close(&json);
 *     json_close(&json);
 *     if (json_end(&json) < 0) … no memory, or over out's limit: what is in `out` is not whole
 *
 * A name belongs to what stands in an object, and is NULL in an array and for the outermost value.
 * Errors are remembered, and told once, at the end. The text is indented by two blanks.
 */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "buf.h"
#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_LIMIT 16

struct json {
    struct buf *out;
    bool failed;
    bool some[JSON_DEPTH_LIMIT + 1]; /* whether this level holds something already */
    char closer[JSON_DEPTH_LIMIT + 1];
    size_t depth;
};

void json_begin(struct json *json, struct buf *out);

/* Opens an object ('{') or an array ('['). */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json);

/* A string; NULL becomes null. What is no UTF-8 becomes U+FFFD, one for each byte. */
void json_text(struct json *json, const char *name, const char *text);
void json_bytes(struct json *json, const char *name, const void *bytes, size_t length);

void json_number(struct json *json, const char *name, long long number);
/* With `digits` behind the point. What is no number becomes null. */
void json_decimal(struct json *json, const char *name, double number, int digits);
void json_truth(struct json *json, const char *name, bool truth);

/* Ends with a line feed. 0, or -1. */
int json_end(struct json *json);

#endif
