/*
 * peer: somebody between the program and its server, who is not kind.
 *
 * He listens where the server would, and connects to the server on 127.0.0.102: the program's
 * command line stays the same, and so does its side of the recording. (The other side is in the
 * recording too; checks do not look at it.)
 *
 * Most peers change how the server's bytes arrive: in which pieces, when, how far. Some say other
 * words than the server did. Each does the same in every run: he counts replies, not seconds, and
 * does not depend on how the bytes came to him. `wire start --help` lists them: peer_print_all.
 *
 * In lab.ini, and behind --peer, they are written like commands in a shell, and the server's bytes
 * pass through them from left to right; some take a number or a word:
 *
 *     one-byte               stall=2               bad-cert=expired | one-byte
 *
 * Before a student's server (lab.h) it is the client's bytes that they change, each line as the
 * line of a reply, and not all of them make sense there. Then wire's client connects to him, on
 * 127.0.0.102, and he to the server: again the program's side is the one that is judged.
 *
 * A new peer is a row in peer_table.c and a function.
 */
#ifndef WIRE_PEER_H
#define WIRE_PEER_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where a server listens that has a peer in front of it; or the peer who has a student's server
   behind him. */
#define PEER_BACK "127.0.0.102"

/* The most that can stand in a row. */
#define PEER_LIMIT 4

struct peer_kind; /* a row of the table: peer_table.h */

struct peer {
    const struct peer_kind *kind;
    unsigned long number; /* or that of his word */
};

struct peers {
    struct peer list[PEER_LIMIT]; /* [0] is the one next to the server */
    size_t count;                 /* 0: nobody */
    bool own_server; /* they stand before a student's server, and change the client's bytes */
};

/* Reads "stall=2 | one-byte". 0, or -1: no such peer (`why` lists them), not a number that he can
   take, too many in a row. */
int peer_parse(const char *text, struct peers *peers, struct failure *why);

/* Whether they can stand before a student's server. 0, or -1 with the name of one that cannot. */
int peer_check_own_server(const struct peers *peers, struct failure *why);

/* All of them with their sentences, two columns, for the help of a command. */
void peer_print_all(FILE *out);

/* Serves the listening socket `listener`, connecting each client to `host` and `port`. Does not
   return: it is for a process of its own, which is killed when it is no longer needed. */
_Noreturn void peer_serve(const struct peers *peers, int listener, const char *host,
                          const char *port);

#endif
