/*
 * thread_count: how many threads a program has at once, counted exactly.
 *
 * Looking into /proc now and then would miss the threads that live shorter than that. So the kernel
 * asks us: a seccomp filter in the program stops it at each thread's beginning and end until wire
 * has taken note (seccomp_unotify(2)). The program can neither escape the filter nor write to it.
 */
#ifndef WIRE_THREAD_COUNT_H
#define WIRE_THREAD_COUNT_H

#include "failure.h"
#include <stddef.h>
#include <sys/types.h>

/* So many processes with threads are told apart; further ones are not counted. */
#define THREAD_COUNT_PROCESSES 64

struct thread_count {
    int channel[2]; /* between thread_count_install and thread_count_begin */
    int notices;    /* readable when the program has stopped at a thread's beginning or end; -1 */
    unsigned most;  /* threads of one process at once, the first one counted */
    struct {
        pid_t process;
        unsigned threads;
    } processes[THREAD_COUNT_PROCESSES];
    size_t process_count;
};

/* Before fork(2). 0 or -1. */
int thread_count_prepare(struct thread_count *count, struct failure *why);

/* In the child, before it becomes the program: from now on it is counted. 0, or -1 with errno. */
int thread_count_install(const struct thread_count *count);

/* In the parent, after fork(2): waits for the child's installation. 0, or -1: this kernel or
   container does not allow it; then the child has ended. */
int thread_count_begin(struct thread_count *count, struct failure *why);

/* When poll(2) has something to say of `notices`: takes note, and lets the program go on. */
void thread_count_note(struct thread_count *count);

/* Closes what is open. The program, if it is still there, cannot start threads any more. */
void thread_count_end(struct thread_count *count);

#endif
