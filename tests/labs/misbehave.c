/* A program that does what no student's program should. Its argument says what. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int sleep_for_ever(void) {
    for (;;)
        pause();
}

static int spin(void) {
    for (volatile unsigned long i = 0;; i++)
        continue;
}

static int ignore_signals(void) {
    for (int i = 1; i < 32; i++)
        signal(i, SIG_IGN);
    return sleep_for_ever();
}

/* Not without end: this must harm nobody, should it not be stopped. */
static int start_many(void) {
    for (int i = 0; i < 500; i++)
        if (fork() == 0)
            return sleep_for_ever();
    return sleep_for_ever();
}

static int flood(int where) {
    static char bytes[65536];
    memset(bytes, 'x', sizeof bytes);
    while (write(where, bytes, sizeof bytes) > 0)
        continue;
    return 0;
}

static int flood_output(void) {
    return flood(STDOUT_FILENO);
}

static int flood_error(void) {
    return flood(STDERR_FILENO);
}

/* Ends well, and leaves a child behind that has its output and will not go. */
static int leave_a_child(void) {
    if (fork() == 0) {
        setsid();
        return ignore_signals();
    }
    puts("good-bye");
    return 0;
}

static int crash(void) {
    raise(SIGSEGV);
    return 0;
}

static int abort_with_words(void) {
    fputs("assertion failed\n", stderr);
    abort();
}

/* Takes memory until there is none. */
static int eat_memory(void) {
    enum {
        PIECE = 64 << 20,
        PIECES = 1024
    };
    for (int i = 0; i < PIECES; i++) {
        char *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) {
            puts("no more memory");
            return 0;
        }
    }
    return 0;
}

static int close_all(void) {
    for (int i = 0; i < 3; i++)
        close(i);
    return sleep_for_ever();
}

static bool can_write(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0)
        close(file);
    return file >= 0;
}

static bool can_capture(void) {
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0;
}

static bool can_leave(void) {
    struct sockaddr_in outside = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, "192.0.2.1", &outside.sin_addr);
    int out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return connect(out, (struct sockaddr *)&outside, sizeof outside) == 0;
}

/* What the sandbox should forbid; what it does not is said. */
static int break_out(void) {
    const struct {
        const char *what;
        bool possible;
    } tries[] = {
        {"writes beside its source", can_write("intruder")},
        {"writes in /", can_write("/intruder")},
        {"writes in /etc", can_write("/etc/intruder")},
        {"writes in /var/tmp", can_write("/var/tmp/intruder")},
        {"captures", can_capture()},
        {"reaches beyond the lab", can_leave()},
        {"sees its environment", getenv("WIRE_TEST_SECRET") != NULL},
        {"sees other processes", kill(1, 0) == 0 && getppid() != 1},
    };
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        if (tries[i].possible)
            printf("%s\n", tries[i].what);
    printf("%s\n", can_write("/tmp/intruder") ? "tried" : "cannot even write in /tmp");
    return 0;
}

/* What the next ones are judged by is that they get here. */
static int done(void) {
    puts("done");
    return 0;
}

/* Out of the compiler's sight: else it sees that nobody needs this memory. */
static void *__attribute__((noinline)) take(size_t size) {
    void *memory = malloc(size);
    __asm__ volatile("" : "+r"(memory));
    return memory; /* NOLINT(clang-analyzer-unix.Malloc): that is the deed */
}

static int leak(void) {
    const char *memory = take(12);
    return memory == NULL ? 1 : done();
}

static int write_beyond(void) {
    volatile char *memory = take(10);
    memory[10] = 'x';
    free((void *)memory);
    return done();
}

static int use_freed(void) {
    volatile char *memory = take(10);
    memory[0] = 'x';
    free((void *)memory);
    return memory[0] == 'y' ? 1 : done(); /* NOLINT(clang-analyzer-unix.Malloc): likewise */
}

static int leave_open(void) {
    return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? 1 : done();
}

static void *wait_for_others(void *barrier) {
    pthread_barrier_wait(barrier);
    return NULL;
}

static void *end_at_once(void *nothing) {
    return nothing;
}

/* Three at once, main among them; and before and after that many short lives, one by one. */
static int start_threads(void) {
    pthread_barrier_t barrier;
    pthread_t threads[2], one;
    pthread_barrier_init(&barrier, NULL, 3);
    for (int i = 0; i < 100; i++)
        if (pthread_create(&one, NULL, end_at_once, NULL) != 0 || pthread_join(one, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, wait_for_others, &barrier) != 0)
            return 1;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 100; i++)
        if (pthread_create(&one, NULL, end_at_once, NULL) != 0 || pthread_join(one, NULL) != 0)
            return 1;
    return done();
}

/* A report of its own, where valgrind writes: that it cannot. */
static int forge(void) {
    static const char clean[] = "==1== ERROR SUMMARY: 0 errors from 0 contexts\n";
    bool forged = false;
    for (int i = 3; i < 256; i++)
        forged = forged || write(i, clean, sizeof clean - 1) > 0;
    puts(forged ? "forged" : "done");
    return leak();
}

static const struct {
    const char *name;
    int (*run)(void);
} deeds[] = {
    {"sleep", sleep_for_ever},
    {"spin", spin},
    {"ignore", ignore_signals},
    {"fork", start_many},
    {"stdout", flood_output},
    {"stderr", flood_error},
    {"child", leave_a_child},
    {"crash", crash},
    {"abort", abort_with_words},
    {"memory", eat_memory},
    {"close", close_all},
    {"escape", break_out},
    {"leak", leak},
    {"beyond", write_beyond},
    {"freed", use_freed},
    {"open", leave_open},
    {"threads", start_threads},
    {"forge", forge},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc == 2 && i < sizeof deeds / sizeof deeds[0]; i++)
        if (strcmp(argv[1], deeds[i].name) == 0)
            return deeds[i].run();
    return 2;
}
