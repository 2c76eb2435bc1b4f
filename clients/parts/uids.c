#include "uids.h"
#include "buf.h"
#include "on_disk.h"
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)256 << 20) /* bytes: a million messages, and more */

/* A message of this maildrop. */
struct noted {
    bool asked;
    char uid[];
};

struct uids {
    char *path;
    char *owner;       /* "\tUSER\tHOST": what follows the unique-id */
    int file;          /* locked */
    void *tree;        /* of struct noted */
    struct buf others; /* lines of other maildrops */
    char *doubt;       /* the last line without its newline, if its place is in doubt; or NULL */
    struct noted *intended;
};

static int compare(const void *one, const void *other) {
    return strcmp(((const struct noted *)one)->uid, ((const struct noted *)other)->uid);
}

static struct noted *noted_new(const char *uid, size_t length) {
    struct noted *entry = malloc(sizeof *entry + length + 1);
    if (entry == NULL)
        return NULL;
    entry->asked = false;
    memcpy(entry->uid, uid, length);
    entry->uid[length] = '\0';
    return entry;
}

/* Puts it into the tree, or gives it free if it is there already. 0 or -1: no memory. */
static int noted_keep(struct uids *uids, struct noted *entry) {
    struct noted **found = entry != NULL ? tsearch(entry, &uids->tree, compare) : NULL;
    if (found == NULL) {
        free(entry);
        return -1;
    }
    if (*found != entry) {
        (*found)->asked |= entry->asked;
        free(entry);
    }
    return 0;
}

/* Whether the line, behind its unique-id, is this maildrop's; *place is what follows, or NULL. */
static bool is_ours(const struct uids *uids, const char *line, const char **place) {
    size_t length = strlen(uids->owner);
    const char *tab = strchr(line, '\t');
    if (tab == NULL || strncmp(tab, uids->owner, length) != 0)
        return false;
    *place = tab[length] == '\t' ? tab + length + 1 : NULL;
    return tab[length] == '\0' || tab[length] == '\t';
}

/* One line that is not in doubt, without its newline. 0 or -1. */
static int take_line(struct uids *uids, const char *line) {
    const char *place;
    if (is_ours(uids, line, &place))
        return noted_keep(uids, noted_new(line, strcspn(line, "\t")));
    /* of somebody else: UID TAB USER TAB HOST, without the place */
    size_t length = 0;
    for (int tabs = 0; line[length] != '\0' && !(line[length] == '\t' && ++tabs == 3);)
        length++;
    return buf_printf(&uids->others, "%.*s\n", (int)length, line);
}

static bool has_place(const char *line) {
    int tabs = 0;
    for (; *line != '\0'; line++)
        tabs += *line == '\t';
    return tabs >= 3;
}

/* Takes the text apart. What stands behind the last newline was never written whole, and so its
   message never came: *whole is how much counts. 0 or -1: no memory. */
static int take_text(struct uids *uids, struct buf *text, size_t *whole) {
    size_t start = 0;
    const char *newline;
    while (start < text->length &&
           (newline = memchr(text->bytes + start, '\n', text->length - start)) != NULL) {
        char *line = text->bytes + start;
        size_t length = (size_t)(newline - line);
        line[length] = '\0';
        start += length + 1;
        bool last = memchr(text->bytes + start, '\n', text->length - start) == NULL;
        if (last && has_place(line))
            uids->doubt = strdup(line);
        else if (take_line(uids, line) < 0)
            return -1;
        if (last && has_place(line) && uids->doubt == NULL)
            return -1;
    }
    *whole = start;
    return 0;
}

static int read_file(struct uids *uids, struct failure *why) {
    struct buf text;
    buf_init(&text, FILE_LIMIT);
    char bytes[65536];
    ssize_t count;
    int result = 0;
    while (result == 0 && (count = read(uids->file, bytes, sizeof bytes)) != 0) {
        if (count < 0)
            result = failure_system(why, errno, "%s", uids->path);
        else if (buf_append(&text, bytes, (size_t)count) < 0)
            result = failure_set(why, "%s: too much of it", uids->path);
    }
    size_t whole = 0;
    if (result == 0 && take_text(uids, &text, &whole) < 0)
        result = failure_set(why, "%s: not enough memory", uids->path);
    if (result == 0 && whole < text.length && ftruncate(uids->file, (off_t)whole) < 0)
        result = failure_system(why, errno, "%s", uids->path);
    buf_free(&text);
    return result;
}

/* Opens and locks the file. uids_close puts another one in its place: what is locked must be what
   the name stands for. */
