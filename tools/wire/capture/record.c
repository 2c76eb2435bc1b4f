#include "record.h"
#include "buf.h"
#include "connections.h"
#include "network.h"
#include "pcapng.h"
#include "record_file.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a packet can have at most: 65,535 bytes of IP, and the headers below. It is kept whole. */
#define LONGEST_PACKET     65600
/*
 * The kernel's room for packets that this process has not taken yet. It clears all of it at the
 * start, which costs more than the recording itself: where packets are no longer than on an
 * Ethernet (loopback.h), 16 MiB hold some 8,000.
 */
#define ROOM_PRIVATE       (16 << 20)
#define ROOM_ELSEWHERE     (64 << 20)
/* Blocks are written to the file when nothing more is waiting, and at the latest when this many
   bytes are collected. */
#define WRITE_SIZE         (1 << 18)
/* How long the last packet may take to come by. It takes microseconds; this is for a bad day. */
#define MARKER_PATIENCE_MS 5000
#define MARKER_SIZE        16

struct record {
    pcap_t *pcap;
    const char *interface;
    char *path;
    int file;
    unsigned others;   /* connections that were open before: none in the lab network */
    off_t front;       /* how many bytes of it stand before the interface block */
    int marker_socket; /* sends to itself, for the datagram that marks the end */
    int stop_event;    /* readable: take what is left up to the marker, then end */
    unsigned char marker[MARKER_SIZE];
    sem_t done; /* posted when the thread needs nothing of this any more */

    /* The thread's own until then. */
    struct buf blocks; /* not written yet */
    unsigned long frames;
    bool marker_seen;
    bool failed;
    struct failure why;
};

static int write_blocks(struct record *record) {
    if (record_file_write(record->file, record->blocks.bytes, record->blocks.length) < 0)
        return failure_system(&record->why, errno, "%s", record->path);
    buf_clear(&record->blocks);
    return 0;
}

/* The marker is the payload of a datagram, so it ends the packet, whatever headers stand before. */
static bool is_marker(const struct record *record, const struct pcap_pkthdr *head,
                      const unsigned char *bytes) {
    return head->caplen >= MARKER_SIZE &&
           memcmp(bytes + head->caplen - MARKER_SIZE, record->marker, MARKER_SIZE) == 0;
}

static void take_packet(unsigned char *context, const struct pcap_pkthdr *head,
                        const unsigned char *bytes) {
    struct record *record = (struct record *)(void *)context;
    struct pcapng_packet packet = {
        /* tv_usec holds nanoseconds: see the time stamp precision set below. */
        .time = (int64_t)head->ts.tv_sec * 1000000000 + head->ts.tv_usec,
        .bytes = bytes,
        .kept = head->caplen,
        .length = head->len,
    };

    if (record->marker_seen || record->failed)
        return;
    if (is_marker(record, head, bytes)) {
        record->marker_seen = true;
        return;
    }
    if (record->blocks.length > WRITE_SIZE && write_blocks(record) < 0) {
        record->failed = true;
        return;
    }
    if (pcapng_packet(&record->blocks, &packet) < 0) {
        failure_set(&record->why, "%s: no memory for a packet", record->path);
        record->failed = true;
        return;
    }
    record->frames++;
}

/* Takes packets until the marker comes by. */
static void take_packets(struct record *record) {
    struct pollfd wait[] = {{pcap_get_selectable_fd(record->pcap), POLLIN, 0},
                            {record->stop_event, POLLIN, 0}};
    deadline until = DEADLINE_NEVER;

    while (!record->marker_seen && !record->failed) {
        int taken = pcap_dispatch(record->pcap, -1, take_packet, (unsigned char *)record);
        if (taken > 0)
            continue;
        if (taken < 0) {
            failure_set(&record->why, "%s: %s", record->interface, pcap_geterr(record->pcap));
            record->failed = true;
            return;
        }
        if (write_blocks(record) < 0) {
            record->failed = true;
            return;
        }
        if (deadline_left(until) == 0) {
            failure_set(&record->why, "%s: the packet that ends the recording did not come by",
                        record->interface);
            record->failed = true;
            return;
        }
        poll(wait, until == DEADLINE_NEVER ? 2 : 1, deadline_left(until));
        if (until == DEADLINE_NEVER && wait[1].revents != 0)
            until = deadline_in(MARKER_PATIENCE_MS);
    }
    if (!record->failed && write_blocks(record) < 0)
        record->failed = true;
}

