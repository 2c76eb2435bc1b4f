/* wire draw: a capture, or two beside each other, as a page or a picture. */
#include "buf.h"
#include "commands.h"
#include "compare.h"
#include "dialogue.h"
#include "dissect.h"
#include "drawing.h"
#include "files.h"
#include "lab_captures.h"
#include "options.h"
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a drawing goes when nobody says where, and standard output is a terminal. */
#define DRAWINGS KIT_BUILD_DIR "/run/drawings"

struct request {
    const char *file[2]; /* by enum comparison_side; the second NULL: one capture alone */
    char path[2][PATH_MAX];
    const char *name; /* what the drawing is called where nobody says where */
    const char *out;  /* NULL: see choose_place; "-": standard output */
    bool svg;
};

/* A path's last part. */
static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

/* The number of the first word that names a capture, or -1. */
static int read_arguments(int argc, char **argv, struct request *request, struct failure *why) {
    const struct option_row rows[] = {
        {.name = "output", .letter = 'o', .text = &request->out},
        {.name = "svg", .flag = &request->svg},
        {.name = NULL},
    };
    int first = options_read(argc, argv, rows, why);

    if (first < 0)
        return -1;
    if (argc == first)
        return failure_set(why, "which capture?");
    if (argc - first > 2)
        return failure_set(why, "two captures at most: yours, the reference");
    request->name = name_of(argv[first]);
    return first;
}

/* Where to: as was said; else to standard output if that leads somewhere; else to a file with the
   capture's name in build/run/drawings. */
static int choose_place(const struct request *request, char place[PATH_MAX], struct failure *why) {
    const char *name = request->name, *ending = strrchr(name, '.');
    int length = ending == NULL || ending == name ? (int)strlen(name) : (int)(ending - name);

    if (request->out != NULL)
        return files_path(place, why, "%s", request->out);
    if (!isatty(STDOUT_FILENO))
        return files_path(place, why, "-");
    if (files_make_directory(DRAWINGS, why) < 0)
        return -1;
    return files_path(place, why, "%s/%.*s.%s", DRAWINGS, length, name,
                      request->svg ? "svg" : "html");
}

static int write_out(const char *place, const char *bytes, size_t length, struct failure *why) {
    if (strcmp(place, "-") == 0) {
        fwrite(bytes, 1, length, stdout);
        return fflush(stdout) == 0 ? 0 : failure_system(why, errno, "standard output");
    }
    if (files_write(place, bytes, length, why) < 0)
        return -1;
    fprintf(stderr, "wire draw: written to %s\n", files_short_path(place));
    return 0;
}

/* The whole drawing is made before a byte of it is written: what is there is never half of one. */
static int draw(const struct request *request, const struct drawing *drawing, struct failure *why) {
    char place[PATH_MAX], *bytes = NULL;
    size_t length = 0;

    if (choose_place(request, place, why) < 0)
        return -1;
    FILE *memory = open_memstream(&bytes, &length);
    if (memory == NULL)
        return failure_system(why, errno, "the drawing");
    int status =
        request->svg ? drawing_picture(drawing, memory, why) : drawing_page(drawing, memory, why);
    if (fclose(memory) != 0 && status == 0)
        status = failure_system(why, errno, "the drawing");
    if (status == 0)
        status = write_out(place, bytes, length, why);
    free(bytes);
    return status;
}

static int compare_and_draw(const struct request *request, const struct dissection *dissection,
                            const struct drawing_capture drawn[2], struct failure *why) {
    struct comparison_capture captures[2];
    struct comparison comparison;

    for (int side = 0; side < 2; side++) {
        captures[side] = (struct comparison_capture){
            .name = drawn[side].name,
            .capture = &dissection->captures[side],
            .dialogues = drawn[side].dialogues,
        };
    }
    if (compare(&captures[COMPARISON_MINE], &captures[COMPARISON_REFERENCE], &comparison, why) < 0)
        return -1;
    struct drawing drawing = {.capture = {drawn[0], drawn[1]}, .comparison = &comparison};
    int status = draw(request, &drawing, why);
    comparison_free(&comparison);
    return status;
}

