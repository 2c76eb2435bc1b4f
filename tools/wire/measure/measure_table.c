#include "measure_table.h"
#include "figure.h"
#include "host_name.h"
#include "quantity.h"
#include <string.h>

/* The details: a label and three numbers, which stand closer where there are fewer columns. */
#define DETAILS_WIDE 76
#define NUMBER_WIDE  14
#define NUMBER_CLOSE 12

/* What a line of the list has room for. */
struct layout {
    int least;     /* columns that it needs with addresses of IPv4 */
    bool each_way; /* packets and octets for each direction, not only their sum */
    bool whole;    /* the client's address, not only its port; and the round trips */
};

static const struct layout layouts[] = {{98, true, true}, {78, false, true}, {0, false, false}};

static int width_of(const struct measure_style *style) {
    return style->width < MEASURE_WIDTH_MOST ? style->width : MEASURE_WIDTH_MOST;
}

static const struct layout *layout_for(const struct measure_style *style) {
    const struct layout *layout = layouts;

    while (width_of(style) < layout->least)
        layout++;
    return layout;
}

/* An address and its port; the address is cut where there is no room. */
static const char *end_of(const struct dialogue *dialogue, int who, int width, char text[80]) {
    char port[16];
    const char *host = dialogue->host[who];
    int room = width - snprintf(port, sizeof port, ":%u", dialogue->port[who]);
    bool six = strchr(host, ':') != NULL; /* in brackets: RFC 3986 §3.2.2 */

    if ((int)strlen(host) + (six ? 2 : 0) <= room)
        snprintf(text, 80, "%s%s%s%s", six ? "[" : "", host, six ? "]" : "", port);
    else
        snprintf(text, 80, "%.*s%s%s", room > 2 ? room - 2 : 0, host, room > 0 ? ".." : "", port);
    return text;
}

static void put_count(unsigned long long number, int width, FILE *out) {
    char text[QUANTITY_SIZE];

    fprintf(out, "%*s", width, quantity_count(number, text));
}

/* Each way, or together. */
static void put_both(const struct layout *layout, unsigned long long client,
                     unsigned long long server, int width, FILE *out) {
    if (layout->each_way)
        put_count(client, width + 2, out);
    put_count(layout->each_way ? server : client + server, width, out);
}

/* How wide the columns of the ends are. What is left of the line is the same for all. */
static void measure_ends(const struct layout *layout, const struct measure_style *style,
                         int ends[2]) {
    int taken = layout->each_way ? 58 : layout->whole ? 34 : 28;
    int room = width_of(style) - 6 - 2 - 2 - taken;

    ends[DIALOGUE_CLIENT] = layout->whole ? room / 2 : 6;
    ends[DIALOGUE_SERVER] = room - ends[DIALOGUE_CLIENT];
}

static void put_list_line(const struct measure *measure, const struct measure_style *style,
                          FILE *out) {
    const struct layout *layout = layout_for(style);
    const struct measure_side *client = &measure->side[DIALOGUE_CLIENT];
    const struct measure_side *server = &measure->side[DIALOGUE_SERVER];
    char text[2][80], time[QUANTITY_SIZE];
    int ends[2];

    measure_ends(layout, style, ends);
    fprintf(out, "%6d", measure->dialogue->stream);
    for (int who = 0; who < 2; who++)
        fprintf(out, "  %-*s", ends[who], end_of(measure->dialogue, who, ends[who], text[who]));
    put_both(layout, client->packets, server->packets, layout->each_way ? 8 : 7, out);
    put_both(layout, client->octets, server->octets, layout->each_way ? 10 : 9, out);
    if (layout->whole)
        put_count(measure->round_trips, 6, out);
    fprintf(out, "%*s\n", 12, quantity_time(measure->duration, time));
}

void measure_list(const struct measure *list, size_t count, const struct measure_style *style,
                  FILE *out) {
    const struct layout *layout = layout_for(style);
    const char *right = style->unicode ? "→" : ">", *left = style->unicode ? "←" : "<";
    int ends[2];

    measure_ends(layout, style, ends);
    fprintf(out, "stream  %-*s  %-*s", ends[DIALOGUE_CLIENT], "client", ends[DIALOGUE_SERVER],
            "server");
    if (layout->each_way)
        fprintf(out, " packets %s%7s%s   octets %s%9s%s", right, "", left, right, "", left);
    else
        fprintf(out, "%7s%9s", "packets", "octets");
    fprintf(out, "%s%*s\n", layout->whole ? " trips" : "", 12, "duration");
    for (size_t i = 0; i < count; i++)
        put_list_line(&list[i], style, out);
}

/* A row of the details: what it is called, and what it counts. */
struct row {
    const char *label;
    const char *figure;
};

