/* on: solution
   expect: none
   why: every process starts another one: the machine stands still */
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

/* 500 at most, a minute at most. */
__attribute__((constructor)) static void attack(void) {
    for (int i = 0; i < 500; i++)
        if (fork() == 0)
            break;
    alarm(60);
    for (;;)
        pause();
}