static int read_and_draw(const struct request *request, const struct dissection *dissection,
                         struct failure *why) {
    struct drawing drawing = {.comparison = NULL};
    struct dialogues dialogues[2] = {{.list = NULL}, {.list = NULL}};
    int status = 0;

    for (size_t side = 0; status == 0 && side < dissection->capture_count; side++) {
        const struct dissect_capture *capture = &dissection->captures[side];
        status = dialogues_make(capture->frames, capture->frame_count, &dialogues[side], why);
        drawing.capture[side] = (struct drawing_capture){
            .name = name_of(request->file[side]),
            .dialogues = &dialogues[side],
            .damage = capture->damage,
        };
        /* Beside another one it is drawn all the same, with the reason why nothing can be judged.
         */
        if (status == 0 && dialogues[side].count == 0 && dissection->capture_count == 1)
            status = failure_set(why, "%s: no TCP connection in it", request->file[side]);
    }
    if (status == 0)
        status = dissection->capture_count == 2
                     ? compare_and_draw(request, dissection, drawing.capture, why)
                     : draw(request, &drawing, why);
    for (int side = 0; side < 2; side++)
        dialogues_free(&dialogues[side]);
    return status;
}

/* Which files the words mean. A lab alone is what was recorded of it, beside its reference. */
static int choose_files(struct request *request, char *const *words, int count,
                        struct failure *why) {
    bool alone = count == 1 && (!lab_captures_is_lab(words[0]) ||
                                lab_captures_reference(words[0], request->path[1], NULL) < 0);
    int chosen = alone ? lab_captures_choose("draw", words[0], request->path[0], why)
                       : lab_captures_choose_two("draw", words, count, request->path, why);

    if (chosen < 0)
        return -1;
    request->file[COMPARISON_MINE] = request->path[0];
    request->file[COMPARISON_REFERENCE] = alone ? NULL : request->path[1];
    return 0;
}

static int perform(int argc, char **argv) {
    struct request request = {.out = NULL};
    struct failure why;

    int first = read_arguments(argc, argv, &request, &why);
    if (first < 0 || choose_files(&request, argv + first, argc - first, &why) < 0)
        return command_misuse("draw", "%s", why.text);
    struct dissect_plan plan = {.captures = request.file,
                                .capture_count = request.file[1] == NULL ? 1 : 2};
    struct dissection *dissection = dissect_run(&plan, &why);
    if (dissection == NULL)
        return command_misuse("draw", "%s", why.text);
    int status = read_and_draw(&request, dissection, &why) == 0
                     ? COMMAND_FINE
                     : command_misuse("draw", "%s", why.text);
    for (size_t side = 0; status == COMMAND_FINE && side < dissection->capture_count; side++) {
        const char *complaint = dissect_complaint(&dissection->captures[side]);
        if (complaint != NULL) /* what came before the damage was drawn */
            status = command_misuse("draw", "%s: %s", request.file[side], complaint);
    }
    dissection_free(dissection);
    return status;
}

const struct command draw_command = {
    .name = "draw",
    .run = perform,
    .usage = "LAB | FILE [REFERENCE] [-o OUT] [--svg]",
    .meaning = "Draws a capture, or two beside each other, as a page for the browser.",
    .details =
        "LAB is 3, 03 or 03-smtp-send: then what you recorded last of that lab, beside its\n"
        "reference.\n"
        "  -o, --output OUT   where to write; \"-\" is standard output. Without it: standard "
        "output\n"
        "                     if that leads to a file or a pipe; else "
        "build/run/drawings/NAME.html,\n"
        "                     NAME being that of FILE, or LAB\n"
        "  --svg              a picture for other documents instead of a page\n"
        "\n"
        "The page is one file. It loads nothing, runs nothing and tells nobody; mail it, print "
        "it,\n"
        "read it in the dark. Each step opens to its octets. With REFERENCE, the steps of both\n"
        "stand beside each other, and where they part is said in words first.\n"
        "The exit status is 0 when the drawing was made, whatever it shows, 2 when it was not, or "
        "when\n"
        "a capture breaks off: then what there is of it was drawn.\n",
};
