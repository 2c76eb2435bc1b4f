#include "evidence.h"
#include "files.h"
#include "peer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUTPUT_LIMIT = 32 << 20, /* more than a run keeps */
};

static bool is_behind_peer(const struct dissect_frame *frame) {
    return strcmp(frame->source, PEER_BACK) == 0 || strcmp(frame->destination, PEER_BACK) == 0;
}

static int read_output(const struct evidence *evidence, const char *name, struct buf *into,
                       struct failure *why) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", evidence->directory, name) < 0)
        return failure_set(why, "not enough memory");
    int result = files_read(path, into, why);
    free(path);
    return result;
}

static int copy_frames(struct evidence *evidence, const struct dissect_capture *capture,
                       struct failure *why) {
    evidence->frames = calloc(capture->frame_count + 1, sizeof *evidence->frames);
    if (evidence->frames == NULL)
        return failure_set(why, "not enough memory");
    for (size_t i = 0; i < capture->frame_count; i++)
        if (!is_behind_peer(&capture->frames[i]))
            evidence->frames[evidence->frame_count++] = capture->frames[i];
    evidence->matches = capture->matches;
    return 0;
}

static int join_streams(struct evidence *evidence, struct failure *why) {
    for (size_t i = 0; i < evidence->dialogues.count; i++)
        for (int side = DIALOGUE_CLIENT; side <= DIALOGUE_SERVER; side++) {
            const struct dialogue_bytes *bytes = &evidence->dialogues.list[i].side[side];
            if (bytes->length > 0 &&
                buf_append(&evidence->stream[side], bytes->bytes, bytes->length) < 0)
                return failure_set(why, "not enough memory");
        }
    return 0;
}

static int load(struct evidence *evidence, const char *directory,
                const struct dissect_capture *capture, struct failure *why) {
    bool visited = evidence->run->visit.count > 0;
    if (capture->damage != NULL)
        return failure_set(why, "run %s: the capture is damaged: %s", evidence->run->name,
                           capture->damage);
    if (asprintf(&evidence->directory, "%s/%s", directory, evidence->run->name) < 0) {
        evidence->directory = NULL;
        return failure_set(why, "not enough memory");
    }
    if (run_result_read(directory, evidence->run->name, &evidence->result, why) < 0 ||
        read_output(evidence, "stdout", &evidence->output, why) < 0 ||
        read_output(evidence, "stderr", &evidence->error, why) < 0 ||
        (visited && (read_output(evidence, "visit.out", &evidence->visit, why) < 0 ||
                     read_output(evidence, "visit.err", &evidence->visit_error, why) < 0)) ||
        copy_frames(evidence, capture, why) < 0 ||
        dialogues_make(evidence->frames, evidence->frame_count, &evidence->dialogues, why) < 0)
        return -1;
    return join_streams(evidence, why);
}

int evidence_load(struct evidence *evidence, const struct lab *lab, const struct lab_run *run,
                  const char *directory, const struct dissect_capture *capture,
                  struct failure *why) {
    *evidence = (struct evidence){.lab = lab, .run = run};
    buf_init(&evidence->output, OUTPUT_LIMIT);
    buf_init(&evidence->error, OUTPUT_LIMIT);
    buf_init(&evidence->visit, OUTPUT_LIMIT);
    buf_init(&evidence->visit_error, OUTPUT_LIMIT);
    buf_init(&evidence->stream[DIALOGUE_CLIENT], DISSECT_BYTE_LIMIT);
    buf_init(&evidence->stream[DIALOGUE_SERVER], DISSECT_BYTE_LIMIT);
    int result = load(evidence, directory, capture, why);
    if (result < 0)
        evidence_free(evidence);
    return result;
}

void evidence_free(struct evidence *evidence) {
    dialogues_free(&evidence->dialogues);
    buf_free(&evidence->stream[DIALOGUE_CLIENT]);
    buf_free(&evidence->stream[DIALOGUE_SERVER]);
    buf_free(&evidence->output);
    buf_free(&evidence->error);
    buf_free(&evidence->visit);
    buf_free(&evidence->visit_error);
    free(evidence->frames);
    free(evidence->directory);
    *evidence = (struct evidence){0};
}

static int compare_number(const void *number, const void *frame) {
    unsigned left = *(const unsigned *)number;
    unsigned right = ((const struct dissect_frame *)frame)->number;
    return (left > right) - (left < right);
}

const struct dissect_frame *evidence_frame(const struct evidence *evidence, unsigned number) {
    return bsearch(&number, evidence->frames, evidence->frame_count, sizeof *evidence->frames,
                   compare_number);
}

unsigned evidence_match(const struct evidence *evidence, size_t match, size_t index) {
    const struct dissect_matches *matches = &evidence->matches[match];
    for (size_t i = 0; i < matches->count; i++) {
        if (evidence_frame(evidence, matches->frames[i]) == NULL)
            continue;
        if (index-- == 0)
            return matches->frames[i];
    }
    return 0;
}

bool evidence_from_client(const struct evidence *evidence, const struct dissect_frame *frame) {
    for (size_t i = 0; i < evidence->dialogues.count; i++) {
        const struct dialogue *dialogue = &evidence->dialogues.list[i];
        if (dialogue->stream == frame->stream)
            return dialogue->port[DIALOGUE_CLIENT] == frame->source_port &&
                   strcmp(dialogue->host[DIALOGUE_CLIENT], frame->source) == 0;
    }
    return false;
}

unsigned evidence_frame_of(const struct evidence *evidence, enum dialogue_side side,
                           size_t offset) {
    for (size_t i = 0; i < evidence->dialogues.count; i++) {
        const struct dialogue *dialogue = &evidence->dialogues.list[i];
        if (offset < dialogue->side[side].length)
            return dialogue_frame_of(dialogue, side, offset);
        offset -= dialogue->side[side].length;
    }
    return 0;
}

bool evidence_connected(const struct evidence *evidence) {
    for (size_t i = 0; i < evidence->frame_count; i++)
        if ((evidence->frames[i].flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
            return true;
    return false;
}

enum dialogue_side evidence_own_side(const struct evidence *evidence) {
    return evidence->run->serves ? DIALOGUE_SERVER : DIALOGUE_CLIENT;
}

/* "2026-11-21T21:31:57.949Z server[1508] info listening …" (log.h): where its level stands; NULL:
   this is no line of a log. */
static const char *find_level(const char *line, size_t length) {
    const char *end = line + length, *name = memchr(line, ' ', length);
    const char *level = name == NULL ? NULL : memchr(name + 1, ' ', (size_t)(end - name - 1));
    bool is_log = level != NULL && line[0] == '2' && name[-1] == 'Z' && level[-1] == ']';
    return is_log ? level + 1 : NULL;
}

size_t evidence_complaint(const struct evidence *evidence, const char **line) {
    const char *at = evidence->error.bytes, *end = at + evidence->error.length;
    for (; at < end; at++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop == NULL ? end : stop) - at);
        const char *level = find_level(at, length);
        size_t left = level == NULL ? length : length - (size_t)(level - at);
        *line = level == NULL ? at : level;
        if (left > 0 && (level == NULL ||
                         (strncmp(level, "info ", 5) != 0 && strncmp(level, "debug ", 6) != 0)))
            return left;
        at += length;
    }
    return 0;
}
