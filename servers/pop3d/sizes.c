#include "sizes.h"
#include "crlf.h"
#include "sizes_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536

/* The number behind ",S=" or ",W=". */
static bool read_field(const char *base, const char *field, uint64_t *number) {
    const char *text = strstr(base, field);
    if (text == NULL)
        return false;
    text += strlen(field);
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || (text[digits] != '\0' && text[digits] != ','))
        return false;
    *number = strtoull(text, NULL, 10);
    return true;
}

bool sizes_from_name(const char *base, uint64_t *size) {
    uint64_t stored;
    if (!read_field(base, ",W=", size))
        return false;
    /* A size that cannot be is worth no trust: each octet of a file is sent as one or two, and the
       last line may lack its end. */
    return !read_field(base, ",S=", &stored) || (*size >= stored && *size <= 2 * stored + 2);
}

/* Reads the whole file. 0 or -1 with errno. */
static int count(int file, uint64_t *size) {
    char *bytes = malloc(PIECE);
    struct crlf crlf;
    ssize_t length = -1;
    crlf_begin(&crlf, CRLF_ALL);
    while (bytes != NULL && (length = read(file, bytes, PIECE)) != 0) {
        if (length > 0)
            crlf_count(&crlf, bytes, (size_t)length);
        else if (errno != EINTR)
            break;
    }
    int error = errno;
    free(bytes);
    crlf_count_end(&crlf);
    *size = crlf.size;
    errno = error;
    return length < 0 ? -1 : 0;
}

static int open_message(const struct snapshot *snapshot, size_t index, struct stat *status) {
    char path[SNAPSHOT_PATH_SIZE];
    snapshot_path(snapshot, index, path);
    int file = openat(snapshot->mailbox, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file >= 0 && fstat(file, status) < 0) {
        close(file);
        return -1;
    }
    return file;
}

static bool is_shortage(int error) {
    return error == ENOMEM || error == EMFILE || error == ENFILE;
}

/* Counts a message of which `status` is known, and again if it turns out to be another now. 0;
   -1 when the system lacks something. */
static int count_message(struct snapshot *snapshot, size_t index, struct stat *status,
                         struct failure *why) {
    struct snapshot_message *message = &snapshot->messages[index];
    message->size = (uint64_t)status->st_size;
    int file = open_message(snapshot, index, status);
    int counted = file < 0 || !S_ISREG(status->st_mode) ? -1 : count(file, &message->size);
    int error = errno;
    if (file >= 0)
        close(file);
    if (counted < 0 && is_shortage(error))
        return failure_system(why, error, "%s", snapshot_base(snapshot, index));
    return 0;
}

/* Where a message is, and what is known of its file. False: it has gone. */
static bool look_at(struct snapshot *snapshot, size_t index, struct stat *status) {
    char path[SNAPSHOT_PATH_SIZE];
    snapshot_path(snapshot, index, path);
    if (fstatat(snapshot->mailbox, path, status, AT_SYMLINK_NOFOLLOW) == 0)
        return S_ISREG(status->st_mode);
    if (!snapshot_find(snapshot, index))
        return false;
    snapshot_path(snapshot, index, path);
    return fstatat(snapshot->mailbox, path, status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status->st_mode);
}

/* One whose name does not tell. */
static int set_size(struct snapshot *snapshot, size_t index, struct sizes_file *known,
                    struct failure *why) {
    struct snapshot_message *message = &snapshot->messages[index];
    struct stat status;
    if (!look_at(snapshot, index, &status)) {
        message->gone = true;
        return 0;
    }
    bool counted = !sizes_file_find(known, index, &status, &message->size);
    if (counted && count_message(snapshot, index, &status, why) < 0)
        return -1;
    sizes_file_add(known, index, &status, message->size, counted);
    return 0;
}

int sizes_set(struct snapshot *snapshot, struct failure *why) {
    struct sizes_file *known = NULL;
    int status = 0;
    for (size_t i = 0; status == 0 && i < snapshot->count; i++) {
        if (sizes_from_name(snapshot_base(snapshot, i), &snapshot->messages[i].size))
            continue;
        if (known == NULL && (known = sizes_file_open(snapshot)) == NULL)
            status = failure_system(why, ENOMEM, "sizes of messages");
        else
            status = set_size(snapshot, i, known, why);
    }
    sizes_file_close(known);
    snapshot_drop_gone(snapshot);
    return status;
}
