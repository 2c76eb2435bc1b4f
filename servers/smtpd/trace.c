#include "trace.h"
#include <string.h>

/* RFC 5322 §3.3, in UTC. By hand: strftime's names of days and months depend on the locale. */
static int write_date(time_t time, struct buf *into) {
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    if (gmtime_r(&time, &tm) == NULL)
        return -1;
    return buf_printf(into, "%s, %d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
                      months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int trace_write(const struct trace *trace, struct buf *into) {
    /* An address literal has a tag for IPv6 (RFC 5321 §4.1.3). */
    const char *tag = strchr(trace->address, ':') == NULL ? "" : "IPv6:";
    if (buf_printf(into, "Return-Path: <%s>\n", trace->sender) < 0 ||
        buf_printf(into, "Received: from %s ([%s%s])\n", trace->name, tag, trace->address) < 0 ||
        buf_printf(into, "    by %s with %s id %s", trace->hostname, trace->protocol, trace->id) <
            0)
        return -1;
    if (trace->recipient != NULL && buf_printf(into, "\n    for <%s>", trace->recipient) < 0)
        return -1;
    if (buf_printf(into, trace->recipient == NULL ? ";\n    " : "; ") < 0)
        return -1;
    if (write_date(trace->time, into) < 0)
        return -1;
    return buf_append(into, "\n", 1);
}
