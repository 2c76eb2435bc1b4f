/*
 * confine: takes power away from this process and from all that it starts, where no namespaces can
 * be had.
 *
 * Started by root, it becomes a user of its own, who owns nothing; where other users cannot get at
 * the files that it needs, or there are no others (a user namespace with one user), it stays root
 * without the powers of root. It can gain nothing by running set-user-ID programs. And it can reach
 * only the files that it is given, and signal only its own kind, where the kernel has Landlock
 * (Linux 5.13; signals: 6.12).
 *
 * What this does not do, and bubblewrap does: other processes can be seen, the network of the
 * machine is there, and without Landlock so are its files, as far as their permissions go.
 */
#ifndef WIRE_CONFINE_H
#define WIRE_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#define CONFINE_USER 59890 /* below the users of grading (tools/grade/cell.py) */

struct confinement {
    uid_t user;                  /* whom to become, when this is root; 0: nobody else */
    const char *const *readable; /* files and directories; each list ends with NULL. What is not */
    const char *const *writable; /* there is passed over */
    bool serves;                 /* it may listen at ports below 1024 */
};

/* /usr, /etc, /proc, … : what programs need to run at all. */
extern const char *const confine_system[];

/* Whether root can become this user, who then can get at the path. */
bool confine_can_reach(uid_t user, const char *path);

/* For a child, before it runs something else. 0 or -1 with errno. */
int confine(const struct confinement *confinement);

#endif
