/*
 * Lab 02: lines out of a stream, replies out of lines. Your work.
 *
 * The contract of each function is in shared/line.h and shared/smtp.h; shared/stream.h has what you
 * read with. clients/smtp.c calls smtp_read_reply and line_is_ready.
 */
#include "line.h"
#include "smtp.h"
#include <string.h>

/*
 * Reads one line, without its CR LF (or lone LF), from the bytes that `reader` holds, and takes
 * more from the stream only when no whole line is among them. What it read too much stays in
 * `reader` for the next call. -1 with the reason in `why`: the server closed, the line is longer
 * than LINE_LIMIT, the deadline passed.
 */
int line_read(struct line_reader *reader, struct line *line, struct failure *why) {
    /*
     * TODO 1
     *   1. Look for a '\n' among bytes[start] … bytes[end - 1]. memchr, not strchr: NUL may be
     * there.
     *   2. Found: copy the line without its end, put a NUL behind it, set its length, and move
     *      `start` behind the '\n'.
     *   3. Not found: move the unread bytes to the front, stream_read_some into the room behind
     *      them, and look again. No room: the line is too long.
     *   4. STREAM_END: say whether it came between two lines or in the middle of one. Anything
     *      else that is not STREAM_OK: stream_failure has the words.
     */
    (void)reader, (void)line;
    return failure_not_written(why, 1, "line_read");
}

/* Whether `reader` holds a whole line, so that line_read would not have to wait. */
bool line_is_ready(const struct line_reader *reader) {
    /* TODO 2. Step 1 of line_read already knows. */
    (void)reader;
    return false;
}

/*
 * Reads one whole reply into smtp->reply and returns its code. "250-" at the front of a line says
 * that another line follows, "250 " (or "250" alone) that it is the last; all lines carry the same
 * code. -1 with the reason in smtp->why when there is no reply or it is not a proper one.
 */
int smtp_read_reply(struct smtp *smtp) {
    /*
     * TODO 3
     *   1. Empty smtp->reply, and set the stream's deadline once for the whole reply:
     *      deadline_in(smtp->timeout_ms).
     *   2. line_read. Check the front of the line: a digit from 2 to 5, two more digits, then '-',
     *      ' ' or nothing.
     *   3. Is the code that of the line before?
     *   4. Add the line and a '\n' to reply.text, if it still fits.
     *   5. After a '-': from step 2 again. Otherwise set reply.code: that was the reply.
     */
    return failure_not_written(&smtp->why, 3, "smtp_read_reply");
}
