#include "own_server.h"
#include "files.h"
#include "text.h"
#include <string.h>

enum {
    GIVEN_LIMIT = 1 << 20,
};

/* What it is given, and the key of the configuration that names it; without one it is the
   configuration. */
static const struct {
    const char *from, *name, *key;
} given[] = {
    {KIT_SOURCE_DIR "/kit.ini", "kit.ini", NULL},
    {KIT_BUILD_DIR "/lab/accounts", "accounts", "mail.accounts"},
    {KIT_BUILD_DIR "/lab/tls/mail.pem", "mail.pem", "mail.certificate"},
    {KIT_BUILD_DIR "/lab/tls/mail.key", "mail.key", "mail.key"},
};

static int copy(const char *from, const char *to, struct failure *why) {
    struct buf bytes;
    buf_init(&bytes, GIVEN_LIMIT);
    int result = files_read(from, &bytes, why);
    if (result == 0)
        result = files_write(to, bytes.bytes, bytes.length, why);
    buf_wipe(&bytes);
    return result;
}

static int give(struct own_server *server, struct failure *why) {
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (files_path(path, why, "%s/%s", server->given, given[i].name) < 0 ||
            copy(given[i].from, path, why) < 0)
            return -1;
        arguments_add(&server->line, given[i].key == NULL ? "-c" : "-o");
        if (given[i].key == NULL)
            arguments_add(&server->line, path);
        else
            arguments_addf(&server->line, "%s=%s", given[i].key, path);
    }
    return 0;
}

/* "-o smtp-server.listen=127.0.0.2:25 [::1]:25" */
static void add_addresses(struct own_server *server, const struct lab *lab,
                          const struct lab_run *run) {
    struct buf value;
    buf_init(&value, 1024);
    int added = buf_printf(&value, "%s.listen=", lab->name + strcspn(lab->name, "-") + 1);
    for (size_t i = 0; i < run->listen.count; i++)
        added |= buf_printf(&value, "%s%s", i > 0 ? " " : "", run->listen.words[i]);
    arguments_add(&server->line, "-o");
    if (added < 0)
        server->line.failed = true;
    else
        arguments_add(&server->line, value.bytes);
    buf_free(&value);
}

/* Arguments of the run's own, {run} replaced. */
static void add_program(struct own_server *server, const struct lab_run *run,
                        const char *directory) {
    for (size_t i = 0; i < run->program.count; i++) {
        const char *word = run->program.words[i];
        struct buf filled;
        buf_init(&filled, 65536);
        if (text_fill(word, strlen(word) + 1, "{run}", directory, &filled) < 0)
            server->line.failed = true;
        else
            arguments_add(&server->line, filled.bytes);
        buf_free(&filled);
    }
}

int own_server_prepare(struct own_server *server, const struct lab *lab, const struct lab_run *run,
                       const char *program, const char *directory, struct failure *why) {
    struct arguments *line = &server->line;
    *line = (struct arguments){0};
    if (files_path(server->store, why, "%s/store", directory) < 0 ||
        files_path(server->given, why, "%s/server", directory) < 0 ||
        files_make_directory(server->store, why) < 0 ||
        files_make_directory(server->given, why) < 0)
        return -1;
    arguments_add(line, program);
    if (give(server, why) < 0)
        return -1;
    arguments_add(line, "-o");
    arguments_addf(line, "mail.store=%s", server->store);
    add_addresses(server, lab, run);
    for (size_t i = 0; i < run->options.count; i++) {
        arguments_add(line, "-o");
        arguments_add(line, run->options.words[i]);
    }
    add_program(server, run, directory);
    arguments_add(line, "--ready-fd");
    arguments_add(line, "1");
    return line->failed ? failure_set(why, "not enough memory") : 0;
}

void own_server_free(struct own_server *server) {
    arguments_free(&server->line);
}
