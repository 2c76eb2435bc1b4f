/*
 * A small server, for tests of how wire runs the server of a student. It greets, keeps what it is
 * told in a Maildir, and can misbehave in one way, which SERVER in its environment names.
 *
 *     KEEP bob text   250   a message into bob's mailbox
 *     SAY text        text
 *     STARTTLS        220, then TLS
 *     DIE             ends with status 3
 *     QUIT            221
 */
#include "bounds.h"
#include "daemon.h"
#include "log.h"
#include "maildir.h"
#include "site.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_key keys[] = {
    SITE_KEYS,
    {"server", "listen", CONFIG_LIST, "", "where it listens"},
    {"server", "greeting", CONFIG_TEXT, "hello", "what it greets with"},
    {0},
};

struct context {
    struct site site;
    const char *greeting;
};

static int deliver(const char *mailbox, const char *text, struct failure *why) {
    struct maildir_delivery *delivery =
        maildir_create(mailbox, why) < 0 ? NULL : maildir_begin(mailbox, why);
    int result = delivery == NULL ? -1 : maildir_write(delivery, text, strlen(text), why);
    if (result == 0)
        result = maildir_write(delivery, "\n", 1, why);
    if (result == 0)
        result = maildir_sync(delivery, why);
    if (result == 0)
        result = maildir_publish(delivery, why);
    maildir_end(delivery);
    return result;
}

/* "bob text" */
static void keep(const struct context *context, struct stream *stream, const char *words) {
    char path[4096];
    struct failure why;
    int length = (int)strcspn(words, " ");
    snprintf(path, sizeof path, "%s/example.org/%.*s", context->site.store, length, words);
    if (deliver(path, words + length + (words[length] == ' '), &why) == 0) {
        stream_printf(stream, "250 kept\r\n");
        return;
    }
    log_event(LOG_ERROR, "%s", why.text);
    stream_printf(stream, "451 not kept\r\n");
}

/* Whether the session goes on. */
static bool answer(const struct context *context, struct stream *stream, const char *line) {
    struct failure why;
    if (strncmp(line, "KEEP ", 5) == 0) {
        keep(context, stream, line + 5);
    } else if (strncmp(line, "SAY ", 4) == 0) {
        stream_printf(stream, "%s\r\n", line + 4);
    } else if (strcmp(line, "STARTTLS") == 0) {
        stream_printf(stream, "220 go\r\n");
        return stream_start_tls(stream, context->site.tls, NULL, &why) == 0;
    } else if (strcmp(line, "DIE") == 0) {
        _exit(3);
    } else if (strcmp(line, "TODO") == 0) {
        fprintf(stderr, "TODO 2: server_todo is not written yet\n");
        stream_printf(stream, "502 not written\r\n");
    } else if (strcmp(line, "QUIT") == 0) {
        stream_printf(stream, "221 bye\r\n");
        return false;
    } else {
        stream_printf(stream, "500 what?\r\n");
    }
    return true;
}

static void talk(struct stream *stream, unsigned long number, void *context) {
    const struct context *own = context;
    struct buf line;
    (void)number;
    buf_init(&line, 4096);
    stream_set_deadline(stream, deadline_in(60000));
    stream_printf(stream, "220 %s\r\n", own->greeting);
    enum stream_result result;
    do {
        buf_clear(&line);
        result = stream_read_line(stream, &line, 4096);
    } while ((result == STREAM_OK || result == STREAM_BARE_LF) &&
             answer(own, stream, line.length > 0 ? line.bytes : ""));
    if (result == STREAM_INTERRUPTED)
        stream_printf(stream, "421 ends\r\n");
    buf_free(&line);
}

static int run(const struct config *config, int ready_fd, struct failure *why) {
    static struct context context;
    const struct serve_limits limits = {.connections = 300, .per_address = 300, .stop_seconds = 2};
    const struct serve_listener listener = {
        .session = talk, .context = &context, .busy = "421 busy\r\n"};
    context.greeting = config_text(config, "server", "greeting");
    if (site_load(&context.site, config, why) < 0 ||
        site_load_certificate(&context.site, "server", "listen", why) < 0)
        return -1;
    struct serve *serve = serve_new(&limits, why);
    int result =
        serve == NULL ? -1 : daemon_listen(serve, config, "server", "listen", &listener, why);
    if (result == 0)
        result = serve_run(serve, ready_fd, why);
    serve_free(serve);
    site_free(&context.site);
    return result;
}

/* --- how it can misbehave --- */

static void sleep_for_ever(void) {
    for (;;)
        pause();
}

static void refuse(void) {
    fprintf(stderr, "server: I will not\n");
    exit(1);
}

static void crash(void) {
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would take it */
    raise(SIGSEGV);
}

static void be_deaf(void) {
    signal(SIGTERM, SIG_IGN);
    if (write(STDOUT_FILENO, "\n", 1) == 1)
        sleep_for_ever();
}

/* Says that it listens, and goes. */
static void leave(void) {
    exit(write(STDOUT_FILENO, "\n", 1) == 1 ? 0 : 1);
}

static void fork_for_ever(void) {
    if (write(STDOUT_FILENO, "\n", 1) != 1)
        exit(1);
    for (;;)
        if (fork() == 0)
            sleep_for_ever();
}

/* The store is the only place that it can write in: argv has it. */
static char store[4096];

static void fill_disk(void) {
    static char block[1 << 20];
    if (write(STDOUT_FILENO, "\n", 1) != 1)
        exit(1);
    for (int i = 0;; i++) {
        char path[5000];
        snprintf(path, sizeof path, "%s/%d", store, i);
        int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (int j = 0; j < 10; j++)
            if (write(file, block, sizeof block) < 0)
                break;
        close(file);
    }
}

/* Holes, pipes, links and closed doors. */
static void litter(void) {
    char path[5000];
    snprintf(path, sizeof path, "%s/link", store);
    int made = symlink("/etc/passwd", path);
    snprintf(path, sizeof path, "%s/pipe", store);
    made |= mkfifo(path, 0600);
    snprintf(path, sizeof path, "%s/closed", store);
    made |= mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/closed/file", store);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0);
    close(file);
    snprintf(path, sizeof path, "%s/closed", store);
    made |= chmod(path, 0);
    if (made != 0 || file < 0)
        exit(1);
}

static void write_elsewhere(void) {
    static const char *const places[] = {"/etc/x", KIT_BUILD_DIR "/x", "x", "../x"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (open(places[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
            exit(9);
}

static const struct {
    const char *name;
    void (*act)(void);
} deeds[] = {
    {"silent", sleep_for_ever}, {"refuse", refuse}, {"crash", crash},
    {"deaf", be_deaf},          {"leave", leave},   {"fork", fork_for_ever},
    {"fill", fill_disk},        {"litter", litter}, {"elsewhere", write_elsewhere},
};

int main(int count, char **arguments) {
    static const struct daemon server = {"server", "A server of the tests.\n", keys, run};
    const char *deed = getenv("SERVER");
    for (int i = 1; i < count; i++)
        if (strncmp(arguments[i], "mail.store=", 11) == 0)
            snprintf(store, sizeof store, "%s", arguments[i] + 11);
    for (size_t i = 0; deed != NULL && i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(deed, deeds[i].name) == 0)
            deeds[i].act();
    return daemon_main(count, arguments, &server);
}
