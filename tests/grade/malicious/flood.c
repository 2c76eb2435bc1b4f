/* on: solution
   expect: none
   why: ten gigabytes of output */
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void attack(void) {
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 10240; i++)
        if (write(STDOUT_FILENO, block, sizeof block) < 0)
            break;
}
