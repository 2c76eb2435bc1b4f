#include "dissect_join.h"
#include "buf.h"
#include "dissect.h"
#include "pcapng.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKTYPE_ETHERNET 1

static int look_at(struct capture_file *capture, struct failure *why) {
    struct stat status;
    struct failure reason;

    if (fstat(capture->file, &status) < 0)
        return failure_system(why, errno, "%s", capture->path);
    if (!S_ISREG(status.st_mode))
        return failure_set(why, "%s: not a file", capture->path);
    if (status.st_size == 0)
        return failure_set(why, "%s: empty: nothing was recorded", capture->path);
    if ((unsigned long long)status.st_size > DISSECT_BYTE_LIMIT)
        return failure_set(why, "%s: larger than %llu MiB, too large to take apart", capture->path,
                           DISSECT_BYTE_LIMIT >> 20);
    int walked = pcapng_walk(capture->file, &capture->contents, &reason);
    if (walked < 0)
        return failure_set(why, "%s: %s", capture->path, reason.text);
    capture->whole = walked == 1;
    if (capture->contents.packets > DISSECT_FRAME_LIMIT)
        return failure_set(why, "%s: %u frames, more than %d are too many to take apart",
                           capture->path, capture->contents.packets, DISSECT_FRAME_LIMIT);
    return 0;
}

int capture_open(struct capture_file *capture, const char *path, struct failure *why) {
    /* Not to wait for somebody at the other end of a named pipe. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *capture = (struct capture_file){.path = path, .file = file};
    if (file < 0)
        return failure_system(why, errno, "%s", path);
    return look_at(capture, why);
}

static int append_file(int to, int from) {
    off_t offset = 0;
    ssize_t count;

    while ((count = sendfile(to, from, &offset, 1 << 30)) > 0)
        ;
    return count < 0 ? -1 : 0;
}

int captures_join(const struct capture_file *captures, size_t count, struct failure *why) {
    int joined = memfd_create("captures", MFD_CLOEXEC);

    if (joined < 0)
        return failure_system(why, errno, "no file in memory for the captures");
    for (size_t i = 0; i < count; i++) {
        if (append_file(joined, captures[i].file) < 0) {
            failure_system(why, errno, "%s", captures[i].path);
            close(joined);
            return -1;
        }
    }
    return joined;
}

int capture_of_nothing(struct failure *why) {
    int file = memfd_create("nothing", MFD_CLOEXEC);
    struct buf blocks;

    if (file < 0)
        return failure_system(why, errno, "no file in memory");
    buf_init(&blocks, 4096);
    if (pcapng_section(&blocks, NULL) < 0 ||
        pcapng_interface(&blocks, LINKTYPE_ETHERNET, 65535, "none") < 0 ||
        write(file, blocks.bytes, blocks.length) != (ssize_t)blocks.length) {
        failure_set(why, "no memory for a capture of nothing");
        close(file);
        file = -1;
    }
    buf_free(&blocks);
    return file;
}
