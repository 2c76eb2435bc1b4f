/* wire stat: packets, octets, round trips and time of each conversation in a capture. */
#include "commands.h"
#include "dialogue.h"
#include "dissect.h"
#include "lab_captures.h"
#include "measure.h"
#include "measure_data.h"
#include "measure_table.h"
#include "options.h"
#include "show.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* CSV and JSON are no longer than this: room for the most conversations that a capture can hold. */
#define DATA_LIMIT   (1U << 30)
/* Of more conversations than this, details are shown only of the one that is asked for. */
#define DETAILS_MOST 4

enum form {
    FORM_TABLE,
    FORM_CSV,
    FORM_JSON,
};

struct request {
    const char *word; /* a file, or a lab */
    const char *file;
    long stream; /* -1: all */
    enum form form;
    struct show_style style;
};

static int read_arguments(int argc, char **argv, struct request *request) {
    struct show_wishes wishes = {.width = 0};
    bool csv = false, json = false;
    const struct option_row rows[] = {
        {.name = "stream", .number = &request->stream, .least = 0, .most = INT_MAX},
        {.name = "csv", .flag = &csv},
        {.name = "json", .flag = &json},
        {.name = "plain", .flag = &wishes.plain},
        {.name = "unicode", .flag = &wishes.unicode},
        {.name = "width",
         .number = &wishes.width,
         .least = MEASURE_WIDTH_LEAST,
         .most = SHOW_WIDTH_MOST},
        {.name = NULL},
    };
    struct failure why;
    int first = options_read(argc, argv, rows, &why);

    if (first < 0 || show_style_change(&request->style, &wishes, &why) < 0)
        return command_misuse("stat", "%s", why.text);
    if (argc - first != 1)
        return command_misuse("stat", argc == first ? "which capture?" : "one capture at a time");
    request->word = argv[first];
    request->form = csv ? FORM_CSV : json ? FORM_JSON : FORM_TABLE;
    return COMMAND_FINE;
}

/* The conversations that were asked for: all, or one. */
static int select_stream(const struct request *request, const struct measures *all,
                         struct measures *selected) {
    *selected = *all;
    if (all->count == 0)
        return command_misuse("stat", "%s: no TCP connection in it", request->file);
    if (request->stream < 0)
        return COMMAND_FINE;
    for (size_t i = 0; i < all->count; i++) {
        if (all->list[i].dialogue->stream == request->stream) {
            *selected = (struct measures){&all->list[i], 1};
            return COMMAND_FINE;
        }
    }
    return command_misuse("stat", "%s: no stream %ld; there are %zu, counted from 0", request->file,
                          request->stream, all->count);
}

static int print_data(const struct request *request, const struct measures *measures) {
    struct buf text;

    buf_init(&text, DATA_LIMIT);
    int status = request->form == FORM_CSV
                     ? measure_csv(measures->list, measures->count, &text)
                     : measure_json(measures->list, measures->count, request->file, &text);
    if (status == 0)
        fwrite(text.bytes, 1, text.length, stdout);
    buf_free(&text);
    if (status < 0)
        return command_misuse("stat", "%s: its figures are more than can be held", request->file);
    return COMMAND_FINE;
}

/* What the figures do not say by themselves. */
static void print_remarks(const struct measures *measures) {
    bool late = false, hidden = false;

    for (size_t i = 0; i < measures->count; i++) {
        late |= measures->list[i].dialogue->late;
        hidden |= measures->list[i].tls && !measures->list[i].decrypted;
    }
    fputc('\n', stdout);
    if (late)
        puts("The capture began late: earlier packets are not counted.");
    if (hidden)
        puts("Without keys: \"?\" is not known, handshakes only in part.");
    puts("Microseconds on loopback are not the network.");
}

