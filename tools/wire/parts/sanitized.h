/*
 * sanitized: whether this is a build with a sanitizer. The programs that wire runs are then built
 * with it too: they reserve terabytes of addresses, and cannot run under valgrind.
 */
#ifndef WIRE_SANITIZED_H
#define WIRE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
