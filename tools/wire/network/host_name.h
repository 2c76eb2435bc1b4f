/*
 * host_name: what the lab network calls an address.
 */
#ifndef WIRE_HOST_NAME_H
#define WIRE_HOST_NAME_H

#include <stddef.h>

/* Writes the first name that tools/wire/network/hosts has for `address` ("127.0.0.2") into `name`;
   "" when it has none. */
void host_name(const char *address, char *name, size_t size);

#endif
