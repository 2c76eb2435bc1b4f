#include "view.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_line(const struct dialogue_step *step) {
    return step != NULL && (step->kind == DIALOGUE_LINE || step->kind == DIALOGUE_MESSAGE ||
                            step->kind == DIALOGUE_BYTES);
}

static const struct dialogue_step *any_step(const struct comparison_row *row) {
    return row->step[COMPARISON_MINE] != NULL ? row->step[COMPARISON_MINE]
                                              : row->step[COMPARISON_REFERENCE];
}

static bool same_run(const struct comparison_row *one, const struct comparison_row *other) {
    const struct dialogue_step *left = any_step(one), *right = any_step(other);

    return is_line(left) && is_line(right) && left->kind == right->kind &&
           left->side == right->side;
}

static void drop(bool *keep, size_t first, size_t end) {
    for (size_t i = first; i < end; i++)
        keep[i] = false;
}

/* The middle of each long run of lines. */
static void drop_runs(const struct comparison_row *rows, size_t count, bool *keep) {
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && same_run(&rows[i], &rows[end]);)
            end++;
        if (end - i > VIEW_RUN_OVER)
            drop(keep, i + VIEW_RUN_FIRST, end - VIEW_RUN_LAST);
    }
}

/* The middle of a long section: of the rows that are left, some at each end. */
static void drop_middle(size_t count, bool *keep) {
    size_t left = 0, seen = 0;

    for (size_t i = 0; i < count; i++)
        left += keep[i];
    if (left <= VIEW_ROWS_FIRST + VIEW_ROWS_LAST)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!keep[i])
            continue;
        keep[i] = seen < VIEW_ROWS_FIRST || seen >= left - VIEW_ROWS_LAST;
        seen++;
    }
}

static void keep_around(size_t row, size_t count, bool *keep) {
    size_t end = row + VIEW_AROUND + 1;

    for (size_t i = row > VIEW_AROUND ? row - VIEW_AROUND : 0; i < count && i < end; i++)
        keep[i] = true;
}

/* The differences of a pair: they are in order. */
static const struct comparison_difference *differences_of(const struct comparison *comparison,
                                                          size_t pair, size_t *count) {
    size_t first = 0, end;

    *count = 0;
    if (comparison == NULL)
        return NULL;
    while (first < comparison->difference_count && comparison->differences[first].pair < pair)
        first++;
    for (end = first;
         end < comparison->difference_count && comparison->differences[end].pair == pair;)
        end++;
    *count = end - first;
    return comparison->differences + first;
}

static void keep_differences(const struct view *view, size_t pair, size_t count, bool *keep) {
    size_t some;
    const struct comparison_difference *list =
        differences_of(view->drawing->comparison, pair, &some);

    for (size_t i = 0; i < some && i < VIEW_DIFFERENCES; i++)
        keep_around(list[i].row, count, keep);
    if (view->first != NULL && view->first->pair == pair)
        keep_around(view->first->row, count, keep);
}

/* Neither a fold nor another frame lies between the two. */
static bool goes_on(const struct view_row *row, const struct view_row *next, int side) {
    const struct dialogue_step *one = row->step[side];
    const struct dialogue_step *other = next->folded == 0 ? next->step[side] : NULL;

    return row->folded == 0 && one != NULL && other != NULL && one->kind != DIALOGUE_CONNECT &&
           one->last_frame == other->last_frame && one->side == other->side;
}

static void find_frames(struct view_section *section) {
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < section->row_count; i++) {
            struct view_row *row = &section->rows[i];
            row->begins[side] = i == 0 || !goes_on(&section->rows[i - 1], row, side);
            row->ends[side] = i + 1 == section->row_count || !goes_on(row, row + 1, side);
        }
    }
}

