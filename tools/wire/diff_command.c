/* wire diff: two captures of the same exercise beside each other. */
#include "commands.h"
#include "compare.h"
#include "compare_json.h"
#include "dissect.h"
#include "files.h"
#include "lab_captures.h"
#include "options.h"
#include "show_comparison.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define JSON_LIMIT (1U << 30)

struct request {
    const char *file[2]; /* by enum comparison_side */
    char path[2][PATH_MAX];
    bool json;
    struct show_style style;
};

static int read_arguments(int argc, char **argv, struct request *request) {
    struct show_wishes wishes = {.width = 0};
    const struct option_row rows[] = {
        {.name = "all", .flag = &request->style.all},
        {.name = "json", .flag = &request->json},
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
        return command_misuse("diff", "%s", why.text);
    if (argc - first < 1 || argc - first > 2)
        return command_misuse("diff", "two captures, please: MINE, then the reference; or a lab");
    if (lab_captures_choose_two("diff", argv + first, argc - first, request->path, &why) < 0)
        return command_misuse("diff", "%s", why.text);
    for (int side = 0; side < 2; side++)
        request->file[side] = files_short_path(request->path[side]);
    return COMMAND_FINE;
}

static int put_json(const struct request *request, const struct comparison *comparison) {
    struct json json;
    struct buf out;

    buf_init(&out, JSON_LIMIT);
    json_begin(&json, &out);
    comparison_json(&json, NULL, comparison, request->file);
    int status = json_end(&json) < 0
                     ? command_misuse("diff", "the comparison is longer than can be held")
                     : COMMAND_FINE;
    if (status == COMMAND_FINE)
        fwrite(out.bytes, 1, out.length, stdout);
    buf_free(&out);
    return status;
}

static int put_comparison(const struct request *request, const struct comparison *comparison) {
    static const int statuses[] = {
        [COMPARISON_IS_SAME] = COMMAND_FINE,
        [COMPARISON_DIFFERS] = COMMAND_FAILED,
        [COMPARISON_CANNOT_JUDGE] = COMMAND_MISUSE,
    };
    int status = COMMAND_FINE;

    if (request->json) {
        status = put_json(request, comparison);
    } else {
        show_comparison(comparison, request->file, &request->style, stdout);
    }
    if (fflush(stdout) != 0)
        return command_misuse("diff", "standard output cannot be written");
    return status != COMMAND_FINE ? status : statuses[comparison->outcome];
}

static int compare_captures(const struct request *request, const struct dissection *dissection) {
    struct dialogues dialogues[2] = {{.list = NULL}, {.list = NULL}};
    struct comparison_capture captures[2];
    struct comparison comparison;
    struct failure why;
    int status = COMMAND_FINE;

    for (int side = 0; side < 2 && status == COMMAND_FINE; side++) {
        const struct dissect_capture *capture = &dissection->captures[side];
        if (dialogues_make(capture->frames, capture->frame_count, &dialogues[side], &why) < 0)
            status = command_misuse("diff", "%s: %s", request->file[side], why.text);
        captures[side] = (struct comparison_capture){
            .name = request->file[side], .capture = capture, .dialogues = &dialogues[side]};
    }
    if (status == COMMAND_FINE) {
        if (compare(&captures[0], &captures[1], &comparison, &why) < 0) {
            status = command_misuse("diff", "%s", why.text);
        } else {
            status = put_comparison(request, &comparison);
            comparison_free(&comparison);
        }
    }
    dialogues_free(&dialogues[0]);
    dialogues_free(&dialogues[1]);
    return status;
}

static int perform(int argc, char **argv) {
    struct request request = {.json = false};
    struct failure why;

    show_style_for(stdout, &request.style);
    int status = read_arguments(argc, argv, &request);
    if (status != COMMAND_FINE)
        return status;
    const char *const captures[] = {request.path[0], request.path[1]};
    struct dissect_plan plan = {.captures = captures, .capture_count = 2};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        return command_misuse("diff", "%s", why.text);
    status = compare_captures(&request, dissection);
    dissection_free(dissection);
    return status;
}

const struct command diff_command = {
    .name = "diff",
    .run = perform,
    .usage = "LAB | MINE REFERENCE [OPTION…]",
    .meaning = "Lays two captures of the same exercise beside each other and explains where they "
               "differ.",
    .details =
        "LAB is 3, 03 or 03-smtp-send: then what you recorded last of that lab is held against "
        "its\n"
        "reference. LAB instead of MINE or REFERENCE is that one alone.\n"
        "  --all          every row and every difference; without it what is alike is folded\n"
        "  --plain        no colours, only ASCII: as it is where the output is no terminal\n"
        "  --unicode      lines and letters in Unicode even there\n"
        "  --width N      columns to draw in; without it the terminal's, or 100\n"
        "  --json         for programs: tools/wire/compare/compare_json.h says what stands in it\n"
        "\n"
        "The recordings are judged first, then the dialogues. Each difference is wrong (!), "
        "allowed "
        "by\n"
        "the protocol (~), or only the environment's (.). By name these differ each time:\n"
        "\n"
        "  date           a date as in RFC 5322 section 3.3 or RFC 3339\n"
        "  message-id     what stands in a Message-ID: header\n"
        "  queue-id       the server's own name for a message\n"
        "  nonce          the word kit-xxxxxxxxxx that KIT_SEED makes for each student\n"
        "  credentials    the base64 behind AUTH PLAIN: passwords derive from KIT_SEED, too\n"
        "                 and what goes on with POP3's AUTH\n"
        "  password       what stands behind POP3's PASS\n"
        "  timestamp      the <...> in a POP3 greeting, which APOP needs\n"
        "  digest         what APOP makes of it and the password\n"
        "  uidl           the name of a message in POP3's UIDL\n"
        "  implementation  what a POP3 server calls itself in CAPA\n"
        "  client-name    the name behind EHLO or HELO, wherever the server repeats it\n"
        "  port, time     the client's port, times, and how TCP cut its stream\n"
        "\n"
        "The exit status is 0 when they are the same, 1 when something is wrong, 2 when that "
        "cannot "
        "be\n"
        "judged.\n",
};
