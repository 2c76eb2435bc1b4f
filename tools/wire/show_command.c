/* wire show: the ladder of a capture, and other views of it. */
#include "canon.h"
#include "commands.h"
#include "dialogue.h"
#include "dissect.h"
#include "lab_captures.h"
#include "options.h"
#include "show.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The canonical text of a capture is no longer than this. */
#define CANONICAL_LIMIT (1U << 30)

struct request {
    const char *word; /* a file, or a lab */
    const char *file;
    long stream; /* -1: all */
    bool canonical;
    bool eavesdrop;
    struct show_style style;
};

static int read_arguments(int argc, char **argv, struct request *request) {
    struct show_wishes wishes = {.width = 0};
    const struct option_row rows[] = {
        {.name = "stream", .number = &request->stream, .least = 0, .most = INT_MAX},
        {.name = "frames", .flag = &request->style.frame_range},
        {.name = "all", .flag = &request->style.all},
        {.name = "brief", .flag = &request->style.brief},
        {.name = "canonical", .flag = &request->canonical},
        {.name = "eavesdrop", .flag = &request->eavesdrop},
        {.name = "plain", .flag = &wishes.plain},
        {.name = "unicode", .flag = &wishes.unicode},
        {.name = "width",
         .number = &wishes.width,
         .least = SHOW_WIDTH_LEAST,
         .most = SHOW_WIDTH_MOST},
        {.name = NULL},
    };
    struct failure why;
    int first = options_read(argc, argv, rows, &why);

    if (first < 0 || show_style_change(&request->style, &wishes, &why) < 0)
        return command_misuse("show", "%s", why.text);
    if (argc - first != 1)
        return command_misuse("show", argc == first ? "which capture?" : "one capture at a time");
    request->word = argv[first];
    return COMMAND_FINE;
}

static int show_canonical(const struct dialogues *dialogues, const char *file) {
    struct buf text;

    buf_init(&text, CANONICAL_LIMIT);
    int status = canon_dialogues(dialogues, &text) < 0
                     ? command_misuse("show", "%s: its text is longer than can be held", file)
                     : COMMAND_FINE;
    if (status == COMMAND_FINE)
        fwrite(text.bytes, 1, text.length, stdout);
    buf_free(&text);
    return status;
}

/* The conversations that were asked for: all, or one. */
static int select_stream(const struct request *request, const struct dialogues *all,
                         struct dialogues *selected) {
    *selected = *all;
    if (all->count == 0)
        return command_misuse("show", "%s: no TCP connection in it", request->file);
    if (request->stream < 0)
        return COMMAND_FINE;
    for (size_t i = 0; i < all->count; i++) {
        if (all->list[i].stream == request->stream) {
            selected->list = &all->list[i];
            selected->count = 1;
            return COMMAND_FINE;
        }
    }
    return command_misuse("show", "%s: no stream %ld; there are %zu, counted from 0", request->file,
                          request->stream, all->count);
}

static int show_dialogues(const struct request *request, const struct dialogues *all) {
    struct dialogues dialogues;
    int status = select_stream(request, all, &dialogues);

    if (status != COMMAND_FINE)
        return status;
    if (request->canonical)
        return show_canonical(&dialogues, request->file);
    for (size_t i = 0; i < dialogues.count; i++) {
        if (i > 0)
            putchar('\n');
        if (request->eavesdrop)
            show_eavesdrop(&dialogues.list[i], &request->style, stdout);
        else
            show_dialogue(&dialogues.list[i], &request->style, stdout);
    }
    return COMMAND_FINE;
}

static int show_capture(const struct request *request, const struct dissect_capture *capture) {
    struct dialogues dialogues;
    struct failure why;

    if (dialogues_make(capture->frames, capture->frame_count, &dialogues, &why) < 0)
        return command_misuse("show", "%s: %s", request->file, why.text);
    int status = show_dialogues(request, &dialogues);
    dialogues_free(&dialogues);
    if (fflush(stdout) != 0)
        return command_misuse("show", "standard output cannot be written");
    if (dissect_complaint(capture) != NULL) /* what came before the damage was shown */
        return command_misuse("show", "%s: %s", request->file, dissect_complaint(capture));
    return status;
}

static int perform(int argc, char **argv) {
    struct request request = {.stream = -1};
    char file[PATH_MAX];
    struct failure why;

    show_style_for(stdout, &request.style);
    int status = read_arguments(argc, argv, &request);
    if (status != COMMAND_FINE)
        return status;
    if (lab_captures_choose("show", request.word, file, &why) < 0)
        return command_misuse("show", "%s", why.text);
    request.file = file;
    struct dissect_plan plan = {.captures = &request.file, .capture_count = 1};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        return command_misuse("show", "%s", why.text);
    status = show_capture(&request, &dissection->captures[0]);
    dissection_free(dissection);
    return status;
}

const struct command show_command = {
    .name = "show",
    .run = perform,
    .usage = "FILE|LAB [OPTION…]",
    .meaning = "Draws a capture as the dialogue it is: two columns, time, frame, direction.",
    .details =
        "LAB is 3, 03 or 03-smtp-send: then it is what you recorded last of that lab, with wire\n"
        "capture or wire start.\n"
        "  --stream N     only conversation N, counted from 0 as in Wireshark's tcp.stream\n"
        "  --frames       the first and last frame of each line, not only the last\n"
        "  --all          whole messages; without it the middle of a long one is left out\n"
        "  --brief        of each run of lines only the first and the last ones\n"
        "  --width N      columns to draw in; without it the terminal's, or 100\n"
        "  --plain        no colours, only ASCII: as it is where the output is no terminal\n"
        "  --unicode      lines and letters in Unicode even there\n"
        "  --canonical    one line a step, with what differs between two recordings replaced by "
        "names\n"
        "  --eavesdrop    what somebody on the way can read\n"
        "The exit status is 2 when FILE is no capture, holds no TCP, or breaks off.\n",
};