static void find_differences(const struct view *view, struct view_section *section) {
    size_t count, next = 0;
    const struct comparison_difference *list =
        differences_of(view->drawing->comparison, section->pair, &count);

    for (size_t i = 0; i < section->row_count; i++) {
        struct view_row *row = &section->rows[i];
        if (row->folded > 0)
            continue;
        while (next < count && list[next].row < row->number)
            next++;
        row->differences = list == NULL ? NULL : list + next;
        while (next < count && list[next].row == row->number) {
            row->difference_count++;
            next++;
        }
    }
}

/* Fills `drawn` with the rows that are kept, and a fold for each stretch of others. Returns how
   many there are. */
static size_t fold(const struct comparison_row *rows, const bool *keep, size_t count,
                   struct view_row *drawn) {
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (!keep[i] && used > 0 && drawn[used - 1].folded > 0) {
            drawn[used - 1].folded++;
            continue;
        }
        struct view_row *row = &drawn[used++];
        row->number = i;
        row->folded = !keep[i];
        row->class = rows[i].class;
        memcpy(row->step, rows[i].step, sizeof row->step);
    }
    return used;
}

static int add_rows(const struct view *view, struct view_section *section,
                    const struct comparison_row *rows, size_t count) {
    struct view_row *drawn = calloc(count + 1, sizeof *drawn);
    bool *keep = malloc(count + 1);

    if (keep == NULL || drawn == NULL) {
        free(keep);
        free(drawn);
        return -1;
    }
    memset(keep, true, count + 1);
    drop_runs(rows, count, keep);
    drop_middle(count, keep);
    keep_differences(view, section->pair, count, keep);
    section->rows = drawn;
    section->row_count = fold(rows, keep, count, drawn);
    free(keep);
    find_frames(section);
    find_differences(view, section);
    return 0;
}

/* A conversation alone: in the column of mine. */
static int add_dialogue(const struct view *view, struct view_section *section,
                        const struct dialogue *dialogue) {
    struct comparison_row *rows = calloc(dialogue->step_count + 1, sizeof *rows);

    section->dialogue[COMPARISON_MINE] = dialogue;
    for (size_t i = 0; rows != NULL && i < dialogue->step_count; i++)
        rows[i].step[COMPARISON_MINE] = &dialogue->steps[i];
    int status = rows == NULL ? -1 : add_rows(view, section, rows, dialogue->step_count);
    free(rows);
    return status;
}

int view_make(const struct drawing *drawing, struct view *view, struct failure *why) {
    const struct comparison *comparison = drawing->comparison;
    const struct dialogues *mine = drawing->capture[COMPARISON_MINE].dialogues;
    size_t count;
    int status = 0;

    *view = (struct view){.drawing = drawing};
    /* What could not be judged has no pairs: then one's own dialogue is still worth to be seen. */
    view->two = comparison != NULL && comparison->pair_count > 0;
    view->first = comparison == NULL ? NULL : comparison_first_wrong(comparison);
    count = view->two ? comparison->pair_count : mine->count;
    view->section_count = count < VIEW_SECTIONS ? count : VIEW_SECTIONS;
    view->left_out = count - view->section_count;
    view->sections = calloc(view->section_count + 1, sizeof *view->sections);
    if (view->sections == NULL)
        status = -1;
    for (size_t i = 0; status == 0 && i < view->section_count; i++) {
        struct view_section *section = &view->sections[i];
        section->pair = i;
        if (i + 1 == VIEW_SECTIONS && view->first != NULL && view->first->pair > i)
            section->pair = view->first->pair; /* nobody looks for anything else */
        if (view->two) {
            const struct comparison_pair *pair = &comparison->pairs[section->pair];
            memcpy(section->dialogue, pair->dialogue, sizeof section->dialogue);
            status = add_rows(view, section, pair->rows, pair->row_count);
        } else {
            status = add_dialogue(view, section, &mine->list[i]);
        }
    }
    return status < 0 ? failure_system(why, ENOMEM, "the drawing") : 0;
}

void view_free(struct view *view) {
    for (size_t i = 0; view->sections != NULL && i < view->section_count; i++)
        free(view->sections[i].rows);
    free(view->sections);
    *view = (struct view){.drawing = NULL};
}
