/* on: solution
   expect: full
   why: writes until nothing more fits, wherever it can */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* 1 GiB at most, in files of 32 MiB. */
__attribute__((constructor)) static void attack(void) {
    static const char *const places[] = {
        ".",     "/tmp",  "/var/tmp", "/dev/shm", "/dev",  "/run",
        "/root", "/home", "/",        "@CANARY@", "@OUT@", "@ROOT@/build/run/01-raw-socket"};
    static char block[1 << 20];
    int blocks = 0;
    memset(block, 'x', sizeof block);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (int number = 0; number < 32 && blocks < 1024; number++) {
            char path[512];
            snprintf(path, sizeof path, "%s/canary-%d", places[i], number);
            int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
            if (file < 0)
                break;
            for (int j = 0; j < 32 && write(file, block, sizeof block) > 0; j++)
                blocks++;
            close(file);
        }
}
