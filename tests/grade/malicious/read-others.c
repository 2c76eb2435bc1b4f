/* on: solution
   expect: full
   why: reads /etc/shadow, the solutions, what others handed in */
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void attack(void) {
    static const char *const wanted[] = {"/etc/shadow",
                                         "/root/.ssh/*",
                                         "/home/*/*",
                                         "@CANARY@/*",
                                         "@CLASS@/*",
                                         "@OUT@/students/*",
                                         "@ROOT@/solutions/*",
                                         "@ROOT@/build/solutions/*",
                                         "@ROOT@/build/*.a",
                                         "@ROOT@/.git/*",
                                         "/var/tmp/kit-grade-*/work-*/labs/*"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        glob_t found;
        if (glob(wanted[i], 0, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            if (access(found.gl_pathv[j], R_OK) == 0) {
                fprintf(stderr, "can read %s\n", found.gl_pathv[j]);
                _exit(99);
            }
    }
}
