/*
 * daemon: what the main of every server does: the command line, kit.ini, the log, the exit status.
 *
 *     static const struct daemon pop3d = {"pop3d", "Lets people fetch …\n", settings_keys, run};
 *
 *     int main(int count, char **arguments) {
 *         return daemon_main(count, arguments, &pop3d);
 *     }
 *
 * What is left for the server: its keys, and a function that opens its listeners and serves.
 */
#ifndef SHARED_DAEMON_H
#define SHARED_DAEMON_H

#include "config.h"
#include "failure.h"
#include "serve.h"
#include <stdbool.h>

struct daemon {
    const char *name;  /* its program's, in front of every message; and its section of kit.ini's */
    const char *about; /* for --help: what it does, in lines with their newlines */
    const struct config_key *keys;
    /*
     * Serves until it is told to stop (serve_run; `ready_fd` is for that). Returns 0, or -1 with
     * the reason in `why`; then the program ends at once, and nothing that a session which did not
     * end may still read must go before that: what sessions share must not lie on run's stack.
     */
    int (*run)(const struct config *config, int ready_fd, struct failure *why);
};

/*
 * Reads the command line and the configuration, opens the log (with the level of the key NAME.log,
 * if there is one), and calls `run`. Returns what main must return: 0; 1: it failed; 2: it was
 * called wrongly. Why not is said in one line on stderr.
 */
int daemon_main(int count, char **arguments, const struct daemon *daemon);

/*
 * Listens on every address that the list `section`.`key` names; their sessions are made as
 * `listener` says, but for its address. 0 or -1.
 */
int daemon_listen(struct serve *serve, const struct config *config, const char *section,
                  const char *key, const struct serve_listener *listener, struct failure *why);

/*
 * For a server that has but one kind of listener: listens on `section`.listen, as daemon_listen
 * does, and serves until it is told to stop (serve_run). How many connections it takes and how long
 * a stop waits are the keys `connections` and `stop` of the section. 0 or -1.
 */
int daemon_serve(const struct config *config, const char *section,
                 const struct serve_listener *listener, int ready_fd, struct failure *why);

#endif
