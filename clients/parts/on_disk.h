/*
 * on_disk: what it takes beside fsync(2) of a file: its name stands in a directory, and that is
 * flushed on its own.
 */
#ifndef CLIENTS_ON_DISK_H
#define CLIENTS_ON_DISK_H

/* Flushes the directory in which `path` stands. 0 or -1 with errno. */
int on_disk_name(const char *path);

#endif
