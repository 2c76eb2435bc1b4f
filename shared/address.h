/*
 * address: the addresses of the envelope, as SMTP writes them (RFC 5321 §4.1.2).
 *
 *     <alice@example.org>   <"quoted part"@example.org>   <user@[127.0.0.2]>
 *     <>   <postmaster>   <@a.example,@b.example:carol@example.org>
 */
#ifndef SHARED_ADDRESS_H
#define SHARED_ADDRESS_H

#include "failure.h"
#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_LOCAL_LIMIT  64  /* bytes before the @, RFC 5321 §4.5.3.1.1 */
#define ADDRESS_DOMAIN_LIMIT 255 /* bytes behind it, §4.5.3.1.2 */
#define ADDRESS_PATH_LIMIT   256 /* with both brackets, §4.5.3.1.3; a source route counts */

/* An address literal is kept in `domain` with its brackets: "[127.0.0.2]", "[ipv6:::1]". */
struct address {
    char local[ADDRESS_LOCAL_LIMIT + 1];   /* without quoting: a b for "a b"; case is kept */
    char domain[ADDRESS_DOMAIN_LIMIT + 1]; /* lower case; "" for the null path and <postmaster> */
};

enum address_kind {
    ADDRESS_REVERSE, /* MAIL FROM: may be <> */
    ADDRESS_FORWARD, /* RCPT TO: may be <postmaster>, never <> */
};

/*
 * Reads a path that begins at text[0] with "<" and ends with its ">". A source route is read and
 * dropped (§4.1.1.3). `utf8`: whether bytes above 127 are allowed (RFC 6531 §3.3; they must be
 * UTF-8, and no C1 controls). Limits count bytes as written, quotes and backslashes included; a
 * label of the domain has at most 63 characters (RFC 1035 §2.3.4). Of the address literals those
 * with a registered tag are known: IPv4 and IPv6.
 *
 * Returns how many bytes the path takes, or -1: `why` says what is wrong with it, in words fit for
 * a 501 or 553 reply: printable ASCII, one line, nothing of what the peer sent but single printable
 * characters. `address` is then undefined.
 */
int address_parse(const char *text, size_t length, enum address_kind kind, bool utf8,
                  struct address *address, struct failure *why);

/* Whether `local` can be written without quotes: a dot-string (§4.1.2, RFC 6531 §3.3). */
bool address_is_plain(const struct address *address);

/* Writes "alice@example.org", quoted where needed, "" for the null path, into `text`. */
#define ADDRESS_TEXT_SIZE (2 * ADDRESS_LOCAL_LIMIT + ADDRESS_DOMAIN_LIMIT + 4)
void address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

#endif
