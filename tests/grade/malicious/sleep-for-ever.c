/* on: solution
   expect: none
   why: never ends, and cannot be asked to */
#include <signal.h>
#include <unistd.h>

__attribute__((constructor)) static void attack(void) {
    for (int i = 1; i < 32; i++)
        signal(i, SIG_IGN);
    for (int minutes = 0; minutes < 10; minutes++)
        sleep(60);
}
