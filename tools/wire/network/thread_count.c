#include "thread_count.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#elif defined(__i386__)
#define MACHINE AUDIT_ARCH_I386
#elif defined(__arm__)
#define MACHINE AUDIT_ARCH_ARM
#endif

int thread_count_prepare(struct thread_count *count, struct failure *why) {
    *count = (struct thread_count){.notices = -1, .most = 1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, count->channel) == 0)
        return 0;
    count->channel[0] = count->channel[1] = -1;
    return failure_system(why, errno, "a socket");
}

#ifdef MACHINE
/* Which calls stop the program: clone(2) of a thread, and exit(2), by which a thread ends. clone3
   has its flags in memory, where a filter cannot look: without it libc takes clone. */
static int filter_threads(void) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 0, 6),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 6, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };
    struct sock_fprog filter = {.len = sizeof steps / sizeof steps[0], .filter = steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &filter);
}
#else
static int filter_threads(void) {
    errno = ENOSYS;
    return -1;
}
#endif

/* A message of one byte, with room for a file descriptor. */
struct parcel {
    char byte;
    struct iovec bytes;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message;
};

static void wrap(struct parcel *parcel) {
    *parcel = (struct parcel){0};
    parcel->bytes = (struct iovec){&parcel->byte, 1};
    parcel->message = (struct msghdr){.msg_iov = &parcel->bytes,
                                      .msg_iovlen = 1,
                                      .msg_control = parcel->control,
                                      .msg_controllen = sizeof parcel->control};
}

int thread_count_install(const struct thread_count *count) {
    struct parcel parcel;
    wrap(&parcel);
    int notices = filter_threads();
    if (notices < 0) {
        parcel.byte = (char)errno;
        parcel.message.msg_controllen = 0;
    } else {
        struct cmsghdr *header = CMSG_FIRSTHDR(&parcel.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof notices);
        memcpy(CMSG_DATA(header), &notices, sizeof notices);
    }
    ssize_t sent = sendmsg(count->channel[1], &parcel.message, MSG_NOSIGNAL);
    if (notices >= 0)
        close(notices);
    return sent == 1 && notices >= 0 ? 0 : -1;
}

static void close_channel(struct thread_count *count) {
    for (int i = 0; i < 2; i++) {
        if (count->channel[i] >= 0)
            close(count->channel[i]);
        count->channel[i] = -1;
    }
}

int thread_count_begin(struct thread_count *count, struct failure *why) {
    struct parcel parcel;
    wrap(&parcel);
    close(count->channel[1]);
    count->channel[1] = -1;
    ssize_t received;
    do
        received = recvmsg(count->channel[0], &parcel.message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    const struct cmsghdr *header = received == 1 ? CMSG_FIRSTHDR(&parcel.message) : NULL;
    close_channel(count);
    if (header == NULL)
        return failure_system(why, received == 1 ? parcel.byte : ECHILD,
                              "threads cannot be counted here (seccomp)");
    memcpy(&count->notices, CMSG_DATA(header), sizeof count->notices);
    return 0;
}

/* The process that a thread belongs to; 0: it is gone. */
static pid_t process_of(pid_t thread) {
    char path[64], line[128];
    long process = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)thread);
    FILE *file = fopen(path, "re");
    while (file != NULL && process == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "Tgid:", 5) == 0)
            process = strtol(line + 5, NULL, 10);
    if (file != NULL)
        fclose(file);
    return (pid_t)process;
}

/* The number of threads of a process; NULL: there are too many processes. */
static unsigned *threads_of(struct thread_count *count, pid_t process) {
    for (size_t i = 0; i < count->process_count; i++)
        if (count->processes[i].process == process)
            return &count->processes[i].threads;
    if (count->process_count == THREAD_COUNT_PROCESSES)
        return NULL;
    count->processes[count->process_count].process = process;
    count->processes[count->process_count].threads = 1;
    return &count->processes[count->process_count++].threads;
}

static void note(struct thread_count *count) {
    struct seccomp_notif notice = {0};
    if (ioctl(count->notices, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
        return; /* it was killed while it waited */
    bool begins = notice.data.nr != SYS_exit;
    unsigned *threads = threads_of(count, process_of((pid_t)notice.pid));
    if (threads != NULL)
        *threads = begins ? *threads + 1 : *threads - (*threads > 0 ? 1 : 0);
    if (threads != NULL && *threads > count->most)
        count->most = *threads;
    struct seccomp_notif_resp answer = {.id = notice.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ioctl(count->notices, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void thread_count_note(struct thread_count *count) {
    enum {
        AT_ONCE = 64, /* before the caller can look after other things again */
        PATIENCE_MS = 1,
    };
    struct pollfd wait = {.fd = count->notices, .events = POLLIN};
    for (int i = 0; i < AT_ONCE && poll(&wait, 1, PATIENCE_MS) > 0; i++) {
        if ((wait.revents & POLLIN) == 0) {
            thread_count_end(count); /* nobody is left to be counted */
            return;
        }
        note(count);
    }
}

void thread_count_end(struct thread_count *count) {
    close_channel(count);
    if (count->notices >= 0)
        close(count->notices);
    count->notices = -1;
}
