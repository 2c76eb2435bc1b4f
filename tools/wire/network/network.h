/*
 * network: the private network in which labs run.
 *
 * Inside it there is a loopback interface and nothing else: real ports (25, 110, 143) without being
 * root, captures that hold the lab and nothing more, and no way out. Segments are no larger than on
 * an Ethernet (loopback.h). Names come from the file tools/wire/network/hosts:
 *
 *     client.example.org   127.0.0.1            mail.example.org   127.0.0.2
 *     relay.example.net    127.0.0.3            mx.example.com     127.0.0.4
 *     several.example.org  127.0.0.3 (refuses), then 127.0.0.2
 *     ip6.example.org      ::1
 *
 * Programs that ask OpenSSL for the system's authorities are told of the lab's own one instead:
 * SSL_CERT_FILE in the environment is build/lab/tls/ca.pem.
 *
 * It is made by bubblewrap (bwrap): namespaces of their own for network, processes, IPC and host
 * name; the file tree read-only; /tmp and /run private and empty; to be written are build/run,
 * build/lab, build/state and what the caller names. Whoever runs it is user 0 inside, with all
 * capabilities over that network, and with no more power over files than before. When wire ends,
 * in whatever way, everything inside is killed.
 *
 * Where there is no bubblewrap, or the system forbids namespaces (some containers), wire says so in
 * one line on stderr, with the remedy, and works in the machine's own network, if it may capture
 * and use ports below 1024 there (as root). Names are then answered by a small library that is
 * loaded into every program (build/lib/wire-names.so), since the kit does not edit /etc/hosts; and
 * only one command at a time uses the network, the others wait. WIRE_STAGE=DIR in the environment,
 * from grading, names a directory that every user can enter, with copies of that library and of the
 * hosts file. WIRE_NO_BWRAP=1 in the environment
 * makes wire behave as if bubblewrap could not be used.
 */
#ifndef WIRE_NETWORK_H
#define WIRE_NETWORK_H

#include "failure.h"
#include <stdbool.h>
#include <sys/types.h>

struct network_options {
    /* Further directories that can be written inside; ends with NULL; may be NULL. */
    const char *const *writable;
    /* Keep the machine's users instead of being user 0 and nobody else: for programs that change
       their user, such as Postfix. Only root may. */
    bool host_users;
};

enum network_result {
    NETWORK_FAILED = -1, /* there is no network to work in; `why` says what to do about it */
    NETWORK_INSIDE = 0,  /* this process is in it */
    NETWORK_ENDED = 1,   /* this process stayed outside; the one inside has ended */
};

/*
 * Starts `wire` again inside the network, with `argv` (the command's name and its arguments, up to
 * NULL) behind it, waits for it, and says NETWORK_ENDED with its exit status (128 + n when signal n
 * killed it). There the same call says NETWORK_INSIDE at once, as it does for every program started
 * inside. SIGINT, SIGTERM, SIGHUP and SIGQUIT are passed on to the process inside. So a command
 * begins with:
 *
 *     switch (network_enter(&options, argv, &status, &why)) {
 *     case NETWORK_INSIDE: break;
 *     case NETWORK_ENDED: return status;
 *     case NETWORK_FAILED: …
 *     }
 *
 * Files opened before are not open inside: enter first.
 */
enum network_result network_enter(const struct network_options *options, char **argv, int *status,
                                  struct failure *why);

/*
 * Leaves the private network for a new one just like it, with nobody else in it, and what is
 * mounted from now on is mounted for nobody else: for this process and those that it starts. 0 or
 * -1.
 */
int network_renew(struct failure *why);

/*
 * Lets every program listen at any port of this network, those below 1024 too, without being root.
 * Where it is not private nothing is changed: there a program may be given the right alone
 * (confine.h). 0 or -1.
 */
int network_open_ports(struct failure *why);

/* Inside, where it is not private: the user whom the student's program runs as, when wire is root;
   0: nobody else, since there are no others here, or they could not get at the program. */
uid_t network_program_user(void);

/* Inside: whether the network is private, and not the machine's own. */
bool network_is_private(void);

#endif
