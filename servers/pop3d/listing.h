/*
 * listing: STAT, LIST and UIDL (RFC 1939 §5, §7). Messages marked as deleted are left out.
 */
#ifndef POP3D_LISTING_H
#define POP3D_LISTING_H

#include "session.h"

void listing_stat(struct session *session, const char *argument);
void listing_list(struct session *session, const char *argument);
void listing_uidl(struct session *session, const char *argument);

#endif
