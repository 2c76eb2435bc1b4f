#include "verdict_json.h"
#include <string.h>

static bool is_number(const char *key) {
    return strcmp(key, "points") == 0 || strcmp(key, "earned") == 0;
}

static void add_verdict(struct json *json, const struct fields *verdict, bool answers) {
    json_open(json, NULL, '{');
    for (size_t i = 0; i < verdict->count; i++) {
        const struct field *field = &verdict->list[i];
        if (strcmp(field->key, "number") == 0 || strcmp(field->key, "note") == 0)
            continue;
        if (strcmp(field->key, "right") == 0 && !answers)
            continue;
        if (is_number(field->key))
            json_number(json, field->key, fields_number(verdict, field->key));
        else
            json_text(json, field->key, field->value);
    }
    if (fields_get(verdict, "note") != NULL) {
        json_open(json, "notes", '[');
        for (size_t i = 0; i < verdict->count; i++)
            if (strcmp(verdict->list[i].key, "note") == 0)
                json_text(json, NULL, verdict->list[i].value);
        json_close(json);
    }
    json_close(json);
}

void verdict_json(struct json *json, const struct lab *lab, const struct fields *verdicts,
                  size_t count, bool answers) {
    long points = 0, earned = 0;
    json_open(json, NULL, '{');
    json_number(json, "number", lab_number(lab));
    json_text(json, "name", lab->name);
    json_text(json, "title", lab->title);
    json_open(json, "checks", '[');
    for (size_t i = 0; i < count; i++) {
        add_verdict(json, &verdicts[i], answers);
        points += fields_number(&verdicts[i], "points");
        earned += fields_number(&verdicts[i], "earned");
    }
    json_close(json);
    json_number(json, "points", points);
    json_number(json, "earned", earned);
    json_close(json);
}
