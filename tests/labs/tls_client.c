/*
 * What a lab about TLS gets to judge: a client that is careful. It encrypts as it is told to, by
 * --tls or --starttls, says who it is, and leaves; --hello says only EHLO before that. What the
 * server answers is its output, and why it gave up its last line on stderr.
 */
#include "secure.h"
#include "stream.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE_MS = 4000,
};

/* Those of the finished lab 05. */
static const struct tls_rules strict = {secure_rules, secure_name};

struct talk {
    struct stream *stream;
    struct tls_context *context;
    const char *name;
    bool offered; /* STARTTLS, in the last reply */
};

static int give_up(const char *words) {
    fprintf(stderr, "%s\n", words);
    return -1;
}

/* Reads one reply. Its code, or -1. */
static int hear(struct talk *talk) {
    struct buf line;
    int code = -1;
    buf_init(&line, LINE_LIMIT);
    talk->offered = false;
    do {
        if (stream_read_line(talk->stream, &line, LINE_LIMIT) != STREAM_OK) {
            code = give_up(stream_failure(talk->stream));
            break;
        }
        puts(line.bytes);
        code = (int)strtol(line.bytes, NULL, 10);
        talk->offered =
            talk->offered || (line.length > 4 && strcmp(line.bytes + 4, "STARTTLS") == 0);
    } while (line.length > 3 && line.bytes[3] == '-');
    buf_free(&line);
    return code;
}

static int say(struct talk *talk, const char *command) {
    stream_printf(talk->stream, "%s\r\n", command);
    return hear(talk);
}

static int encrypt(struct talk *talk) {
    struct failure why;
    if (stream_start_tls(talk->stream, talk->context, talk->name, &why) < 0)
        return give_up(why.text);
    return 0;
}

static int starttls(struct talk *talk) {
    if (hear(talk) != 220 || say(talk, "EHLO client.example.org") != 250)
        return give_up("no welcome");
    if (!talk->offered)
        return give_up("no TLS is offered here");
    if (say(talk, "STARTTLS") != 220)
        return give_up("TLS is offered, and refused");
    return encrypt(talk);
}

static int converse(struct talk *talk, const char *how) {
    bool at_once = strcmp(how, "--tls") == 0;
    if (at_once ? encrypt(talk) < 0 || hear(talk) != 220 : starttls(talk) < 0)
        return -1;
    puts(stream_tls_description(talk->stream));
    if (say(talk, "EHLO client.example.org") != 250 || say(talk, "NOOP under the rose") != 250 ||
        say(talk, "QUIT") != 221)
        return give_up("no");
    struct buf more;
    buf_init(&more, LINE_LIMIT);
    enum stream_result result = stream_read_line(talk->stream, &more, LINE_LIMIT);
    buf_free(&more);
    return result == STREAM_END ? 0 : give_up(stream_failure(talk->stream));
}

int main(int count, char **words) {
    struct failure why;
    struct talk talk = {.name = count > 4 ? words[4] : count > 1 ? words[1] : ""};
    if (count < 4)
        return 2;
    talk.context = tls_client(&strict, NULL, &why);
    talk.stream = talk.context == NULL
                      ? NULL
                      : stream_connect(words[1], words[2], deadline_in(PATIENCE_MS), &why);
    if (talk.stream == NULL)
        return give_up(why.text) < 0 ? 1 : 0;
    stream_set_deadline(talk.stream, deadline_in(PATIENCE_MS));
    int result = converse(&talk, words[3]);
    stream_close(talk.stream);
    tls_free(talk.context);
    return result < 0 ? 1 : 0;
}
