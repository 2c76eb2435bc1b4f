#include "show.h"
#include "host_name.h"
#include "show_style.h"
#include "show_text.h"
#include <limits.h>
#include <string.h>

/* Runs of lines longer than this are folded to their first and last ones. */
#define FOLD_OVER     30
#define FOLD_FIRST    12
#define FOLD_LAST     4
/* Rows that one line may take before the rest is only counted. */
#define ROWS_MOST     4
#define ROW_BYTES     4096
/* What stands before the rest of a line: a sign and a blank. */
#define GOES_ON_WIDTH 2
/* With fewer columns than this the heading is shortened. */
#define NARROW        90

/* A drawing in progress. */
struct ladder {
    const struct dialogue *dialogue;
    const struct show_style *style;
    const struct signs *signs;
    FILE *out;
    int time_width;
    int frame_width;
    int lock_width;   /* 0 when nothing is encrypted */
    int column_width; /* of each end's column */
    unsigned frame;   /* of the last row; 0 before the first */
    int side;
};

/* One row: what stands in whose column. */
struct row {
    const char *time; /* "" when it is that of the row before */
    const char *frame;
    enum dialogue_side side;
    bool arrow;
    bool lock;
    const char *text; /* visible */
    int columns;      /* how wide */
    bool goes_on;     /* it is the rest of the line in the row before */
    enum role role;
    const char *mark; /* ASCII, behind the text: an odd line end; or NULL */
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
    int used = row->columns + (row->mark != NULL ? (int)strlen(row->mark) : 0) +
               (row->goes_on ? GOES_ON_WIDTH : 0);
    if (client)
        put_text(ladder, row);
    put_shaft(ladder, client && row->arrow, ladder->column_width + 1 - (client ? used : 0));
    in_colour(ladder, arrow, client && row->arrow ? signs->right : " ");
    in_colour(ladder, ROLE_QUIET, signs->rail);
    if (!client) {
        in_colour(ladder, arrow, row->arrow ? signs->left : " ");
        in_colour(ladder, ROLE_QUIET, row->arrow ? signs->rule : " ");
        fputc(' ', ladder->out);
        put_text(ladder, row);
    }
    fputc('\n', ladder->out);
}

/* The row of a step, without its text. Frame and time are told once for all that came with them. */
static struct row begin_row(struct ladder *ladder, const struct dialogue_step *step, char time[32],
                            char frame[32]) {
    bool same = step->last_frame == ladder->frame && (int)step->side == ladder->side;
    struct row row = {.side = step->side, .arrow = !same, .lock = step->encrypted};

    time[0] = frame[0] = '\0';
    if (!same) {
        snprintf(time, 32, "%.3f", (double)step->time / 1e6);
        if (ladder->style->frame_range && step->first_frame != step->last_frame)
            snprintf(frame, 32, "%u-%u", step->first_frame, step->last_frame);
        else
            snprintf(frame, 32, "%u", step->last_frame);
    }
    ladder->frame = step->last_frame;
    ladder->side = (int)step->side;
    row.time = time;
    row.frame = frame;
    return row;
}

/* A step in words of our own. */
static void put_words(struct ladder *ladder, const struct dialogue_step *step, enum role role,
                      const char *words) {
    char time[32], frame[32];
    struct row row = begin_row(ladder, step, time, frame);

    row.text = words;
    row.columns = (int)strlen(words);
    row.role = role;
    put_row(ladder, &row);
}

static void next_row(struct row *row) {
    row->time = row->frame = "";
    row->arrow = false;
    row->lock = false;
}

/* "  … 98,304 more octets", in the column of `row`. */
static void put_left_out(struct ladder *ladder, struct row *row, unsigned long long count,
                         const char *what) {
    char words[96], number[32];

    snprintf(words, sizeof words, "... %s more %s", show_number(count, number), what);
    next_row(row);
    row->goes_on = false;
    row->text = words;
    row->columns = (int)strlen(words);
    row->role = ROLE_QUIET;
    row->mark = NULL;
    put_row(ladder, row);
}

static const char *mark_of(const struct dialogue_step *step) {
    if (step->kind == DIALOGUE_BYTES || step->ending == DIALOGUE_CRLF)
        return NULL;
    return step->ending == DIALOGUE_LF ? " <LF>" : " <no line end>";
}