static int check_nothing_dropped(struct record *record) {
    struct pcap_stat stat;

    if (pcap_stats(record->pcap, &stat) < 0)
        return failure_set(&record->why, "%s: %s", record->interface, pcap_geterr(record->pcap));
    if (stat.ps_drop > 0)
        return failure_set(&record->why,
                           "%s: the kernel dropped %u packets, more came than it could hold",
                           record->interface, stat.ps_drop);
    return 0;
}

static void *record_thread(void *context) {
    struct record *record = context;
    pcap_t *pcap = record->pcap;

    take_packets(record);
    if (!record->failed && check_nothing_dropped(record) < 0)
        record->failed = true;
    sem_post(&record->done);
    pcap_close(pcap); /* takes the kernel some 30 ms, for which nobody has to wait */
    return NULL;
}

/* The words for what pcap_activate answered, with the remedy where there is one. */
static int activate_failed(struct record *record, int status, struct failure *why) {
    if (status == PCAP_ERROR_PERM_DENIED)
        return failure_set(why,
                           "%s: capturing is not allowed here; it is in the lab network: "
                           "`wire network -- COMMAND`, or as root",
                           record->interface);
    if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        return failure_set(why, "%s: there is no such interface", record->interface);
    return failure_set(why, "%s: %s", record->interface,
                       status == PCAP_ERROR ? pcap_geterr(record->pcap) : pcap_statustostr(status));
}

/*
 * In the machine's own network others talk too. Programs there meet at 127.0.0.1; the lab's servers
 * have addresses of their own, so what stays between 127.0.0.1 and itself is not the lab's.
 */
static int leave_others_out(struct record *record, struct failure *why) {
    static const char ours[] = "not tcp or not (src host 127.0.0.1 and dst host 127.0.0.1)";
    struct bpf_program program;
    if (pcap_compile(record->pcap, &program, ours, 1, PCAP_NETMASK_UNKNOWN) < 0)
        return failure_set(why, "%s: %s", record->interface, pcap_geterr(record->pcap));
    int status = pcap_setfilter(record->pcap, &program);
    pcap_freecode(&program);
    if (status < 0)
        return failure_set(why, "%s: %s", record->interface, pcap_geterr(record->pcap));
    return 0;
}

