/*
 * show_style: the colours and signs of a drawing. Part of show.
 */
#ifndef WIRE_SHOW_STYLE_H
#define WIRE_SHOW_STYLE_H

#include "show.h"

/* What a colour says. */
enum role {
    ROLE_PLAIN,
    ROLE_QUIET,  /* time, frame, rules, what TCP does */
    ROLE_HEAD,   /* the names of the ends */
    ROLE_CLIENT, /* what each said */
    ROLE_SERVER,
    ROLE_MESSAGE, /* message text */
    ROLE_TLS,
    ROLE_WARNING, /* 4xx replies, an odd line end */
    ROLE_BAD,     /* 5xx replies, resets, gaps */
    ROLE_COUNT,
};

/* Begins and ends a colour; "" for both without colours. */
const char *style_begin(const struct show_style *style, enum role role);
const char *style_end(const struct show_style *style, enum role role);

/* Signs, in Unicode or ASCII. Each is one column wide, but for the lock, which takes two. */
struct signs {
    const char *right; /* arrows */
    const char *left;
    const char *rail;  /* between the columns */
    const char *rule;  /* under the heading */
    const char *cross; /* where both meet */
    const char *lock;  /* encrypted on the wire */
    const char *more;  /* and a blank: the rest of the row before */
};

const struct signs *style_signs(const struct show_style *style);

#endif
