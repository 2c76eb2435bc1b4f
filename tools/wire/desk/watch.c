#include "watch.h"
#include "process.h"
#include "rebuild.h"
#include "saves.h"
#include "verdict_print.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    GRACE_MS = 3000, /* for a check that is to end, to end what runs in its network */
};

/* On a clear screen, when this turn began: a check takes a moment, and the last one looked alike.
 */
static void begin_turn(const struct watch *setup, const struct verdict_style *style) {
    time_t now = time(NULL);
    struct tm parts;
    char clock[20] = "";
    if (localtime_r(&now, &parts) != NULL)
        strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    printf("%s%s%s labs/%s is built and judged%s\n", style->width > 0 ? "\033[H\033[2J" : "",
           verdict_quiet(style), clock, setup->lab->name, verdict_plain(style));
    fflush(stdout);
}

static pid_t start_check(const struct watch *setup, struct failure *why) {
    pid_t child = process_fork(why);
    if (child != 0)
        return child;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        _exit(126);
    char *words[64] = {(char *)"wire"};
    for (size_t i = 0; i + 2 < sizeof words / sizeof words[0] && setup->check[i] != NULL; i++)
        words[i + 1] = setup->check[i];
    execv("/proc/self/exe", words);
    _exit(127);
}

/* Judges. 1: something was saved meanwhile, and the check was given up; 0; -1. */
static int check(const struct watch *setup, int saves, struct failure *why) {
    pid_t child = start_check(setup, why);
    if (child < 0)
        return -1;
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    int saved = handle < 0 ? 0 : saves_wait(saves, handle, why);
    if (handle >= 0)
        close(handle);
    if (saved != 0)
        process_end(child, GRACE_MS);
    else
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    return saved;
}

/* Builds and judges; as check. */
static int turn(const struct watch *setup, int saves, const struct verdict_style *style,
                struct failure *why) {
    bool built;
    begin_turn(setup, style);
    if (rebuild(setup->build, stdout, &built, why) < 0)
        return -1;
    if (!built)
        printf("\n%sLab %02d does not build.%s\n", verdict_bold(style), lab_number(setup->lab),
               verdict_plain(style));
    int saved = built ? check(setup, saves, why) : 0;
    if (saved == 0)
        printf("\n%sAgain at each save in labs/%s. Ctrl-C ends this.%s\n", verdict_quiet(style),
               setup->lab->name, verdict_plain(style));
    fflush(stdout);
    return saved;
}

int watch(const struct watch *setup, struct failure *why) {
    struct verdict_style style;
    int saves = saves_open(setup->lab->directory, why);
    if (saves < 0)
        return -1;
    verdict_style_for(stdout, &style);
    int result = 1;
    while (result >= 0) {
        result = turn(setup, saves, &style, why);
        if (result == 0)
            result = saves_wait(saves, -1, why);
    }
    close(saves);
    return -1;
}
