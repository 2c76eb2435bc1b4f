#include "measure_data.h"
#include "figure.h"
#include "json.h"
#include <string.h>

static const char *const side_names[] = {"client", "server"};

static bool is_time(const char *name) {
    size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, "_ms") == 0;
}

static int put_cell(const char *name, int64_t value, struct buf *out) {
    if (value == MEASURE_UNKNOWN)
        return buf_append(out, ",", 1);
    if (is_time(name))
        return buf_printf(out, ",%lld.%06lld", (long long)value / 1000000,
                          (long long)value % 1000000);
    return buf_printf(out, ",%lld", (long long)value);
}

static int put_heading(struct buf *out) {
    int status = buf_printf(out, "stream");

    for (int who = 0; who < 2; who++)
        status |= buf_printf(out, ",%s_address,%s_port", side_names[who], side_names[who]);
    for (const struct figure *figure = figures; figure->name != NULL; figure++)
        status |= buf_printf(out, ",%s", figure->name);
    for (int who = 0; who < 2; who++) {
        for (const struct side_figure *figure = side_figures; figure->name != NULL; figure++)
            status |= buf_printf(out, ",%s_%s", side_names[who], figure->name);
    }
    return status | buf_append(out, "\n", 1);
}

static int put_line(const struct measure *measure, struct buf *out) {
    const struct dialogue *dialogue = measure->dialogue;
    int status = buf_printf(out, "%d", dialogue->stream);

    for (int who = 0; who < 2; who++)
        status |= buf_printf(out, ",%s,%u", dialogue->host[who], dialogue->port[who]);
    for (const struct figure *figure = figures; figure->name != NULL; figure++)
        status |= put_cell(figure->name, figure->get(measure), out);
    for (int who = 0; who < 2; who++) {
        for (const struct side_figure *figure = side_figures; figure->name != NULL; figure++)
            status |= put_cell(figure->name, figure->get(measure, (enum dialogue_side)who), out);
    }
    return status | buf_append(out, "\n", 1);
}

int measure_csv(const struct measure *list, size_t count, struct buf *out) {
    int status = put_heading(out);

    for (size_t i = 0; status == 0 && i < count; i++)
        status = put_line(&list[i], out);
    return status == 0 ? 0 : -1;
}

static void put_value(struct json *json, const char *name, int64_t value) {
    if (value == MEASURE_UNKNOWN)
        json_text(json, name, NULL);
    else if (is_time(name))
        json_decimal(json, name, (double)value / 1e6, 6);
    else
        json_number(json, name, value);
}

static void put_side(struct json *json, const struct measure *measure, enum dialogue_side who) {
    json_open(json, side_names[who], '{');
    json_text(json, "address", measure->dialogue->host[who]);
    json_number(json, "port", measure->dialogue->port[who]);
    for (const struct side_figure *figure = side_figures; figure->name != NULL; figure++)
        put_value(json, figure->name, figure->get(measure, who));
    json_close(json);
}

int measure_json(const struct measure *list, size_t count, const char *file, struct buf *out) {
    struct json json;

    json_begin(&json, out);
    json_open(&json, NULL, '{');
    json_text(&json, "file", file);
    json_open(&json, "conversations", '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&json, NULL, '{');
        json_number(&json, "stream", list[i].dialogue->stream);
        for (const struct figure *figure = figures; figure->name != NULL; figure++)
            put_value(&json, figure->name, figure->get(&list[i]));
        json_truth(&json, "tls", list[i].tls);
        put_side(&json, &list[i], DIALOGUE_CLIENT);
        put_side(&json, &list[i], DIALOGUE_SERVER);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    return json_end(&json);
}
