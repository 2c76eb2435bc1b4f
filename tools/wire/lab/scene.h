/*
 * scene: what a program finds when it starts in a run of a lab: the servers, or the script that
 * stands in for them, and perhaps a peer before them.
 */
#ifndef WIRE_SCENE_H
#define WIRE_SCENE_H

#include "failure.h"
#include "lab.h"
#include "servers.h"
#include <stddef.h>
#include <sys/types.h>

/* The key log, in the scene's directory: every TLS session's keys, from the servers' own end. */
#define SCENE_KEYS "keys"

struct scene {
    struct servers servers;
    pid_t script;                  /* 0: there is none */
    int script_report;             /* its words come here */
    int script_over;               /* closed when there is no client any more */
    pid_t peers[RUN_LISTEN_LIMIT]; /* one for each address; 0: there is none */
};

struct scene_setup {
    const struct lab_run *run;
    const char *letters;   /* the lab's directory, with the letters of its mailboxes */
    const char *directory; /* the store and the logs go there; it exists */
    int limit_ms;          /* so long a script is played */
};

/*
 * Fills the mailboxes, and starts everything; when it returns, connections are accepted. All of
 * them are processes: start the scene before any thread of this one. 0, or -1: then nothing is left
 * running.
 */
int scene_start(struct scene *scene, const struct scene_setup *setup, struct failure *why);

/*
 * To be called when the program has ended: waits (2 seconds at most) until the script has seen
 * that. Why it was not played to its end goes into `words`; "" if it was, or if there is none.
 */
void scene_end_script(struct scene *scene, char *words, size_t size);

/* Ends everything. 0, or -1 when a server had crashed. */
int scene_end(struct scene *scene, struct failure *why);

#endif
