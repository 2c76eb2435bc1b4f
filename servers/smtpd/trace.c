#include "trace.h"
#include "date.h"
#include <string.h>

int trace_write(const struct trace *trace, struct buf *into) {
    /* An address literal has a tag for IPv6 (RFC 5321 §4.1.3). */
    const char *tag = strchr(trace->address, ':') == NULL ? "" : "IPv6:";
    if (buf_printf(into, "Return-Path: <%s>\n", trace->sender) < 0 ||
        buf_printf(into, "Received: from %s ([%s%s])\n", trace->name, tag, trace->address) < 0 ||
        buf_printf(into, "    by %s with %s", trace->hostname, trace->protocol) < 0)
        return -1;
    if (*trace->tls != '\0' && buf_printf(into, " (%s)\n   ", trace->tls) < 0)
        return -1;
    if (buf_printf(into, " id %s", trace->id) < 0)
        return -1;
    if (trace->recipient != NULL && buf_printf(into, "\n    for <%s>", trace->recipient) < 0)
        return -1;
    if (buf_printf(into, trace->recipient == NULL ? ";\n    " : "; ") < 0)
        return -1;
    if (date_append(into, trace->time, false) < 0)
        return -1;
    if (trace->original != NULL &&
        buf_printf(into, "\nOriginal-Recipient: %s", trace->original) < 0)
        return -1;
    return buf_append(into, "\n", 1);
}
