/*
 * A client's side of a whole session, as pop3d reads it: command lines, numbers, AUTH's exchange.
 * The maildrop is a real one, with a few messages; only the password check and the removal are
 * replaced.
 */
#include "log.h"
#include "maildrop.h"
#include "network.h"
#include "session.h"
#include "target.h"
#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the linker calls where the code says accounts_login and so on. */
const struct account *__wrap_accounts_login(const struct accounts *accounts, const char *address,
                                            const char *password);
bool __wrap_stream_is_tls(const struct stream *stream);
int __wrap_maildrop_remove(struct maildrop *maildrop, size_t *removed, struct failure *why);

static bool tls;     /* what the session is told: then passwords are taken */
static bool updated; /* the session has come to its UPDATE state */

const struct account *__wrap_accounts_login(const struct accounts *accounts, const char *address,
                                            const char *password) {
    const struct account *alice = accounts_at(accounts, 0);
    return strcmp(address, alice->address) == 0 && strcmp(password, "secret") == 0 ? alice : NULL;
}

bool __wrap_stream_is_tls(const struct stream *stream) {
    (void)stream;
    return tls;
}

int __wrap_maildrop_remove(struct maildrop *maildrop, size_t *removed, struct failure *why) {
    (void)why;
    DEMAND(!updated);
    updated = true;
    *removed = maildrop_count(maildrop) - maildrop_total(maildrop).messages;
    return 0;
}

static char store[] = "/tmp/fuzz-pop3d-XXXXXX";

/* Everything below a directory, and it. */
static void remove_all(const char *path) {
    char below[PATH_MAX];
    DIR *directory = opendir(path);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (unlink(below) < 0)
            remove_all(below);
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(path);
}

static void remove_store(void) {
    remove_all(store);
}

/* alice's maildrop: each message another shape. */
static void make_store(void) {
    static const char *const directories[] = {"",
                                              "/example.org",
                                              "/example.org/alice",
                                              "/example.org/alice/new",
                                              "/example.org/alice/cur",
                                              "/example.org/alice/tmp"};
    static const struct {
        const char *name, *text;
    } messages[] = {
        {"new/1.mail", "Subject: one\n\nfirst\n.second\n..\nlast"},
        {"new/2.mail,S=3,W=5", "\nx\n"},
        {"cur/3.mail:2,S", "A: b\r\n\r\nc\r\n"},
        {"cur/4.mail:2,", ""},
        {"cur/a name with blanks", ".\n"},
    };
    char path[PATH_MAX];
    DEMAND(mkdtemp(store) != NULL);
    atexit(remove_store);
    for (size_t i = 1; i < sizeof directories / sizeof *directories; i++) {
        snprintf(path, sizeof path, "%s%s", store, directories[i]);
        DEMAND(mkdir(path, 0700) == 0);
    }
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        snprintf(path, sizeof path, "%s/example.org/alice/%s", store, messages[i].name);
        FILE *file = fopen(path, "we");
        DEMAND(file != NULL && fputs(messages[i].text, file) >= 0 && fclose(file) == 0);
    }
}

static struct settings *settings(void) {
    static struct settings settings;
    static const char *const options[] = {"mail.accounts=" KIT_SOURCE_DIR "/tests/fuzz/accounts",
                                          "pop3d.commands=60", "pop3d.errors=40",
                                          "pop3d.auth-delay=0", "pop3d.utf8-required=yes"};
    char option[PATH_MAX + 20];
    if (settings.config != NULL)
        return &settings;
    make_store();
    struct failure why;
    struct config *config = config_new(settings_keys, &why);
    DEMAND(config != NULL);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        DEMAND(config_override(config, options[i], &why) == 0);
    snprintf(option, sizeof option, "mail.store=%s", store);
    DEMAND(config_override(config, option, &why) == 0);
    if (settings_load(&settings, config, &why) < 0) {
        fprintf(stderr, "%s\n", why.text);
        abort();
    }
    log_open("fuzz", LOG_ERROR);
    return &settings;
}

/*
 * What pop3d says is lines of at most 512 octets (RFC 2449 §4; the messages here have none that is
 * longer), without control characters, and it begins with +OK. A line that begins with a dot is the
 * end of a reply, or a dot was put in front.
 */
static void check_answer(const struct buf *answer) {
    const char *line = answer->bytes, *end = answer->bytes + answer->length;
    DEMAND(answer->length > 0 && memcmp(line, "+OK ", 4) == 0);
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        DEMAND(next++ != NULL);
        size_t length = (size_t)(next - line);
        DEMAND(length >= 2 && length <= 512 && next[-2] == '\r');
        for (const char *byte = line; byte < next - 2; byte++)
            DEMAND((unsigned char)*byte >= ' ' && *byte != 127);
        DEMAND(line[0] != '.' || length == 3 || line[1] == '.');
        line = next;
    }
}

/* Whether the input has these letters, in any case. */
static bool has(const uint8_t *data, size_t size, const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++)
        if (strncasecmp((const char *)data + i, word, length) == 0)
            return true;
    return false;
}

/* One session; what it said. */
static void converse(const uint8_t *data, size_t size, size_t piece, struct buf *result) {
    struct stream *stream = network_open(data, size, piece);
    buf_init(result, 1u << 20);
    updated = false;
    session_run(stream, 1, settings());
    network_close(stream);
    const struct buf *answer = network_answer();
    check_answer(answer);
    DEMAND(!updated || has(data, size, "QUIT"));
    DEMAND(buf_append(result, answer->bytes, answer->length) == 0);
}

/* TCP may cut the bytes anywhere: what pop3d answers is the same. */
static void whole_and_cut(const uint8_t *data, size_t size) {
    struct buf whole, cut;
    converse(data, size, size + 1, &whole);
    converse(data, size, 1 + size % 8, &cut);
    DEMAND(cut.length == whole.length);
    DEMAND(memcmp(cut.bytes, whole.bytes, whole.length) == 0);
    buf_free(&cut);
    buf_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tls = false;
    whole_and_cut(data, size);
    tls = true;
    whole_and_cut(data, size);
    return 0;
}
