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

struct peer_kind {
    const char *name;
    const char *sentence;  /* what he does; N is his number */
    stage_act *to_program; /* for the server's bytes; NULL: they pass */
    stage_act *to_server;  /* for the program's bytes */
    bool reads;            /* he reads what is said: once TLS begins, bytes pass as they are */
    int quiet_ms; /* bytes that a stage holds back go on when nothing came for so long; 0: at the
                     end of the connection */
    unsigned long standard; /* his number without "=NUMBER" */
    unsigned long least;
    unsigned long most; /* 0: he takes none */
};

/* peer_pieces.c: in which pieces, and when. */
stage_act peer_one_byte, peer_slow, peer_coalesced, peer_half_reply, peer_late_banner;
stage_act peer_late_client; /* late-banner's ear */

/* peer_replies.c: what becomes of replies. */
stage_act peer_stall, peer_cut, peer_reset, peer_bare_lf, peer_long_line, peer_multi_line,
    peer_busy;

/* peer_commands.c: what becomes of commands. */
stage_act peer_no_esmtp;

#endif
