/* COUNT SEED: what tshark answers about the references, changed by chance, is read and looked at.
 */
#include "dissect_answer.h"
#include "fuzz.h"
#include "tshark.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    ANSWER_LIMIT = 1 << 20
};

static const char *const filters[] = {"smtp.req.command", "tcp.flags.syn == 1", "smtp.nonsense"};
static const struct dissect_question questions[] = {{"ip.dst tcp.dstport smtp.response", "tcp"},
                                                    {"no.such.field", ""}};
static const struct dissect_plan plan = {
    .filters = filters, .filter_count = 3, .questions = questions, .question_count = 2};

/* The plan above, in tap.lua's notation. */
static const char plan_text[] =
    "filter 16\nsmtp.req.command\nfilter 18\ntcp.flags.syn == 1\nfilter 13\nsmtp.nonsense\n"
    "question 32 3\nip.dst tcp.dstport smtp.responsetcp\nquestion 13 0\nno.such.field\n";

/* What tshark says about a capture. */
static void ask(const char *path, struct buf *text) {
    struct tshark_run run;
    struct failure why;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fuzz_fail("%s cannot be opened", path);
    if (tshark_read(file, plan_text, sizeof plan_text - 1, DISSECT_FRAME_LIMIT, &run, &why) < 0)
        fuzz_fail("%s", why.text);
    close(file);
    buf_init(text, ANSWER_LIMIT);
    if (run.output == NULL || buf_append(text, run.output, run.length) < 0)
        fuzz_fail("%s: no answer", path);
    tshark_end(&run);
}

/* Memory behind whose last byte lies a page that cannot be read. */
struct guarded {
    char *pages;
    size_t size;
};

static char *guard(const struct buf *text, struct guarded *guarded) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (text->length + page - 1) / page * page;
    guarded->size = size + page;
    guarded->pages =
        mmap(NULL, guarded->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guarded->pages == MAP_FAILED || mprotect(guarded->pages + size, page, PROT_NONE) < 0)
        fuzz_fail("no memory");
    char *start = guarded->pages + size - text->length;
    if (text->length > 0)
        memcpy(start, text->bytes, text->length);
    return start;
}

/* Reads an answer. It lies in `guarded`. */
static void read_answer(const struct buf *text, struct guarded *guarded, struct answer *answer) {
    struct failure why;
    struct tshark_run run = {.output = guard(text, guarded), .length = text->length};
    if (answer_read(answer, &run, &plan, &why) < 0)
        fuzz_fail("%s", why.text);
}

static void forget(struct answer *answer, struct guarded *guarded) {
    answer->run.output = NULL; /* not tshark's to give back */
    answer_free(answer);
    munmap(guarded->pages, guarded->size);
}

static struct dissect_capture capture_of(const struct answer *answer) {
    return (struct dissect_capture){.frames = answer->frames.items,
                                    .frame_count = answer->frames.count};
}

/* Every text and every byte that was given out lies in the answer, and can be read. */
static size_t touch(const struct answer *answer) {
    size_t sum = 0;
    for (size_t i = 0; i < answer->question_count; i++) {
        const struct dissect_value *values = answer->values[i].items;
        for (size_t j = 0; j < answer->values[i].count; j++)
            sum += strlen(values[j].text);
        if (answer->question_errors[i] != NULL)
            sum += strlen(answer->question_errors[i]);
    }
    for (size_t i = 0; i < answer->filter_count; i++)
        if (answer->filter_errors[i] != NULL)
            sum += strlen(answer->filter_errors[i]);
    return sum;
}

/* One of the numbers that say what a frame is becomes another one that can be read: its time,
   stream, ports, flags, sequence numbers. (Its lengths, which come behind them, say where the next
   begins.) */
static void change_fact(struct chance *chance, struct buf *text) {
    static const char start[] = "\nframe ";
    static const uint64_t most[] = {2000000000, 999999999, 30,         0,          0, 65535,
                                    65535,      511,       UINT32_MAX, UINT32_MAX, 1};
    size_t fact = chance_below(chance, sizeof most / sizeof *most);
    size_t from = chance_below(chance, text->length);
    const char *line = memmem(text->bytes + from, text->length - from, start, sizeof start - 1);
    if (line == NULL || fact >= sizeof most / sizeof *most || most[fact] == 0)
        return;
    size_t at = (size_t)(line - text->bytes) + sizeof start - 1;
    for (size_t words = fact + 1; words > 0 && at < text->length; at++)
        words -= text->bytes[at] == ' ';
    size_t end = at;
    while (end < text->length && text->bytes[end] != ' ')
        end++;
    struct buf changed;
    buf_init(&changed, ANSWER_LIMIT);
    buf_append(&changed, text->bytes, at);
    buf_printf(&changed, "%zu",
               chance_below(chance, chance_below(chance, 2) == 0 ? 4 : most[fact] + 1));
    buf_append(&changed, text->bytes + end, text->length - end);
    buf_free(text);
    *text = changed;
}

static void change(struct chance *chance, struct buf *text) {
    size_t kind = chance_below(chance, 8);
    size_t at = chance_below(chance, text->length);
    if (kind == 0)
        mutate(chance, text);
    else if (kind < 4)
        text->bytes[at] = (char)chance_below(chance, 256);
    else
        change_fact(chance, text);
}

int main(int argc, char **argv) {
    struct fuzz_arguments arguments = fuzz_arguments(argc, argv, 20000);
    struct buf texts[FUZZ_REFERENCES];
    struct guarded originals[FUZZ_REFERENCES];
    struct answer references[FUZZ_REFERENCES];
    size_t complete = 0, broken = 0, touched = 0;
    for (size_t i = 0; i < FUZZ_REFERENCES; i++) {
        ask(fuzz_references[i], &texts[i]);
        read_answer(&texts[i], &originals[i], &references[i]);
        if (!references[i].complete || references[i].frames.count < 10 ||
            references[i].filter_errors[2] == NULL || references[i].question_errors[1] == NULL)
            fuzz_fail("%s: not the answer that was expected", fuzz_references[i]);
    }
    for (size_t i = 0; i < arguments.count; i++) {
        struct chance chance = {arguments.seed * 1000003 + i};
        size_t which = chance_below(&chance, FUZZ_REFERENCES);
        struct guarded guarded;
        struct answer answer;
        struct buf text;
        buf_init(&text, ANSWER_LIMIT);
        buf_append(&text, texts[which].bytes, texts[which].length);
        for (size_t changes = 1 + chance_below(&chance, 4); changes > 0; changes--)
            change(&chance, &text);
        read_answer(&text, &guarded, &answer);
        *(answer.complete ? &complete : &broken) += 1;
        if (answer.complete) { /* else dissect_run would have given out nothing of it */
            struct dissect_capture capture = capture_of(&answer);
            struct dissect_capture reference = capture_of(&references[which]);
            touched += touch(&answer);
            fuzz_views(&chance, &capture, &reference);
        }
        forget(&answer, &guarded);
        buf_free(&text);
    }
    for (size_t i = 0; i < FUZZ_REFERENCES; i++) {
        forget(&references[i], &originals[i]);
        buf_free(&texts[i]);
    }
    printf("%zu read to their end, %zu break off; %zu characters of texts\n", complete, broken,
           touched);
    return complete > 0 && broken > 0 ? 0 : 1;
}
