/*
 * visitor: wire as the client of a student's server, playing a session file (session.h), and the
 * crowd behind it. He is a process of his own, started before the server is, and comes when it
 * listens.
 */
#ifndef WIRE_VISITOR_H
#define WIRE_VISITOR_H

#include "failure.h"
#include "session.h"
#include <stdbool.h>
#include <sys/types.h>

/* So long he waits for each step, as a rule: a server under valgrind gets the whole limit. */
#define VISITOR_PATIENCE_MS 5000

/* So long all his connections have to close when he has said everything. */
#define VISITOR_CLOSING_MS 3000

/* The most connections of a crowd. */
#define VISITOR_CROWD_LIMIT 200

struct visitor_setup {
    const struct session *session; /* may have no step */
    const char *address;           /* "127.0.0.2:25" */
    unsigned long crowd; /* so many connections more, opened first, and silent until visitor_end */
    int limit_ms;        /* so long he stays at most */
    int patience_ms;     /* so long he waits for each step, and the crowd for its greetings */
    const char *keys;    /* where he adds the keys of his TLS sessions: SSLKEYLOGFILE */
};

struct visitor {
    pid_t pid;
    int channel; /* readable when he has something to say */
};

/* Starts the process. Before any thread of this one. 0 or -1. */
int visitor_start(struct visitor *visitor, const struct visitor_setup *setup, struct failure *why);

/* The server listens: he begins. */
void visitor_go(struct visitor *visitor);

/* What he wants, when the channel is readable. */
enum visitor_wish {
    VISITOR_STOP,    /* ask the server to end; then answer */
    VISITOR_KILL,    /* end the server at once; then answer */
    VISITOR_RESTART, /* start it again; answer when it listens, or does not */
    VISITOR_CHANGE,  /* change a mailbox as `report` says (mailboxes.h); then answer */
    VISITOR_OVER,    /* nothing more: what happened is in `report`, "" when all was played */
};
enum visitor_wish visitor_hear(struct visitor *visitor, char *report, size_t size);

/* Answers a wish: whether it is done. */
void visitor_answer(struct visitor *visitor, bool done);

/* Lets the crowd go, when everything is over, and waits for that; fine without a visitor. */
void visitor_end(struct visitor *visitor);

#endif