static void print_tables(const struct request *request, const struct measures *measures) {
    struct measure_style style = {request->style.width, request->style.unicode};

    if (measures->count > 1)
        measure_list(measures->list, measures->count, &style, stdout);
    for (size_t i = 0; measures->count <= DETAILS_MOST && i < measures->count; i++) {
        if (measures->count > 1)
            fputc('\n', stdout);
        measure_details(&measures->list[i], &style, stdout);
    }
    if (measures->count > DETAILS_MOST)
        puts("\n--stream N shows all about one of them.");
    print_remarks(measures);
}

static int print_capture(const struct request *request, const struct dissect_capture *capture,
                         const struct dialogues *dialogues) {
    struct measures all, selected;
    struct failure why;

    if (measures_make(capture->frames, capture->frame_count, dialogues, &all, &why) < 0)
        return command_misuse("stat", "%s: %s", request->file, why.text);
    int status = select_stream(request, &all, &selected);
    if (status == COMMAND_FINE && request->form == FORM_TABLE)
        print_tables(request, &selected);
    else if (status == COMMAND_FINE)
        status = print_data(request, &selected);
    measures_free(&all);
    if (fflush(stdout) != 0)
        return command_misuse("stat", "standard output cannot be written");
    if (dissect_complaint(capture) != NULL) /* what came before the damage was counted */
        return command_misuse("stat", "%s: %s", request->file, dissect_complaint(capture));
    return status;
}

static int perform(int argc, char **argv) {
    struct request request = {.stream = -1};
    struct dialogues dialogues;
    char file[PATH_MAX];
    struct failure why;

    show_style_for(stdout, &request.style);
    int status = read_arguments(argc, argv, &request);
    if (status != COMMAND_FINE)
        return status;
    if (lab_captures_choose("stat", request.word, file, &why) < 0)
        return command_misuse("stat", "%s", why.text);
    request.file = file;
    struct dissect_plan plan = {.captures = &request.file, .capture_count = 1};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        return command_misuse("stat", "%s", why.text);
    const struct dissect_capture *capture = &dissection->captures[0];
    if (dialogues_make(capture->frames, capture->frame_count, &dialogues, &why) < 0) {
        status = command_misuse("stat", "%s: %s", request.file, why.text);
    } else {
        status = print_capture(&request, capture, &dialogues);
        dialogues_free(&dialogues);
    }
    dissection_free(dissection);
    return status;
}

const struct command stat_command = {
    .name = "stat",
    .run = perform,
    .usage = "FILE|LAB [OPTION…]",
    .meaning = "Counts what each conversation cost: packets, octets, round trips, time.",
    .details =
        "LAB is 3, 03 or 03-smtp-send: then it is what you recorded last of that lab.\n"
        "  --stream N     only conversation N, counted from 0 as in Wireshark's tcp.stream\n"
        "  --csv          a line of names, then a line for each conversation\n"
        "  --json         the same as JSON; what is not known is null\n"
        "  --width N      columns to write in; without it the terminal's, or 100\n"
        "  --plain        only ASCII: as it is where the output is no terminal\n"
        "  --unicode      arrows even there\n"
        "\n"
        "Packets and octets are those of Wireshark's Statistics > Conversations.\n"
        "  headers          of link, IP and TCP, of all packets, also of those without payload\n"
        "  sent again       payload that had been on the wire before: TCP thought it lost\n"
        "  added by TLS     payload that is not the dialogue: handshake, record headers, tags\n"
        "  connected        from SYN to the ACK that answers SYN ACK\n"
        "  server's first   from SYN to the server's first payload\n"
        "  latency          from the last packet of a command to the first of its reply\n"
        "  round trips      how often the client had to wait: once for the handshake of TCP, once\n"
        "                   for the greeting, once for each group of commands sent together, and\n"
        "                   for each turn of TLS's handshake\n"
        "  throughput       bits of whole frames a second, over the whole duration\n"
        "Names in CSV and JSON that end in _ms are milliseconds, in _bps bits a second.\n"
        "The exit status is 2 when FILE is no capture, holds no TCP, or breaks off.\n",
};
