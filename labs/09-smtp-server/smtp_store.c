/*
 * Lab 09: a message, from the wire to the disk. Your work, second half: TODO 5 to 7.
 *
 * The contract of each function is in shared/smtp_server.h, as before.
 */
#include "log.h"
#include "smtp_server.h"

/* Turns bytes from the wire into bytes of the file, and finds the end of the message. */
size_t smtp_server_take(struct smtp_server_text *text, const char *bytes, size_t count, char *into,
                        size_t *length) {
    /*
     * TODO 5. A machine that takes one byte at a time: from the place where it is and the byte
     * follows the next place. Write the table first: six places, and CR, LF, dot, anything else.
     *   1. LF behind CR ends a line: LF into the file. Behind CR LF . CR it ends the message.
     *   2. A dot at the start of a line is left out, whatever follows.
     *   3. LF without CR, CR without LF: text->bare. Where does the next byte stand then?
     *   4. Count text->size: two for each CR LF, one for any other byte that goes into the file.
     *   5. Stop at the end, and say how many bytes you took.
     */
    (void)bytes, (void)into;
    log_not_written(5, "smtp_server_take");
    text->bare = true;
    text->place = SMTP_SERVER_END;
    *length = 0;
    return count;
}

/* Begins a message in the mailbox of each recipient. */
int smtp_server_begin(struct smtp_server_session *session, struct smtp_server_message *message,
                      struct failure *why) {
    /*
     * TODO 6
     *   1. All of *message is zero.
     *   2. The id: server->messages is every thread's. Lock, count and copy, unlock; then snprintf.
     *   3. For each recipient site_mailbox and maildir_begin. Count the copies that are there.
     *   4. smtp_server_trace into a buf; smtp_server_write it; free it.
     */
    (void)session;
    *message = (struct smtp_server_message){.copy_count = 0};
    log_not_written(6, "smtp_server_begin");
    return failure_not_written(why, 6, "smtp_server_begin");
}

/* Adds bytes to each copy. */
int smtp_server_write(struct smtp_server_message *message, const char *bytes, size_t count,
                      struct failure *why) {
    /* TODO 6, the same for all copies: maildir_write. */
    (void)message, (void)bytes, (void)count;
    log_not_written(6, "smtp_server_write");
    return failure_not_written(why, 6, "smtp_server_write");
}

/* The message is whole: everybody has it, on the disk, or nobody. */
int smtp_server_publish(struct smtp_server_message *message, struct failure *why) {
    /*
     * TODO 6
     *   1. maildir_sync each copy. One fails: nobody has anything yet.
     *   2. Only then maildir_publish each. One fails: maildir_retract those before it.
     */
    (void)message;
    log_not_written(6, "smtp_server_publish");
    return failure_not_written(why, 6, "smtp_server_publish");
}

/* Gives everything back. */
void smtp_server_end(struct smtp_server_message *message) {
    /* TODO 6. maildir_end for each copy: what was not published disappears. */
    (void)message;
}

/* DATA: the message, and the promise. */
void smtp_server_data(struct smtp_server_session *session, const char *argument) {
    /*
     * TODO 7
     *   1. smtp_server_begin. It fails: 451, and no 354.
     *   2. 354. Then until the end of the message: a deadline, stream_look, smtp_server_take (a few
     *      KiB at a time: `into` must have room), stream_consume of what it took, and
     *      smtp_server_write, unless the message is lost already.
     *   3. stream_look brings something else than STREAM_OK: smtp_server_lost.
     *   4. One reply: 550, 552, 451, or smtp_server_publish and "250 Stored as " with the id.
     *   5. Always smtp_server_end and smtp_server_forget.
     */
    (void)argument;
    smtp_server_not_written(session, 7, "smtp_server_data");
}
