/*
 * xtext: text in the value of a MAIL or RCPT parameter (RFC 3461 §4). "+" and "=" and what is not
 * printable are written as "+" and two digits: "a+b=c" is "a+2Bb+3Dc".
 */
#ifndef SMTPD_XTEXT_H
#define SMTPD_XTEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes `text` into `plain`, which has room for strlen(text) + 1 bytes. `utf8`: bytes above 127
 * may stand for themselves (RFC 6533 §3). False: no xtext, or it stands for something that is
 * neither graphic nor a blank.
 */
bool xtext_decode(const char *text, bool utf8, char *plain);

#endif
