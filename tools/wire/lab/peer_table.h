/*
 * peer_table: who the peers are. Part of peer.
 *
 * A peer is made of at most two stages, one for each direction, and a stage is a function that gets
 * bytes and passes on what it likes (peer_stage.h). Where a peer has none, bytes pass as they are.
 */
#ifndef WIRE_PEER_TABLE_H
#define WIRE_PEER_TABLE_H

#include "peer.h"
#include <stdbool.h>

struct stage;

/* What a stage does with the bytes that come to it. 0, or -1 to break the connection at both ends.
 */
typedef int stage_act(struct stage *stage, const char *bytes, size_t count);

/* Whether he is the other end of TLS himself, with what his word names: peer_intercept.h. */
enum peer_intercepts {
    PEER_PASSES,      /* no: he is made of stages */
    PEER_CERTIFICATE, /* with that certificate */
    PEER_VERSION,     /* in that version */
};

struct peer_kind {
    const char *name;
    const char *sentence;  /* what he does; N is his number */
    stage_act *to_program; /* for the server's bytes; NULL: they pass */
    stage_act *to_server;  /* for the program's bytes */
    /* Before a student's server: for the bytes of wire's client; NULL: there he makes no sense. */
    stage_act *to_own_server;
    bool reads;   /* he reads what is said: once TLS begins, bytes pass as they are */
    int quiet_ms; /* bytes that a stage holds back go on when nothing came for so long; 0: at the
                     end of the connection */
    unsigned long standard; /* his number without "=NUMBER" */
    unsigned long least;
    unsigned long most;       /* 0: he takes none */
    const char *const *words; /* he takes one of these, up to NULL; `number` is which. NULL: none */
    enum peer_intercepts intercepts;
};

/* peer_pieces.c: in which pieces, and when. */
stage_act peer_one_byte, peer_slow, peer_coalesced, peer_half_reply, peer_late_banner;
stage_act peer_late_client; /* late-banner's ear */

/* peer_replies.c: what becomes of replies. */
stage_act peer_stall, peer_cut, peer_reset, peer_bare_lf, peer_long_line, peer_multi_line,
    peer_busy;

/* peer_commands.c: what becomes of commands. */
stage_act peer_no_esmtp, peer_no_capa;
stage_act peer_listens; /* the ear of those who must know where POP3's answers end */

/* peer_tls.c: how encryption begins and ends. */
stage_act peer_strip_starttls, peer_refuse_starttls, peer_inject_starttls;
stage_act peer_hides_starttls, peer_hears_starttls; /* their ears */
stage_act peer_tls_garbage, peer_tls_cut, peer_tls_tamper;

#endif