static int lock_file(struct uids *uids, struct failure *why) {
    for (;;) {
        struct stat mine, there;
        uids->file = open(uids->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (uids->file < 0)
            return failure_system(why, errno, "%s", uids->path);
        if (flock(uids->file, LOCK_EX | LOCK_NB) < 0)
            return errno == EWOULDBLOCK
                       ? failure_set(why, "%s: another program is fetching into this place",
                                     uids->path)
                       : failure_system(why, errno, "%s", uids->path);
        if (fstat(uids->file, &mine) == 0 && stat(uids->path, &there) == 0 &&
            mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
            return 0;
        close(uids->file);
    }
}

static bool is_clean(const char *name) {
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7F)
            return false;
    return true;
}

static void release(struct uids *uids) {
    if (uids->file >= 0)
        close(uids->file);
    tdestroy(uids->tree, free);
    buf_free(&uids->others);
    free(uids->intended);
    free(uids->doubt);
    free(uids->owner);
    free(uids->path);
    free(uids);
}

static void make_small(char *letter) {
    for (; letter != NULL && *letter != '\0'; letter++)
        *letter = (char)(*letter >= 'A' && *letter <= 'Z' ? *letter - 'A' + 'a' : *letter);
}

struct uids *uids_open(const char *path, const char *user, const char *host, struct failure *why) {
    struct uids *uids = calloc(1, sizeof *uids);
    if (uids == NULL || !is_clean(user) || !is_clean(host)) {
        failure_set(why, uids == NULL ? "not enough memory"
                                      : "a control character in the name of user or server");
        free(uids);
        return NULL;
    }
    uids->file = -1;
    buf_init(&uids->others, FILE_LIMIT);
    uids->path = strdup(path);
    if (asprintf(&uids->owner, "\t%s\t%s", user, host) < 0)
        uids->owner = NULL;
    if (uids->path == NULL || uids->owner == NULL) {
        failure_set(why, "not enough memory");
    } else {
        make_small(strrchr(uids->owner, '\t'));
        if (lock_file(uids, why) == 0 && read_file(uids, why) == 0)
            return uids;
    }
    release(uids);
    return NULL;
}

const char *uids_doubt(const struct uids *uids) {
    if (uids->doubt == NULL)
        return NULL;
    const char *place = uids->doubt;
    for (int tabs = 0; tabs < 3; place++) /* has_place has counted them */
        tabs += *place == '\t';
    return place;
}

/* Takes the last line away: with another one behind it, it would not be in doubt any more. */
static int strike_out(const struct uids *uids, struct failure *why) {
    off_t end = lseek(uids->file, 0, SEEK_END);
    if (end < 0 || ftruncate(uids->file, end - (off_t)strlen(uids->doubt) - 1) < 0)
        return failure_system(why, errno, "%s", uids->path);
    return 0;
}

int uids_settle(struct uids *uids, bool here, struct failure *why) {
    int result = 0;
    if (uids->doubt == NULL)
        return 0;
    if (here)
        take_line(uids, uids->doubt); /* without memory it is fetched again: better than lost */
    else
        result = strike_out(uids, why);
    free(uids->doubt);
    uids->doubt = NULL;
    return result;
}

bool uids_has(struct uids *uids, const char *uid) {
    struct noted *key = noted_new(uid, strlen(uid));
    struct noted **found = key != NULL ? tfind(key, &uids->tree, compare) : NULL;
    free(key);
    if (found == NULL)
        return false;
    (*found)->asked = true;
    return true;
}

int uids_intend(struct uids *uids, const char *uid, const char *place, struct failure *why) {
    if (uids->doubt != NULL)
        return failure_set(why, "%s: whether the message before this one is here is not known",
                           uids->path);
    uids->intended = noted_new(uid, strlen(uid));
    if (uids->intended == NULL || asprintf(&uids->doubt, "%s%s\t%s", uid, uids->owner, place) < 0) {
        uids->doubt = NULL;
        return failure_set(why, "not enough memory");
    }
    uids->intended->asked = true;
    struct buf line;
    buf_init(&line, FILE_LIMIT);
    int result = buf_printf(&line, "%s\n", uids->doubt);
    bool first = lseek(uids->file, 0, SEEK_END) == 0;
    if (result == 0 && write(uids->file, line.bytes, line.length) == (ssize_t)line.length &&
        fsync(uids->file) == 0 && (!first || on_disk_name(uids->path) == 0))
        result = 0;
    else
        result = failure_system(why, errno, "%s", uids->path);
    buf_free(&line);
    return result;
}

void uids_confirm(struct uids *uids) {
    noted_keep(uids, uids->intended);
    uids->intended = NULL;
    free(uids->doubt);
    uids->doubt = NULL;
}

/* uids_close, on its way through the tree. */
struct writing {
    const struct uids *uids;
    enum uids_keep keep;
    struct buf *text;
};

static void add_line(const void *node, VISIT order, void *context) {
    struct writing *writing = context;
    const struct noted *noted = *(struct noted *const *)node;
    if ((order == postorder || order == leaf) && (writing->keep == UIDS_ALL || noted->asked))
        buf_printf(writing->text, "%s%s\n", noted->uid, writing->uids->owner);
}

/* Puts a new file in the place of the old one. 0 or -1 with errno. */
static int replace_file(const char *path, const struct buf *text) {
    char *fresh;
    if (asprintf(&fresh, "%s.new", path) < 0)
        return -1;
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written =
        file >= 0 &&
        (text->length == 0 || write(file, text->bytes, text->length) == (ssize_t)text->length) &&
        fsync(file) == 0;
    if (file >= 0 && close(file) < 0)
        written = false;
    int result = written && rename(fresh, path) == 0 ? on_disk_name(path) : -1;
    int error = errno;
    if (result < 0)
        unlink(fresh);
    free(fresh);
    errno = error;
    return result;
}

int uids_close(struct uids *uids, enum uids_keep keep, struct failure *why) {
    if (uids == NULL)
        return 0;
    struct buf text;
    buf_init(&text, FILE_LIMIT);
    int result = buf_append(&text, uids->others.bytes != NULL ? uids->others.bytes : "",
                            uids->others.length);
    if (keep != UIDS_NONE)
        twalk_r(uids->tree, add_line, &(struct writing){uids, keep, &text});
    if (uids->doubt != NULL)
        result |= buf_printf(&text, "%s\n", uids->doubt);
    if (result == 0 && replace_file(uids->path, &text) < 0)
        result = failure_system(why, errno, "%s", uids->path);
    buf_free(&text);
    release(uids);
    return result;
}