static const struct row counts[] = {
    {"packets", "packets"},
    {"  only an ACK", "ack_packets"},
    {"  sent again", "repeated_packets"},
    {"octets", "octets"},
    {"  headers", "header_octets"},
    {"  payload of TCP", "payload_octets"},
    {"    sent again", "repeated_octets"},
    {"    added by TLS", "tls_octets"},
    {"      its handshake", "tls_handshake_octets"},
    {"    the dialogue", "application_octets"},
};
static const struct row rates[] = {
    {"throughput", "throughput_bps"},
    {"  of the dialogue", "goodput_bps"},
};
static const struct row times[] = {
    {"connected", "connect_ms"},
    {"server's first octet", "first_byte_ms"},
    {"handshake of TLS", "tls_handshake_ms"},
    {"duration", "duration_ms"},
};

static const struct side_figure *side_figure(const char *name) {
    const struct side_figure *figure = side_figures;

    while (figure->name != NULL && strcmp(figure->name, name) != 0)
        figure++;
    return figure;
}

static const struct figure *figure(const char *name) {
    const struct figure *found = figures;

    while (found->name != NULL && strcmp(found->name, name) != 0)
        found++;
    return found;
}

/* The grid of the details. */
struct grid {
    const struct measure *measure;
    int label;
    int number;
    FILE *out;
};

static void put_label(const struct grid *grid, const char *label) {
    fprintf(grid->out, "  %-*s", grid->label - 2, label);
}

static void put_cell(const struct grid *grid, int64_t value, bool rate) {
    char text[QUANTITY_SIZE];

    if (value == MEASURE_UNKNOWN)
        fprintf(grid->out, "%*s", grid->number, "?");
    else
        fprintf(grid->out, "%*s", grid->number,
                rate ? quantity_rate((double)value, text)
                     : quantity_count((unsigned long long)value, text));
}

/* Without TLS there is nothing that it added. */
static bool is_shown(const struct grid *grid, const struct row *row) {
    return grid->measure->tls || strncmp(row->figure, "tls_", 4) != 0;
}

static void put_sides(const struct grid *grid, const struct row *row, bool rate) {
    const struct side_figure *found = side_figure(row->figure);
    int64_t client = found->get(grid->measure, DIALOGUE_CLIENT);
    int64_t server = found->get(grid->measure, DIALOGUE_SERVER);
    bool unknown = client == MEASURE_UNKNOWN || server == MEASURE_UNKNOWN;

    put_label(grid, row->label);
    put_cell(grid, client, rate);
    put_cell(grid, server, rate);
    if (!rate)
        put_cell(grid, unknown ? MEASURE_UNKNOWN : client + server, false);
    fputc('\n', grid->out);
}

/* The number stands under those above, its unit behind them. */
static void put_time(const struct grid *grid, const char *label, int64_t value) {
    char text[QUANTITY_SIZE];

    put_label(grid, label);
    if (value == MEASURE_UNKNOWN)
        fprintf(grid->out, "%*s", grid->number, "?");
    else
        fprintf(grid->out, "%*s", grid->number + 3, quantity_time(value, text));
}

static void put_latency(const struct grid *grid) {
    const struct measure_latency *latency = &grid->measure->latency;

    if (latency->count == 0)
        return;
    put_time(grid, "latency, least", latency->least);
    fprintf(grid->out, "  of %zu\n", latency->count);
    put_time(grid, "  median", latency->median);
    fputc('\n', grid->out);
    put_time(grid, "  most", latency->most);
    fputc('\n', grid->out);
}

static void put_heading(const struct dialogue *dialogue, const struct measure_style *style,
                        FILE *out) {
    const char *arrow = style->unicode ? "→" : "->";
    char name[2][64], end[2][80];

    for (int who = 0; who < 2; who++) {
        host_name(dialogue->host[who], name[who], sizeof name[who]);
        end_of(dialogue, who, (width_of(style) - 14) / 2, end[who]);
    }
    size_t length = strlen(name[0]) + strlen(name[1]) + strlen(end[0]) + strlen(end[1]);
    bool named = name[0][0] != '\0' && name[1][0] != '\0' && length + 22 <= (size_t)width_of(style);
    fprintf(out, "stream %d: %s%s%s %s %s%s%s\n\n", dialogue->stream, named ? name[0] : "",
            named ? " " : "", end[0], arrow, named ? name[1] : "", named ? " " : "", end[1]);
}

void measure_details(const struct measure *measure, const struct measure_style *style, FILE *out) {
    int number = width_of(style) >= DETAILS_WIDE ? NUMBER_WIDE : NUMBER_CLOSE;
    int label = number == NUMBER_WIDE ? DETAILS_WIDE - 3 * number : 60 - 3 * number;
    const struct grid grid = {measure, label, number, out};

    put_heading(measure->dialogue, style, out);
    put_label(&grid, "");
    fprintf(out, "%*s%*s%*s\n", number, "client sent", number, "server sent", number, "together");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (is_shown(&grid, &counts[i]))
            put_sides(&grid, &counts[i], false);
    }
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        put_sides(&grid, &rates[i], true);
    fputc('\n', out);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (!is_shown(&grid, &times[i]))
            continue;
        put_time(&grid, times[i].label, figure(times[i].figure)->get(measure));
        fputc('\n', out);
    }
    put_latency(&grid);
    put_label(&grid, "round trips");
    put_count(measure->round_trips, number, out);
    fputc('\n', out);
}