/* The bytes of a step, in as many rows as it takes, or may take. */
static void put_bytes(struct ladder *ladder, const struct dialogue_step *step, enum role role) {
    const struct show_style *style = ladder->style;
    int rows_most = style->all ? INT_MAX : ROWS_MOST;
    char time[32], frame[32];
    struct row row = begin_row(ladder, step, time, frame);
    const char *mark = mark_of(step);
    int width = ladder->column_width - (mark != NULL ? (int)strlen(mark) : 0);
    struct buf text;
    size_t position = 0;

    buf_init(&text, ROW_BYTES);
    row.role = role;
    for (int rows = 0; rows == 0 || position < step->length; rows++) {
        if (rows == rows_most) {
            put_left_out(ladder, &row, step->length - position, "octets");
            break;
        }
        buf_clear(&text);
        row.goes_on = rows > 0;
        row.columns =
            show_text_row(step->bytes, step->length, &position,
                          width - (row.goes_on ? GOES_ON_WIDTH : 0), style->unicode, &text);
        row.text = text.bytes != NULL ? text.bytes : "";
        row.mark = position >= step->length ? mark : NULL;
        if (rows > 0)
            next_row(&row);
        put_row(ladder, &row);
    }
    buf_free(&text);
}

/* A server's line is coloured by what its reply code means (RFC 5321 §4.2.1). */
static enum role role_of_line(const struct ladder *ladder, const struct dialogue_step *step) {
    if (step->side == DIALOGUE_CLIENT)
        return ROLE_CLIENT;
    if (!ladder->dialogue->smtp || step->length < 3)
        return ROLE_SERVER;
    if (step->bytes[0] == '4')
        return ROLE_WARNING;
    return step->bytes[0] == '5' ? ROLE_BAD : ROLE_SERVER;
}

static void put_tls(struct ladder *ladder, const struct dialogue_step *step) {
    char words[96], spare[32];

    switch (step->tls) {
    case TLS_CHANGE_CIPHER_SPEC:
        snprintf(words, sizeof words, "TLS ChangeCipherSpec");
        break;
    case TLS_ALERT:
        snprintf(words, sizeof words, "TLS alert");
        break;
    case TLS_APPLICATION_DATA:
        snprintf(words, sizeof words, "(%s octets of TLS)", show_number(step->length, spare));
        break;
    default:
        snprintf(words, sizeof words, "TLS %s",
                 step->handshake < 0 ? "handshake, encrypted"
                                     : dialogue_handshake_name(step->handshake, spare));
        break;
    }
    put_words(ladder, step, ROLE_TLS, words);
}

static void put_step(struct ladder *ladder, const struct dialogue_step *step) {
    char words[96], number[32];

    switch (step->kind) {
    case DIALOGUE_CONNECT:
        put_words(ladder, step, ROLE_QUIET, "connects (SYN, SYN ACK, ACK)");
        break;
    case DIALOGUE_REFUSED:
        put_words(ladder, step, ROLE_BAD, "refuses (RST)");
        break;
    case DIALOGUE_NO_ANSWER:
        put_words(ladder, step, ROLE_BAD, "connects (SYN), no answer");
        break;
    case DIALOGUE_LINE:
        put_bytes(ladder, step, role_of_line(ladder, step));
        break;
    case DIALOGUE_MESSAGE:
        put_bytes(ladder, step, ROLE_MESSAGE);
        break;
    case DIALOGUE_BYTES:
        put_bytes(ladder, step, ROLE_PLAIN);
        break;
    case DIALOGUE_TLS:
        put_tls(ladder, step);
        break;
    case DIALOGUE_GAP:
        snprintf(words, sizeof words, "(%s octets not recorded)",
                 show_number(step->length, number));
        put_words(ladder, step, ROLE_BAD, words);
        break;
    case DIALOGUE_CLOSE:
        put_words(ladder, step, ROLE_QUIET, "closes (FIN)");
        break;
    case DIALOGUE_RESET:
        put_words(ladder, step, ROLE_BAD, "breaks off (RST)");
        break;
    }
}

/* How many steps from `first` on are of its kind and side. */
static size_t count_run(const struct dialogue *dialogue, size_t first) {
    const struct dialogue_step *step = &dialogue->steps[first];
    size_t end = first + 1;

    while (end < dialogue->step_count && dialogue->steps[end].kind == step->kind &&
           dialogue->steps[end].side == step->side)
        end++;
    return end - first;
}

static void put_steps(struct ladder *ladder) {
    const struct dialogue *dialogue = ladder->dialogue;

    for (size_t i = 0; i < dialogue->step_count;) {
        size_t run = count_run(dialogue, i);
        bool folded = run > FOLD_OVER && !ladder->style->all;
        for (size_t n = 0; n < run; n++) {
            if (folded && n == FOLD_FIRST) {
                struct row row = {.side = dialogue->steps[i].side};
                put_left_out(ladder, &row, run - FOLD_FIRST - FOLD_LAST, "lines");
                n = run - FOLD_LAST;
                ladder->frame = 0;
            }
            put_step(ladder, &dialogue->steps[i + n]);
        }
        i += run;
    }
}

