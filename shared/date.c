#include "date.h"

/* By hand: strftime's names of days and months depend on the locale. */
int date_append(struct buf *into, time_t time, bool local) {
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    if ((local ? localtime_r(&time, &tm) : gmtime_r(&time, &tm)) == NULL)
        return -1;
    long east = tm.tm_gmtoff / 60, minutes = east < 0 ? -east : east;
    return buf_printf(into, "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld", days[tm.tm_wday],
                      tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                      tm.tm_sec, east < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
