/*
 * trace: the two fields that a delivering server puts in front of a message (RFC 5321 §4.4).
 *
 *     Return-Path: <alice@example.org>
 *     Received: from client.example.org ([127.0.0.1])
 *         by mail.example.org with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384)
 *         id 6412F0A3B9C01
 *         for <bob@example.org>; Sat, 21 Nov 2026 10:07:08 +0000
 */
#ifndef SMTPD_TRACE_H
#define SMTPD_TRACE_H

#include "buf.h"
#include <time.h>

struct trace {
    const char *sender;    /* the reverse-path without brackets, "" for the null path */
    const char *name;      /* as the client gave it with EHLO or HELO */
    const char *address;   /* the client's, "127.0.0.1" or "::1" */
    const char *hostname;  /* ours */
    const char *protocol;  /* SMTP, ESMTP or UTF8SMTP; S behind it: TLS; A: AUTH (RFC 3848, 6531) */
    const char *tls;       /* version and cipher, or "" */
    const char *id;        /* the message's, as in the log and in the reply */
    const char *recipient; /* the only one, or NULL: who else gets it is nobody's business (§7.2) */
    const char *original;  /* of that one, what the sender's server called him (ORCPT), or NULL */
    time_t time;
};

/* Adds both fields, their lines ended by LF, and Original-Recipient (RFC 8098 §2.3) where that is
   known. 0, or -1 (limit or memory). */
int trace_write(const struct trace *trace, struct buf *into);

#endif
