#include "capa.h"
#include "auth.h"
#include "sasl.h"
#include "secure.h"
#include <stdio.h>
#include <string.h>

static void line(struct session *session, const char *text) {
    session_write(session, text, strlen(text));
    session_write(session, "\r\n", 2);
}

void capa_list(struct session *session, const char *argument) {
    (void)argument;
    session_ok(session, "These capabilities");
    line(session, "TOP");
    line(session, "UIDL");
    line(session, "RESP-CODES");
    line(session, "AUTH-RESP-CODE"); /* RFC 3206 */
    line(session, "PIPELINING");
    line(session, "EXPIRE NEVER");
    line(session, "UTF8");
    line(session, "LANG");
    if (auth_is_offered(session)) {
        char sasl[100];
        snprintf(sasl, sizeof sasl, "SASL %s", sasl_mechanisms);
        line(session, "USER");
        line(session, sasl);
    }
    if (secure_is_offered(session))
        line(session, "STLS");
    if (session->state == SESSION_TRANSACTION)
        line(session, "IMPLEMENTATION Mailwire");
    line(session, ".");
}