static int open_interface(struct record *record, struct failure *why) {
    char words[PCAP_ERRBUF_SIZE];

    record->pcap = pcap_create(record->interface, words);
    if (record->pcap == NULL)
        return failure_set(why, "%s: %s", record->interface, words);
    /* These calls can only fail on an activated handle. */
    pcap_set_immediate_mode(record->pcap, 1);
    pcap_set_snaplen(record->pcap, LONGEST_PACKET);
    pcap_set_buffer_size(record->pcap, network_is_private() ? ROOM_PRIVATE : ROOM_ELSEWHERE);
    if (pcap_set_tstamp_precision(record->pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
        return failure_set(why, "%s: the system keeps no time in nanoseconds", record->interface);
    int status = pcap_activate(record->pcap);
    if (status < 0)
        return activate_failed(record, status, why);
    if (pcap_setnonblock(record->pcap, 1, words) < 0)
        return failure_set(why, "%s: %s", record->interface, words);
    return network_is_private() ? 0 : leave_others_out(record, why);
}

static int open_file(struct record *record, const char *path, struct failure *why) {
    record->path = strdup(path);
    if (record->path == NULL)
        return failure_system(why, errno, "%s", path);
    record->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (record->file < 0)
        return failure_system(why, errno, "%s cannot be written", path);
    return 0;
}

static int write_front(struct record *record, struct failure *why) {
    unsigned link_type = (unsigned)pcap_datalink(record->pcap);
    int status = pcapng_section(&record->blocks, NULL);

    record->front = (off_t)record->blocks.length;
    if (status < 0 ||
        pcapng_interface(&record->blocks, link_type, LONGEST_PACKET, record->interface) < 0)
        return failure_set(why, "%s: no memory", record->path);
    if (write_blocks(record) < 0)
        return failure_set(why, "%s", record->why.text);
    return 0;
}

static int open_marker(struct record *record, struct failure *why) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    record->marker_socket = fd;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0 ||
        connect(fd, (struct sockaddr *)&address, size) < 0)
        return failure_system(why, errno, "no UDP on 127.0.0.1");
    /* Random, so that nothing that is recorded can look like it. */
    if (getrandom(record->marker, sizeof record->marker, 0) != sizeof record->marker)
        return failure_system(why, errno, "no random numbers");
    record->stop_event = eventfd(0, EFD_CLOEXEC);
    if (record->stop_event < 0)
        return failure_system(why, errno, "no eventfd");
    return 0;
}

static int start_thread(struct record *record, struct failure *why) {
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, record_thread, record);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return failure_system(why, error, "no thread to record with");
    pthread_detach(thread);
    return 0;
}

static void record_free(struct record *record) {
    if (record->pcap != NULL)
        pcap_close(record->pcap);
    if (record->file >= 0)
        close(record->file);
    if (record->marker_socket >= 0)
        close(record->marker_socket);
    if (record->stop_event >= 0)
        close(record->stop_event);
    sem_destroy(&record->done);
    buf_free(&record->blocks);
    free(record->path);
    free(record);
}

struct record *record_start(const char *path, const char *interface, struct failure *why) {
    struct record *record = calloc(1, sizeof *record);

    if (record == NULL) {
        failure_system(why, errno, "%s", path);
        return NULL;
    }
    record->interface = interface;
    record->file = record->marker_socket = record->stop_event = -1;
    sem_init(&record->done, 0, 0);
    record->others = connections_open();
    buf_init(&record->blocks, 2 * WRITE_SIZE);
    if (open_interface(record, why) < 0 || open_file(record, path, why) < 0 ||
        open_marker(record, why) < 0)
        goto failed;
    if (write_front(record, why) < 0 || start_thread(record, why) < 0)
        goto failed;
    return record;

failed:
    record_free(record);
    return NULL;
}

/* Sends the marker and waits for the thread, which ends when the marker has come by. */
static int end_thread(struct record *record, struct failure *why) {
    bool sent = send(record->marker_socket, record->marker, MARKER_SIZE, 0) == MARKER_SIZE;
    int error = errno;

    /* Without a marker the thread would wait for it in vain: it then ends by its own deadline. */
    if (eventfd_write(record->stop_event, 1) < 0)
        abort();                        /* only possible for a closed descriptor */
    while (sem_wait(&record->done) < 0) /* EINTR */
        ;
    record->pcap = NULL; /* the thread closes it */
    if (!sent)
        return failure_system(why, error, "the packet that ends the recording cannot be sent");
    if (record->failed)
        return failure_set(why, "%s", record->why.text);
    return 0;
}

int record_stop(struct record *record, const struct record_end *end, struct record_result *result,
                struct failure *why) {
    unsigned left;
    int status;

    if (record == NULL)
        return failure_set(why, "nothing is being recorded");
    left = connections_wait(record->others, end->streams_until);
    status = end_thread(record, why);
    if (status == 0 && (end->keys != NULL || end->comment != NULL))
        status = record_file_new_front(record->path, record->file, record->front, end, why);
    if (result != NULL)
        *result = (struct record_result){.frames = record->frames, .open = left};
    record_free(record);
    return status;
}
