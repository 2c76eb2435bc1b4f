/* wire diff: two captures of the same exercise beside each other. */
#include "commands.h"
#include "compare.h"
#include "compare_json.h"
#include "dissect.h"
#include "files.h"
#include "lab_captures.h"
#include "options.h"
#include "show_beside.h"
#include "show_style.h"
#include "show_text.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Without --all no more differences than these are told one by one. */
    TOLD_MOST = 20,
    JSON_LIMIT = 1 << 30,
};

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

static void put_role(const struct request *request, enum role role, const char *words) {
    printf("%s%s%s", style_begin(&request->style, role), words, style_end(&request->style, role));
}

static void put_title(const struct request *request, const char *words) {
    putchar('\n');
    put_role(request, ROLE_HEAD, words);
    putchar('\n');
}

static void put_problems(const struct request *request, const struct comparison *comparison) {
    for (size_t i = 0; i < comparison->problem_count; i++) {
        const struct comparison_problem *problem = &comparison->problems[i];
        if (!problem->fatal && comparison->outcome == COMPARISON_CANNOT_JUDGE)
            continue; /* a remark would only distract */
        put_role(request, problem->fatal ? ROLE_BAD : ROLE_WARNING,
                 problem->fatal ? "The recording" : "Remark on the recording");
        printf(" (%s)\n", problem->side == COMPARISON_MINE ? "yours" : "the reference");
        show_paragraph(problem->sentence, 2, &request->style, stdout);
        if (problem->remedy != NULL) {
            struct buf words;
            buf_init(&words, 4096);
            buf_printf(&words, "What to do: %s.", problem->remedy);
            show_paragraph(words.bytes != NULL ? words.bytes : "", 2, &request->style, stdout);
            buf_free(&words);
        }
        putchar('\n');
    }
}

static void put_ladders(const struct request *request, const struct comparison *comparison) {
    bool some = false;

    for (size_t i = 0; i < comparison->pair_count; i++) {
        if (comparison->pairs[i].row_count == 0)
            continue;
        if (some)
            putchar('\n');
        some = true;
        show_beside(comparison, i, request->file, &request->style, stdout);
    }
}

/* Sentence, clause, and where to look. */
static void put_difference(const struct request *request,
                           const struct comparison_difference *difference, int indent) {
    struct buf words;

    show_paragraph(difference->sentence, indent, &request->style, stdout);
    buf_init(&words, 1000);
    if (difference->clause != NULL)
        buf_printf(&words, "%s", difference->clause);
    if (difference->frame[COMPARISON_MINE] > 0)
        buf_printf(&words, "%sframe %u", words.length > 0 ? " · " : "",
                   difference->frame[COMPARISON_MINE]);
    if (difference->frame[COMPARISON_REFERENCE] > 0)
        buf_printf(&words, "%sreference: frame %u", words.length > 0 ? " · " : "",
                   difference->frame[COMPARISON_REFERENCE]);
    if (difference->rows > 1)
        buf_printf(&words, " · and %zu more like it", difference->rows - 1);
    fputs(style_begin(&request->style, ROLE_QUIET), stdout);
    show_paragraph(words.bytes != NULL ? words.bytes : "", indent, &request->style, stdout);
    fputs(style_end(&request->style, ROLE_QUIET), stdout);
    buf_free(&words);
}

static void put_first(const struct request *request, const struct comparison *comparison) {
    const struct comparison_difference *first = comparison_first_wrong(comparison);

    if (first == NULL)
        return;
    put_title(request, "First divergence");
    put_difference(request, first, 2);
}

/* One of the rest: its sign and class stand in front. */
static void put_one(const struct request *request, const struct comparison_difference *difference) {
    printf("%s %s\n", show_class_sign(difference->class, &request->style),
           comparison_class_name(difference->class));
    put_difference(request, difference, 4);
}

/* Heaviest first. Without --all what is only environment is counted, no more. */
static void put_rest(const struct request *request, const struct comparison *comparison) {
    const struct comparison_difference *first = comparison_first_wrong(comparison);
    int least = request->style.all ? COMPARISON_ENVIRONMENT : COMPARISON_ALLOWED;
    size_t told = 0, all = first != NULL ? 1 : 0;

    for (int weight = COMPARISON_WRONG; weight >= least; weight--) {
        for (size_t i = 0; i < comparison->difference_count; i++) {
            const struct comparison_difference *difference = &comparison->differences[i];
            if ((int)difference->class != weight || difference == first ||
                (told == TOLD_MOST && !request->style.all))
                continue;
            if (told++ == 0)
                put_title(request, first != NULL ? "The rest" : "Differences");
            put_one(request, difference);
        }
        all += comparison->total[weight];
    }
    all -= told + (first != NULL ? 2 : 0);
    if (all > 0)
        printf("  and %zu more%s\n", all, request->style.all ? "" : " (--all)");
}

static void put_cost(const struct request *request, const struct comparison *comparison) {
    const struct comparison_cost *cost = &comparison->cost;
    char number[5][32];

    if (!cost->present)
        return;
    int tls = (int)cost->encrypted, clear = 1 - tls;
    put_title(request, "What encryption hid and cost");
    printf("  hidden       %s octets of the dialogue\n", show_number(cost->hidden, number[0]));
    printf("  octets       %s encrypted, %s in clear\n", show_number(cost->octets[tls], number[1]),
           show_number(cost->octets[clear], number[2]));
    printf("  packets      %u encrypted, %u in clear\n", cost->packets[tls], cost->packets[clear]);
    printf("  round trips  %u encrypted, %u in clear\n", cost->round_trips[tls],
           cost->round_trips[clear]);
}

static void put_counts(const struct request *request, const struct comparison *comparison) {
    static const struct {
        const char *words;
        enum role role;
    } outcomes[] = {
        [COMPARISON_IS_SAME] = {"same", ROLE_SERVER},
        [COMPARISON_DIFFERS] = {"differs", ROLE_BAD},
        [COMPARISON_CANNOT_JUDGE] = {"cannot judge", ROLE_BAD},
    };
    char number[32];

    if (comparison->pair_count > 0)
        putchar('\n');
    put_role(request, outcomes[comparison->outcome].role, outcomes[comparison->outcome].words);
    if (comparison->pair_count > 0) {
        printf(": ");
        for (int weight = COMPARISON_WRONG; weight > COMPARISON_SAME; weight--)
            printf("%zu %s (%s), ", comparison->total[weight],
                   comparison_class_name((enum comparison_class)weight),
                   show_class_sign((enum comparison_class)weight, &request->style));
        printf("%s steps alike", show_number(comparison->alike, number));
    }
    putchar('\n');
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
        put_problems(request, comparison);
        put_ladders(request, comparison);
        put_first(request, comparison);
        put_rest(request, comparison);
        put_cost(request, comparison);
        put_counts(request, comparison);
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
        "  client-name    the name behind EHLO or HELO, wherever the server repeats it\n"
        "  port, time     the client's port, times, and how TCP cut its stream\n"
        "\n"
        "The exit status is 0 when they are the same, 1 when something is wrong, 2 when that "
        "cannot "
        "be\n"
        "judged.\n",
};
