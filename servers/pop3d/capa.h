/*
 * capa: CAPA (RFC 2449): what the server can do.
 *
 * A capability is named only where it can be used: no STLS under TLS, no USER and SASL where a
 * password would have to travel in clear. What is named before the login is named behind it, too
 * (§6: "both / no"); which program this is, behind it only (§6.9).
 */
#ifndef POP3D_CAPA_H
#define POP3D_CAPA_H

#include "session.h"

void capa_list(struct session *session, const char *argument);

#endif
