#include "questions.h"
#include "dissect_join.h"
#include "files.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the capture can be joined to others. */
static bool can_join(const char *path) {
    struct capture_file file;
    bool opened = capture_open(&file, path, NULL) == 0;
    if (file.file >= 0)
        close(file.file);
    return opened && file.whole;
}

int questions_begin(struct questions *questions, const struct lab *lab, const char *answers,
                    const char *capture, struct failure *why) {
    *questions = (struct questions){.lab = lab, .capture = capture, .joins = can_join(capture)};
    questions->asked = calloc(lab->question_count + 1, sizeof *questions->asked);
    if (questions->asked == NULL)
        return failure_set(why, "not enough memory");
    for (size_t i = 0; i < lab->question_count; i++)
        questions->asked[i] = (struct dissect_question){.fields = lab->questions[i].field,
                                                        .where = lab->questions[i].where};
    questions->given = (struct question_case){
        .answer_file = files_short_path(answers),
        .capture_file = files_short_path(capture),
        .recorder = "capture",
        .answers = &questions->answers,
    };
    return answers_read(answers, lab, &questions->answers, why);
}

/* What tshark says of the capture alone; NULL with the reason in given.why. */
static const struct dissect_capture *dissect_alone(struct questions *questions) {
    struct failure *why = &questions->given.why;
    if (access(questions->capture, F_OK) < 0) {
        failure_set(why, "there is no capture: ./kit capture %d", lab_number(questions->lab));
        return NULL;
    }
    struct dissect_plan plan = {
        .captures = &questions->capture,
        .capture_count = 1,
        .questions = questions->asked,
        .question_count = questions->lab->question_count,
    };
    questions->own = dissect_run(&plan, why);
    return questions->own == NULL ? NULL : &questions->own->captures[0];
}

/* Whether the lab has the program say the nonce, and this capture does not hold it. */
static bool is_foreign(const struct lab *lab, const struct dissect_capture *capture) {
    return lab_says_nonce(lab) && !question_finds_word(capture, lab->nonce);
}

void questions_dissected(struct questions *questions, const struct dissect_capture *capture) {
    struct question_case *given = &questions->given;
    given->capture = capture != NULL ? capture : dissect_alone(questions);
    given->foreign = given->capture != NULL && is_foreign(questions->lab, given->capture);
}

struct question_case questions_of_run(const struct questions *questions, const char *file,
                                      const struct dissect_capture *capture) {
    struct question_case given = questions->given;
    given.capture_file = files_short_path(file);
    given.recorder = "check";
    given.capture = capture;
    given.foreign = false; /* it was recorded just now */
    return given;
}

void questions_free(struct questions *questions) {
    dissection_free(questions->own);
    answers_free(&questions->answers);
    free(questions->asked);
    *questions = (struct questions){0};
}
