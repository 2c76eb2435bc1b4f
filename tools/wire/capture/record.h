/*
 * record: writes down every packet of an interface, to the last one.
 *
 *     struct record *record = record_start("capture.pcapng", "lo", &why);
 *     … whatever is to be recorded …
 *     record_stop(record, &(struct record_end){.streams_until = deadline_in(2000)}, &result, &why);
 *
 * Made for the lab network (`network.h`), where the loopback interface carries nothing but the lab.
 * The caller must be in that network; elsewhere the system asks for the right to capture, and what
 * other programs say between 127.0.0.1 and itself is left out.
 *
 * Common capture programs lose the tail: the kernel hands packets over in batches, and stopped soon
 * after the last packet they have seen none of them. Here nothing is lost and nothing is guessed:
 *
 *   - Immediate mode: no batches. record_start returns when the interface is open, so the very next
 *     packet is in.
 *   - record_stop waits until no TCP connection of the network is left but listeners and those in
 *     TIME_WAIT, so the last FIN and its ACK have been there. Then it sends a datagram of its own
 *     to itself and takes packets until that one comes by: all that was before it is in. The
 *     datagram itself is not written.
 *
 * The packets are taken by a thread of the calling process. It blocks all signals.
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include "deadline.h"
#include "failure.h"

struct record; /* opaque */

/*
 * Starts recording `interface` ("lo") into the file `path`, which is made anew. The file is a
 * readable capture from the start and grows as packets come.
 * NULL: the file cannot be written, the interface does not exist, not allowed (`why` says what to
 * do).
 */
struct record *record_start(const char *path, const char *interface, struct failure *why);

struct record_end {
    deadline streams_until; /* how long record_stop may wait for open connections; 0: not at all */
    const char *keys;    /* a TLS key log (SSLKEYLOGFILE); its keys go to the front of the file, as
                            only there have they any effect. NULL or a file that is not there: none */
    const char *comment; /* for the capture as a whole; Wireshark shows it. NULL: none */
};

struct record_result {
    unsigned long frames; /* written */
    unsigned open; /* connections still open when the waiting ended: the end of those is missing */
};

/*
 * Stops, and closes the file. Frees `record` in every case; NULL as `record` gives -1.
 * 0, or -1: the file could not be written (disk full …), the kernel dropped packets (too many came
 * at once), or the last packet was not found within 5 seconds. Then the capture must not be judged.
 */
int record_stop(struct record *record, const struct record_end *end, struct record_result *result,
                struct failure *why);

#endif
