#include "show_ladder.h"
#include "host_name.h"
#include "show_text.h"
#include <string.h>

#define ROW_BYTES     4096
/* With fewer columns than this the heading is shortened. */
#define NARROW        90
#define COLUMN_LEAST  16
/* What stands before the rest of a line: a sign and a blank. */
#define GOES_ON_WIDTH 2

/* One row: what stands in whose column. */
struct row {
    char time[32]; /* "" when it is that of the row before */
    char frame[32];
    enum dialogue_side side;
    bool arrow;
    bool lock;
    bool goes_on;     /* it is the rest of the line in the row before */
    const char *text; /* visible */
    int columns;      /* how wide */
    enum role role;
    const char *mark;
};

static void spaces(const struct ladder *ladder, int count) {
    fprintf(ladder->out, "%*s", count > 0 ? count : 0, "");
}

static void in_colour(const struct ladder *ladder, enum role role, const char *text) {
    fprintf(ladder->out, "%s%s%s", style_begin(ladder->style, role), text,
            style_end(ladder->style, role));
}

static void put_text(const struct ladder *ladder, const struct row *row) {
    if (row->goes_on)
        in_colour(ladder, ROLE_QUIET, ladder->signs->more);
    in_colour(ladder, row->role, row->text);
    if (row->mark != NULL)
        in_colour(ladder, ROLE_WARNING, row->mark);
}

static int width_of(const struct row *row) {
    return row->columns + (row->goes_on ? GOES_ON_WIDTH : 0) +
           (row->mark != NULL ? (int)strlen(row->mark) : 0);
}

/* From the text to the head of its arrow. */
static void put_shaft(const struct ladder *ladder, bool arrow, int width) {
    if (!arrow || width < 3) {
        spaces(ladder, width);
        return;
    }
    fprintf(ladder->out, " %s", style_begin(ladder->style, ROLE_QUIET));
    for (int i = 1; i < width; i++)
        fputs(ladder->signs->rule, ladder->out);
    fputs(style_end(ladder->style, ROLE_QUIET), ladder->out);
}

static void put_row(const struct ladder *ladder, const struct row *row) {
    const struct signs *signs = ladder->signs;
    bool client = row->side == DIALOGUE_CLIENT;
    enum role arrow = client ? ROLE_CLIENT : ROLE_SERVER;

    fprintf(ladder->out, "%s%*s  %*s%s  ", style_begin(ladder->style, ROLE_QUIET),
            ladder->time_width, row->time, ladder->frame_width, row->frame,
            style_end(ladder->style, ROLE_QUIET));
    if (row->lock)
        in_colour(ladder, ROLE_TLS, signs->lock);
    spaces(ladder, ladder->lock_width - (row->lock ? 2 : 0));
    if (client)
        put_text(ladder, row);
    put_shaft(ladder, client && row->arrow,
              ladder->column_width[DIALOGUE_CLIENT] + 1 - (client ? width_of(row) : 0));
    in_colour(ladder, arrow, client && row->arrow ? signs->right : " ");
    in_colour(ladder, ROLE_QUIET, signs->rail);
    if (!client && row->arrow) {
        in_colour(ladder, arrow, signs->left);
        in_colour(ladder, ROLE_QUIET, signs->rule);
    }
    if (!client && width_of(row) > 0) {
        spaces(ladder, row->arrow ? 1 : 3);
        put_text(ladder, row);
    }
    fputc('\n', ladder->out);
}

static void begin_row(struct ladder *ladder, const struct dialogue_step *step, struct row *row) {
    bool same = step->last_frame == ladder->frame && (int)step->side == ladder->side;

    *row = (struct row){.side = step->side, .arrow = !same, .lock = step->encrypted};
    ladder->frame = step->last_frame;
    ladder->side = (int)step->side;
    if (same)
        return;
    snprintf(row->time, sizeof row->time, "%.3f", (double)step->time / 1e6);
    if (ladder->style->frame_range && step->first_frame != step->last_frame)
        snprintf(row->frame, sizeof row->frame, "%u-%u", step->first_frame, step->last_frame);
    else
        snprintf(row->frame, sizeof row->frame, "%u", step->last_frame);
}

/* Writes the row and makes it the next one, for what is left of the line. */
static void end_row(const struct ladder *ladder, struct row *row) {
    put_row(ladder, row);
    *row = (struct row){.side = row->side, .goes_on = true, .text = "", .role = row->role};
}

void ladder_step(struct ladder *ladder, const struct dialogue_step *step,
                 const struct ladder_text *text) {
    int column = ladder->column_width[step->side];
    size_t position = 0;
    struct row row;
    struct buf visible;

    begin_row(ladder, step, &row);
    row.role = text->role;
    row.text = "";
    buf_init(&visible, ROW_BYTES);
    for (int rows = 0; position < text->length && rows < text->rows; rows++) {
        if (rows > 0)
            end_row(ladder, &row);
        buf_clear(&visible);
        row.columns = show_text_row(text->bytes, text->length, &position,
                                    column - (row.goes_on ? GOES_ON_WIDTH : 0),
                                    ladder->style->unicode, &visible);
        row.text = visible.bytes != NULL ? visible.bytes : "";
    }
    if (position < text->length) {
        char words[64], number[32];
        put_row(ladder, &row);
        snprintf(words, sizeof words, "... %s more octets",
                 show_number(text->length - position, number));
        ladder_words(ladder, step->side, words);
    } else {
        if (text->mark != NULL && width_of(&row) + (int)strlen(text->mark) > column)
            end_row(ladder, &row);
        row.mark = text->mark;
        put_row(ladder, &row);
    }
    buf_free(&visible);
}