/* One row of the heading, or of the sums: a text over each column. */
static void put_pair(const struct ladder *ladder, enum role role, const char *left_columns,
                     const char *client, const char *server) {
    in_colour(ladder, ROLE_QUIET, left_columns);
    spaces(ladder, 2 + ladder->lock_width);
    in_colour(ladder, role, client);
    spaces(ladder, ladder->column_width + 2 - (int)strlen(client));
    in_colour(ladder, ROLE_QUIET, ladder->signs->rail);
    fputs("   ", ladder->out);
    in_colour(ladder, role, server);
    fputc('\n', ladder->out);
}

static void put_rule(const struct ladder *ladder) {
    int left = ladder->time_width + 2 + ladder->frame_width + 2 + ladder->lock_width +
               ladder->column_width + 2;

    fputs(style_begin(ladder->style, ROLE_QUIET), ladder->out);
    for (int i = 0; i < left; i++)
        fputs(ladder->signs->rule, ladder->out);
    fputs(ladder->signs->cross, ladder->out);
    for (int i = 0; i < ladder->column_width + 3; i++)
        fputs(ladder->signs->rule, ladder->out);
    fprintf(ladder->out, "%s\n", style_end(ladder->style, ROLE_QUIET));
}

static void put_heading(const struct ladder *ladder) {
    const struct dialogue *dialogue = ladder->dialogue;
    /* With both ends on one address its name would tell nothing. */
    bool named = strcmp(dialogue->host[0], dialogue->host[1]) != 0;
    char names[2][128] = {"", ""}, ends[2][128], columns[80];

    for (int side = 0; side < 2; side++) {
        if (named)
            host_name(dialogue->host[side], names[side], sizeof names[side]);
        if (names[side][0] != '\0')
            snprintf(ends[side], sizeof ends[side], "%s port %u", dialogue->host[side],
                     dialogue->port[side]);
        else
            snprintf(ends[side], sizeof ends[side], "port %u", dialogue->port[side]);
        if (names[side][0] == '\0')
            snprintf(names[side], sizeof names[side], "%s", dialogue->host[side]);
    }
    int width = ladder->time_width + 2 + ladder->frame_width;
    char stream[24];
    snprintf(stream, sizeof stream, "stream %d", dialogue->stream);
    snprintf(columns, sizeof columns, "%*s", width, stream);
    put_pair(ladder, ROLE_HEAD, columns, names[0], names[1]);
    snprintf(columns, sizeof columns, "%*s  %*s", ladder->time_width, "ms", ladder->frame_width,
             ladder->frame_width < (int)strlen("frame") ? "#" : "frame");
    put_pair(ladder, ROLE_PLAIN, columns, ends[0], ends[1]);
    put_rule(ladder);
}

static void put_sums(const struct ladder *ladder) {
    char sums[2][64], number[32], columns[80];

    put_rule(ladder);
    for (int side = 0; side < 2; side++)
        snprintf(sums[side], sizeof sums[side], "%s octets sent",
                 show_number(ladder->dialogue->side[side].sent, number));
    snprintf(columns, sizeof columns, "%*s  %*s", ladder->time_width, "", ladder->frame_width, "");
    put_pair(ladder, ROLE_QUIET, columns, sums[0], sums[1]);
}

static void put_remark(const struct ladder *ladder, const char *words) {
    in_colour(ladder, ROLE_BAD, words);
    fputc('\n', ladder->out);
}

/* Widths that the content asks for. */
static void measure(struct ladder *ladder) {
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
    if (ladder->time_width + 2 + ladder->frame_width < (int)strlen("stream 0"))
        ladder->frame_width = (int)strlen("stream 0") - 2 - ladder->time_width;
    /* time, frame, lock; then a column, " >|<- ", a column */
    int rest = ladder->style->width - ladder->time_width - 2 - ladder->frame_width - 2 -
               ladder->lock_width - 6;
    ladder->column_width = rest / 2 > 16 ? rest / 2 : 16;
}

void show_dialogue(const struct dialogue *dialogue, const struct show_style *style, FILE *out) {
    struct ladder ladder = {
        .dialogue = dialogue,
        .style = style,
        .signs = style_signs(style),
        .out = out,
        .side = -1,
    };

    measure(&ladder);
    put_heading(&ladder);
    if (dialogue->late)
        put_remark(&ladder, "The capture began after the connection: its start is missing.");
    if (dialogue->unclear)
        put_remark(&ladder, "Some octets were sent twice, with different values: the first count.");
    put_steps(&ladder);
    put_sums(&ladder);
}
