/*
 * own_server: how a student's server is started: its command line, what it may read and write.
 *
 *     build/labs/09-smtp-server -c {run}/server/kit.ini -o mail.store={run}/store
 *         -o mail.accounts=… -o mail.certificate=… -o mail.key=…
 *         -o smtp-server.listen=127.0.0.2:25 … --ready-fd 1
 *
 * Its section of the configuration is the lab's name without the number. It gets copies of kit.ini,
 * of the accounts, of the certificate and its key, in {run}/server, since a program without rights
 * could not read those of the build; it can write its store, and nothing else. On its standard
 * output it says, with a newline, that it listens (--ready-fd).
 */
#ifndef WIRE_OWN_SERVER_H
#define WIRE_OWN_SERVER_H

#include "arguments.h"
#include "failure.h"
#include "lab.h"
#include <limits.h>

struct own_server {
    char store[PATH_MAX]; /* that it may write */
    char given[PATH_MAX]; /* that it may read */
    struct arguments line;
};

/*
 * Makes both directories in `directory`, where they are missing, and the command line of `program`,
 * which listens at the run's addresses. 0 or -1.
 */
int own_server_prepare(struct own_server *server, const struct lab *lab, const struct lab_run *run,
                       const char *program, const char *directory, struct failure *why);

void own_server_free(struct own_server *server);

#endif