void ladder_words(struct ladder *ladder, enum dialogue_side side, const char *words) {
    struct row row = {
        .side = side, .text = words, .columns = (int)strlen(words), .role = ROLE_QUIET};

    put_row(ladder, &row);
}

void ladder_remark(const struct ladder *ladder, const char *words) {
    in_colour(ladder, ROLE_BAD, words);
    fputc('\n', ladder->out);
}

/* A row of the heading, or of the sums: `left` over time and frame, and a text over each column. */
static void put_pair(const struct ladder *ladder, enum role role, const char *left,
                     const char *client, const char *server) {
    fprintf(ladder->out, "%s%*s%s", style_begin(ladder->style, ROLE_QUIET),
            ladder->time_width + 2 + ladder->frame_width, left,
            style_end(ladder->style, ROLE_QUIET));
    spaces(ladder, 2 + ladder->lock_width);
    in_colour(ladder, role, client);
    spaces(ladder, ladder->column_width[DIALOGUE_CLIENT] + 2 - (int)strlen(client));
    in_colour(ladder, ROLE_QUIET, ladder->signs->rail);
    fputs("   ", ladder->out);
    in_colour(ladder, role, server);
    fputc('\n', ladder->out);
}

static void put_rule(const struct ladder *ladder) {
    int left = ladder->time_width + 2 + ladder->frame_width + 2 + ladder->lock_width +
               ladder->column_width[DIALOGUE_CLIENT] + 2;

    fputs(style_begin(ladder->style, ROLE_QUIET), ladder->out);
    for (int i = 0; i < left; i++)
        fputs(ladder->signs->rule, ladder->out);
    fputs(ladder->signs->cross, ladder->out);
    for (int i = 0; i < ladder->column_width[DIALOGUE_SERVER] + 3; i++)
        fputs(ladder->signs->rule, ladder->out);
    fprintf(ladder->out, "%s\n", style_end(ladder->style, ROLE_QUIET));
}

void ladder_heading(const struct ladder *ladder) {
    const struct dialogue *dialogue = ladder->dialogue;
    /* With both ends on one address its name would tell nothing. */
    bool named = strcmp(dialogue->host[0], dialogue->host[1]) != 0;
    char names[2][128] = {"", ""}, ends[2][128], left[80];

    for (int side = 0; side < 2; side++) {
        if (named)
            host_name(dialogue->host[side], names[side], sizeof names[side]);
        if (names[side][0] != '\0') {
            snprintf(ends[side], sizeof ends[side], "%s port %u", dialogue->host[side],
                     dialogue->port[side]);
        } else {
            snprintf(names[side], sizeof names[side], "%s", dialogue->host[side]);
            snprintf(ends[side], sizeof ends[side], "port %u", dialogue->port[side]);
        }
    }
    snprintf(left, sizeof left, "stream %d", dialogue->stream);
    put_pair(ladder, ROLE_HEAD, left, names[0], names[1]);
    snprintf(left, sizeof left, "ms  %*s", ladder->frame_width,
             ladder->frame_width < (int)strlen("frame") ? "#" : "frame");
    put_pair(ladder, ROLE_PLAIN, left, ends[0], ends[1]);
    put_rule(ladder);
}

void ladder_sums(const struct ladder *ladder) {
    char sums[2][64], number[32];

    put_rule(ladder);
    for (int side = 0; side < 2; side++)
        snprintf(sums[side], sizeof sums[side], "%s octets sent",
                 show_number(ladder->dialogue->side[side].sent, number));
    put_pair(ladder, ROLE_QUIET, "", sums[0], sums[1]);
}

/* How wide time and frame are, from the last of them; and whether there is a lock. */
static void measure_left(struct ladder *ladder) {
    const struct dialogue *dialogue = ladder->dialogue;
    int64_t latest = 0;
    unsigned last_frame = 0;
    char text[32];

    for (size_t i = 0; i < dialogue->step_count; i++) {
        const struct dialogue_step *step = &dialogue->steps[i];
        latest = step->time > latest ? step->time : latest;
        last_frame = step->last_frame > last_frame ? step->last_frame : last_frame;
        if (step->encrypted)
            ladder->lock_width = 3;
    }
    ladder->time_width = snprintf(text, sizeof text, "%.3f", (double)latest / 1e6);
    ladder->frame_width = snprintf(text, sizeof text, "%u", last_frame);
    if (ladder->style->frame_range)
        ladder->frame_width = 2 * ladder->frame_width + 1;
    if (ladder->frame_width < (int)strlen("frame") && ladder->style->width >= NARROW)
        ladder->frame_width = (int)strlen("frame");
    /* The heading stands over both. */
    int heading = snprintf(text, sizeof text, "stream %d", dialogue->stream);
    if (ladder->time_width + 2 + ladder->frame_width < heading)
        ladder->frame_width = heading - 2 - ladder->time_width;
}

void ladder_begin(struct ladder *ladder, const struct dialogue *dialogue,
                  const struct show_style *style, FILE *out) {
    *ladder = (struct ladder){
        .dialogue = dialogue,
        .style = style,
        .signs = style_signs(style),
        .out = out,
        .side = -1,
    };
    measure_left(ladder);
    /* time, frame, lock; then a column, " >|<- ", a column. An odd one goes to the server. */
    int rest =
        style->width - ladder->time_width - 2 - ladder->frame_width - 2 - ladder->lock_width - 6;
    for (int side = 0; side < 2; side++, rest++)
        ladder->column_width[side] = rest / 2 > COLUMN_LEAST ? rest / 2 : COLUMN_LEAST;
}
